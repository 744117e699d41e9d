import type { Disposable, EventEmitter } from "vscode";
import type { Log } from "../common/log.js";
import { EditorCode, hasCode, RequestProblem, showProblem } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import {
  type ClientNotifications,
  type InitializeResult,
  ProblemCode,
  protocolVersion,
} from "../protocol.js";
import type { Settings } from "../settings/settings.js";
import { died, findBinary } from "./binary.js";
import { begin, describe, type Run, serveArguments, spawnChild } from "./program.js";
import type { Exit, Hear, Limits, Server, ServerDeps } from "./types.js";

const defaultLimits: Limits = { initialize: 20_000, shutdown: 4_000, crashes: 5 * 60_000 };

/** GoServer keeps one run of the program at a time, and begins the next after a crash. */
export class GoServer implements Server {
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
  /** answers are those that are awaited. */
  readonly #answers = new Set<Promise<unknown>>();
  /** told are the profiles that the program knows, as text. */
  #told = "";

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
    this.#settingsWatch = deps.settings.onDidChange(() => {
      this.#tellClusters();
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
    const answer = connection.request(method, params, options?.token);
    this.#answers.add(answer);
    try {
      return await answer;
    } catch (err) {
      if (hasCode(err, ProblemCode.AuthRefused)) this.deps.refused?.();
      throw err;
    } finally {
      this.#answers.delete(answer);
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
    const clusters = deps.settings.clusters();
    this.#told = JSON.stringify(clusters);
    const run = await begin({
      binary: findBinary({ ...deps, serverPath: deps.settings.serverPath() }, deps.exists),
      args: serveArguments(deps.settings.logLevel() === "debug"),
      initialize: {
        protocolVersion,
        clientInfo: { name: vs.env.appName, version: vs.version },
        reloadGraceSeconds: deps.settings.reloadGraceSeconds(),
        clusters,
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
    this.#tellClusters(); // they may have changed meanwhile
    this.#started.fire({ again, result: run.result });
  }

  #tellClusters(): void {
    if (!this.#run) return;
    const clusters = this.deps.settings.clusters();
    const text = JSON.stringify(clusters);
    if (text === this.#told) return;
    this.#told = text;
    void this.#run.connection.notify("cluster/didChange", { clusters });
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
    await Promise.allSettled(this.#answers);
    if (this.#run === run) this.#run = undefined;
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

/** Hearing hands the program's notifications to those who want them, over all its runs. */
export interface Hearing extends Disposable {
  readonly hear: Hear;
  on<M extends keyof ClientNotifications>(
    method: M,
    handler: (params: ClientNotifications[M]["params"]) => void,
  ): Disposable;
}

type Emitters = {
  [M in keyof ClientNotifications]: EventEmitter<ClientNotifications[M]["params"]>;
};

/** createHearing makes one emitter for each notification. */
export function createHearing(vs: VSCode): Hearing {
  const emitters: Emitters = {
    "session/didChange": new vs.EventEmitter(),
    "$/progress": new vs.EventEmitter(),
    "window/showMessage": new vs.EventEmitter(),
    "window/logMessage": new vs.EventEmitter(),
  };
  return {
    hear: (method, params) => {
      emitters[method].fire(params);
    },
    on: (method, handler) => emitters[method].event(handler),
    dispose: () => {
      for (const emitter of Object.values(emitters)) emitter.dispose();
    },
  };
}

/** createServer starts nothing yet. */
export function createServer(vs: VSCode, deps: ServerDeps): Server {
  return new GoServer(vs, deps);
}

/** RestartDeps is what {@link createRestart} looks at. */
export interface RestartDeps {
  readonly server: Pick<Server, "running" | "stop" | "onDidStart">;
  /** hasKernels reports whether a kernel would end with the program. */
  readonly hasKernels: () => boolean;
  readonly settings: Pick<
    Settings,
    "serverPath" | "reloadGraceSeconds" | "logLevel" | "onDidChange"
  >;
  readonly log: Log;
}

/**
 * createRestart sees to the settings that the program is begun with. When one changes and no
 * kernel is held, the program is ended, and the next request begins it anew; else the person
 * is offered to reload the window, over which kernels live on.
 */
export function createRestart(vs: VSCode, deps: RestartDeps): Disposable {
  let begunWith = wanted(deps.settings);
  const subscriptions = [
    deps.server.onDidStart(() => {
      begunWith = wanted(deps.settings);
    }),
    deps.settings.onDidChange(() => {
      const now = wanted(deps.settings);
      if (now === begunWith || !deps.server.running) return;
      begunWith = now;
      void apply(vs, deps).catch((err: unknown) =>
        showProblem(vs, err, { doing: "Using the new settings", log: deps.log }),
      );
    }),
  ];
  return vs.Disposable.from(...subscriptions);
}

/** wanted is what the program would be begun with now. */
function wanted(settings: RestartDeps["settings"]): string {
  const verbose = settings.logLevel() === "debug";
  return JSON.stringify([settings.serverPath(), settings.reloadGraceSeconds(), verbose]);
}

async function apply(vs: VSCode, { server, hasKernels, log }: RestartDeps): Promise<void> {
  if (!hasKernels()) {
    log.info("Settings have changed: the helper program is started anew when it is needed.");
    await server.stop();
    return;
  }
  const reload = "Reload Window";
  const text = "Sunpyter's new settings are used once the window is reloaded. Your kernel goes on.";
  if ((await vs.window.showInformationMessage(text, reload)) === reload) {
    await vs.commands.executeCommand("workbench.action.reloadWindow");
  }
}
