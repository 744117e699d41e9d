import type { CancellationToken, Disposable, Event } from "vscode";
import type { Log } from "../log.js";
import { EditorCode, hasCode, RequestProblem, showProblem } from "../problems.js";
import {
  type ClientNotifications,
  type InitializeResult,
  ProblemCode,
  type ServerRequests,
} from "../protocol.js";
import type { Settings } from "../settings.js";
import type { VSCode } from "../vs.js";
import { findBinary } from "./binary.js";
import { type Exit, serveArguments, type SpawnChild, spawnChild } from "./child.js";
import { died, type Person } from "./connection.js";
import { createHearing } from "./hearing.js";
import { begin, describe, type Run } from "./run.js";

/** RequestOptions is what a request may bring besides its parameters. */
export interface RequestOptions {
  /** token cancels the request: `$/cancelRequest` is sent, and the answer is still awaited. */
  readonly token?: CancellationToken;
}

/** Method is a request that is not part of the program's own life. */
export type Method = Exclude<keyof ServerRequests, "initialize" | "shutdown">;

/**
 * Server is the Go program of this window, as the rest of the extension sees it. It is
 * started by the first request. After a crash it is started once more by itself; that
 * (`onDidStart` with `again`) is told to the person by kernels/, which knows what it means.
 *
 * A request that fails rejects with a {@link RequestProblem} (problems.ts).
 */
export interface Server extends Disposable {
  /** request starts the program if need be, asks it, and gives its answer. */
  request<M extends Method>(
    method: M,
    params: ServerRequests[M]["params"],
    options?: RequestOptions,
  ): Promise<ServerRequests[M]["result"]>;
  /** onNotification tells what the program says without being asked. */
  onNotification<M extends keyof ClientNotifications>(
    method: M,
    handler: (params: ClientNotifications[M]["params"]) => void,
  ): Disposable;
  /** onDidStart fires after each successful `initialize`: `again` is true after a crash. */
  readonly onDidStart: Event<{ again: boolean; result: InitializeResult }>;
  /** onDidCrash fires when the program ended though nobody wanted it to. */
  readonly onDidCrash: Event<void>;
  /** running is true from a successful `initialize` to the end of the program. */
  readonly running: boolean;
  /** stop ends the program. The next request starts it anew, with the settings of then. */
  stop(): Promise<void>;
  /** shutdown says `shutdown` at once, then `exit`. It never starts the program; nothing does after it. */
  shutdown(): Promise<void>;
}

/** Limits are times in milliseconds. */
export interface Limits {
  /** initialize is how long the program may take to say its first word. */
  readonly initialize: number;
  /** shutdown is how long its last answer is waited for: deactivate has 5 s in all. */
  readonly shutdown: number;
  /** crashes that follow each other within this time are not mended by themselves. */
  readonly crashes: number;
}

const defaultLimits: Limits = { initialize: 20_000, shutdown: 4_000, crashes: 5 * 60_000 };

/** ServerDeps is what a server is made of. */
export interface ServerDeps {
  readonly settings: Pick<
    Settings,
    "clusters" | "reloadGraceSeconds" | "logLevel" | "serverPath" | "onDidChange"
  >;
  readonly log: Log;
  readonly person: Person;
  /** refused is called when a host did not let the person in. */
  readonly refused?: () => unknown;
  /** extensionPath is where this package was installed. */
  readonly extensionPath: string;
  readonly spawn?: SpawnChild;
  readonly exists?: (file: string) => boolean;
  readonly limits?: Limits;
}

/** createServer starts nothing yet. */
export function createServer(vs: VSCode, deps: ServerDeps): Server {
  return new GoServer(vs, deps);
}

class GoServer implements Server {
  readonly #started;
  readonly #crashed;
  readonly #hearing;
  readonly #limits;
  readonly #settingsWatch: Disposable;
  /** run is the program while it can be asked; starting is the way there. */
  #run: Run | undefined;
  #starting: Promise<Run> | undefined;
  /** again is true from a crash to the next start. */
  #again = false;
  #lastCrash = Number.NEGATIVE_INFINITY;
  #ending: Promise<void> | undefined;

  constructor(
    readonly vs: VSCode,
    readonly deps: ServerDeps,
  ) {
    this.#limits = deps.limits ?? defaultLimits;
    this.#started = new vs.EventEmitter<{ again: boolean; result: InitializeResult }>();
    this.#crashed = new vs.EventEmitter<void>();
    this.#hearing = createHearing(vs);
    this.#hearing.on("window/logMessage", ({ level, message }) => {
      deps.log.write(level, message);
    });
    let clusters = JSON.stringify(deps.settings.clusters());
    this.#settingsWatch = deps.settings.onDidChange(() => {
      const now = deps.settings.clusters();
      if (JSON.stringify(now) === clusters) return;
      clusters = JSON.stringify(now);
      void this.#run?.connection.notify("cluster/didChange", { clusters: now });
    });
  }

  get onDidStart(): Server["onDidStart"] {
    return this.#started.event;
  }

  get onDidCrash(): Server["onDidCrash"] {
    return this.#crashed.event;
  }

  get running(): boolean {
    return this.#run !== undefined;
  }

  onNotification: Server["onNotification"] = (method, handler) => this.#hearing.on(method, handler);

  request: Server["request"] = async (method, params, options) => {
    const { connection } = await this.#connected();
    try {
      return await connection.request(method, params, options?.token);
    } catch (err) {
      if (hasCode(err, ProblemCode.AuthRefused)) this.deps.refused?.();
      throw err;
    }
  };

  /** connected gives the run that there is, or that comes: all who ask at once share one start. */
  #connected(): Promise<Run> {
    if (this.#ending) return Promise.reject(died());
    if (this.#run) return Promise.resolve(this.#run);
    this.#starting ??= this.#start().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  async #start(): Promise<Run> {
    const { deps, vs } = this;
    const run = await begin({
      binary: findBinary({ ...deps, serverPath: deps.settings.serverPath() }, deps.exists),
      args: serveArguments(deps.settings.logLevel() === "debug"),
      initialize: {
        protocolVersion: 1,
        clientInfo: { name: vs.env.appName, version: vs.version },
        reloadGraceSeconds: deps.settings.reloadGraceSeconds(),
        clusters: deps.settings.clusters(),
      },
      spawn: deps.spawn ?? spawnChild,
      hearers: { person: deps.person, hear: this.#hearing.hear, log: deps.log },
      limit: this.#limits.initialize,
    });
    if (this.#ending) {
      await run.end(this.#limits.shutdown);
      throw died();
    }
    this.#begun(run);
    return run;
  }

  #begun(run: Run): void {
    this.#run = run;
    const again = this.#again;
    this.#again = false;
    void run.exited.then((exit) => {
      this.#over(run, exit);
    });
    const { name, version } = run.result.serverInfo;
    this.deps.log.info(`${name} ${version ?? ""} runs`);
    this.#started.fire({ again, result: run.result });
  }

  /** over is called at the end of each run, wanted or not. */
  #over(run: Run, exit: Exit): void {
    run.connection.dispose();
    if (this.#run !== run) return; // it was stopped
    this.#run = undefined;
    if (this.#ending) return;
    this.deps.log.error(
      [`The helper program stopped (${describe(exit)}). Its last lines:`, ...exit.stderr].join(
        "\n",
      ),
    );
    this.#again = true;
    this.#crashed.fire();
    const quiet = Date.now() - this.#lastCrash > this.#limits.crashes;
    this.#lastCrash = Date.now();
    if (quiet) this.#restart();
    else this.#tellCrash(describe(exit));
  }

  #restart(): void {
    this.#connected().catch((err: unknown) =>
      showProblem(this.vs, err, { doing: "Starting Sunpyter again", log: this.deps.log }),
    );
  }

  #tellCrash(how: string): void {
    const message = `it stopped twice (${how}). Kernels are kept for a while: start it again to go on with them`;
    const again = (): void => {
      this.#restart();
    };
    void showProblem(this.vs, new RequestProblem({ code: EditorCode.ServerDied, message }), {
      doing: "Sunpyter's helper program",
      log: this.deps.log,
      actions: [{ title: "Start Again", run: again }],
    });
  }

  async stop(): Promise<void> {
    const run = this.#run ?? (await this.#starting?.catch(() => undefined));
    this.#run = undefined;
    await run?.end(this.#limits.shutdown);
  }

  shutdown(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    const run = this.#run;
    // A start that is under way ends itself when it sees that this has begun.
    if (run) await run.end(this.#limits.shutdown);
    else await this.#starting?.catch(() => undefined);
    this.#run = undefined;
  }

  dispose(): void {
    this.#settingsWatch.dispose();
    // The end of stdin comes with it, also when nobody waits.
    void this.shutdown();
    this.#started.dispose();
    this.#crashed.dispose();
    this.#hearing.dispose();
  }
}
