import { offer, runCommand } from "../common/notices.js";
import type { Disposable } from "vscode";
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
import { diedProblem, findBinary } from "./binary.js";
import { launch, describeExit, type Run, serveArguments, spawnChild } from "./program.js";
import type { Exit, Server, ServerDeps, ShellOutputHandler, Timeouts } from "./types.js";

const defaultTimeouts: Timeouts = { initialize: 20_000, shutdown: 4_000, crashes: 5 * 60_000 };

/**
 * GoServer has one run of the program at a time, and starts the next after a crash. It starts
 * nothing before the first request.
 */
export class GoServer implements Server {
  readonly onDidStart;
  readonly onDidCrash;
  readonly #started;
  readonly #crashed;
  readonly #notified;
  readonly #timeouts;
  readonly #settingsWatch: Disposable;
  /** run is the running program; starting is its start. */
  #run: Run | undefined;
  #starting: Promise<Run> | undefined;
  /** restarting is true from a crash until the next start. */
  #restarting = false;
  #lastCrash = Number.NEGATIVE_INFINITY;
  #ending: Promise<void> | undefined;
  /** pending are the requests without a response. */
  readonly #pending = new Set<Promise<unknown>>();
  readonly #shellOutputs = new Map<string, ShellOutputHandler>();
  /** sentClusters are the profiles that the program has, as text. */
  #sentClusters = "";

  constructor(
    readonly vscode: VSCode,
    readonly deps: ServerDeps,
  ) {
    this.#timeouts = deps.timeouts ?? defaultTimeouts;
    this.#started = new vscode.EventEmitter<{ restarted: boolean; result: InitializeResult }>();
    this.#crashed = new vscode.EventEmitter<void>();
    this.onDidStart = this.#started.event;
    this.onDidCrash = this.#crashed.event;
    // One for all runs of the program.
    this.#notified = new vscode.EventEmitter<{
      method: keyof ClientNotifications;
      params: unknown;
    }>();
    this.onNotification("window/logMessage", ({ level, message }) =>
      deps.log.write(level, message),
    );
    this.#settingsWatch = deps.settings.onDidChange(() => this.#sendClusters());
  }

  get running(): boolean {
    return this.#run !== undefined;
  }

  onNotification: Server["onNotification"] = (method, handler) =>
    this.#notified.event((one) => {
      if (one.method === method) handler(one.params as Parameters<typeof handler>[0]);
    });

  onShellOutput: Server["onShellOutput"] = (shellId, handler) => {
    this.#shellOutputs.set(shellId, handler);
    return { dispose: () => this.#shellOutputs.delete(shellId) };
  };

  request: Server["request"] = async (method, params, options) => {
    const { connection } = await this.#connected();
    const answer = connection.request(method, params, options?.token);
    this.#pending.add(answer);
    try {
      return await answer;
    } catch (err) {
      if (hasCode(err, ProblemCode.AuthRefused)) this.deps.onAuthRefused?.();
      throw err;
    } finally {
      this.#pending.delete(answer);
    }
  };

  /** connected returns the current run or starts one: concurrent callers share one start. */
  #connected(): Promise<Run> {
    if (this.#ending) return Promise.reject(diedProblem());
    if (this.#run) return Promise.resolve(this.#run);
    this.#starting ??= this.#start().finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  async #start(): Promise<Run> {
    const { deps, vscode } = this;
    const clusters = deps.settings.clusters();
    this.#sentClusters = JSON.stringify(clusters);
    const run = await launch({
      binary: findBinary({ ...deps, serverPath: deps.settings.serverPath() }, deps.exists),
      args: serveArguments(deps.settings.logLevel() === "debug"),
      initialize: {
        protocolVersion,
        clientInfo: { name: vscode.env.appName, version: vscode.version },
        reloadGraceSeconds: deps.settings.reloadGraceSeconds(),
        clusters,
      },
      spawn: deps.spawn ?? spawnChild,
      handlers: {
        prompter: deps.prompter,
        // That of a terminal that was just closed is dropped.
        onShellOutput: async (output) => this.#shellOutputs.get(output.shellId)?.(output),
        onNotification: (method, params) => this.#notified.fire({ method, params }),
        log: deps.log,
      },
      timeout: this.#timeouts.initialize,
    });
    if (this.#ending) {
      await run.end(this.#timeouts.shutdown);
      throw diedProblem();
    }
    this.#onRunning(run);
    return run;
  }

  #onRunning(run: Run): void {
    this.#run = run;
    const restarted = this.#restarting;
    this.#restarting = false;
    void run.exited.then((exit) => this.#onExit(run, exit));
    const { name, version } = run.result.serverInfo;
    this.deps.log.info(`${name} ${version ?? ""} runs`);
    this.#sendClusters(); // they may have changed meanwhile
    this.#started.fire({ restarted, result: run.result });
  }

  #sendClusters(): void {
    if (!this.#run) return;
    const clusters = this.deps.settings.clusters();
    const text = JSON.stringify(clusters);
    if (text === this.#sentClusters) return;
    this.#sentClusters = text;
    void this.#run.connection.notify("cluster/didChange", { clusters });
  }

  /** onExit is called at the end of each run, intended or not. */
  #onExit(run: Run, exit: Exit): void {
    run.connection.dispose();
    if (this.#run !== run) return; // it was stopped
    this.#run = undefined;
    if (this.#ending) return;
    this.deps.log.error(
      [`The helper program stopped (${describeExit(exit)}). Its last lines:`, ...exit.stderr].join(
        "\n",
      ),
    );
    this.#restarting = true;
    this.#crashed.fire();
    const quiet = Date.now() - this.#lastCrash > this.#timeouts.crashes;
    this.#lastCrash = Date.now();
    if (quiet) this.#restart();
    else this.#showCrash(describeExit(exit));
  }

  #restart(): void {
    this.#connected().catch((err: unknown) =>
      showProblem(this.vscode, err, { doing: "restart Sunpyter", log: this.deps.log }),
    );
  }

  #showCrash(how: string): void {
    const message = `It stopped twice (${how}). Restart it soon to keep your kernels`;
    const again = (): void => this.#restart();
    void showProblem(this.vscode, new RequestProblem({ code: EditorCode.ServerDied, message }), {
      doing: "keep Sunpyter running",
      log: this.deps.log,
      actions: [{ title: "Restart", run: again }],
    });
  }

  async stop(): Promise<void> {
    const run = this.#run ?? (await this.#starting?.catch(() => undefined));
    await Promise.allSettled(this.#pending);
    if (this.#run === run) this.#run = undefined;
    await run?.end(this.#timeouts.shutdown);
  }

  shutdown(): Promise<void> {
    this.#ending ??= this.#endRun();
    return this.#ending;
  }

  async #endRun(): Promise<void> {
    const run = this.#run;
    // A start in progress ends itself when it sees this.
    if (run) await run.end(this.#timeouts.shutdown);
    else await this.#starting?.catch(() => undefined);
    this.#run = undefined;
  }

  dispose(): void {
    this.#settingsWatch.dispose();
    // It also closes stdin, even if nobody waits.
    void this.shutdown();
    this.#started.dispose();
    this.#crashed.dispose();
    this.#notified.dispose();
  }
}

/** RestartDeps is what {@link createRestart} needs. */
interface RestartDeps {
  readonly server: Pick<Server, "running" | "stop" | "onDidStart">;
  /** isInUse reports whether a kernel or a shell would end with the program. */
  readonly isInUse: () => boolean;
  readonly settings: Pick<
    Settings,
    "serverPath" | "reloadGraceSeconds" | "logLevel" | "onDidChange"
  >;
  readonly log: Log;
}

/**
 * createRestart handles changes of the settings that the program starts with. When one changes and it
 * is not in use, the program is stopped, and the next request restarts it; otherwise the user
 * is offered to reload the window, which kernels survive.
 */
export function createRestart(vscode: VSCode, deps: RestartDeps): Disposable {
  let launchedWith = launchSettings(deps.settings);
  const subscriptions = [
    deps.server.onDidStart(() => {
      launchedWith = launchSettings(deps.settings);
    }),
    deps.settings.onDidChange(() => {
      const now = launchSettings(deps.settings);
      if (now === launchedWith || !deps.server.running) return;
      launchedWith = now;
      void applySettings(vscode, deps).catch((err: unknown) =>
        showProblem(vscode, err, { doing: "apply the new settings", log: deps.log }),
      );
    }),
  ];
  return vscode.Disposable.from(...subscriptions);
}

/** launchSettings returns what the program would start with now. */
function launchSettings(settings: RestartDeps["settings"]): string {
  const verbose = settings.logLevel() === "debug";
  return JSON.stringify([settings.serverPath(), settings.reloadGraceSeconds(), verbose]);
}

async function applySettings(vscode: VSCode, { server, isInUse, log }: RestartDeps): Promise<void> {
  if (!isInUse()) {
    log.info("Settings have changed: the helper program restarts when it is next needed.");
    await server.stop();
    return;
  }
  const text = "Reload the window to apply the new settings. Your kernel keeps running.";
  const reload = runCommand(vscode, "Reload Window", "workbench.action.reloadWindow");
  await offer(vscode, "info", text, reload);
}
