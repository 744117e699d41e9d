import type {
  CancellationTokenSource,
  Disposable,
  Pseudoterminal,
  TerminalDimensions,
} from "vscode";
import { inertLine } from "../common/inert.js";
import { requestProblem } from "../common/problems.js";
import { asSentence } from "../common/sentence.js";
import type { Clock } from "../common/time.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernels } from "../kernels/types.js";
import type { Problem, Session, ShellOutputParams } from "../protocol.js";
import type { Server } from "../server/types.js";
import { locationOf, needsUserAction } from "../text/session.js";
import { joinTexts } from "../text/units.js";
import { createInput, type Input } from "./input.js";
import { createPace } from "./pace.js";
import { Screen } from "./screen.js";

/** PtyDeps is what a terminal needs. */
export interface PtyDeps {
  readonly server: Pick<Server, "request" | "onNotification" | "onShellOutput" | "onDidCrash">;
  readonly kernels: Pick<Kernels, "onDidChange">;
  readonly clock: Clock;
}

/** ShellPlace is where a shell runs. */
interface ShellPlace {
  readonly session: Session;
  /** directory is the folder on the cluster; undefined: the kernel's working directory. */
  readonly directory?: string;
  /** key is that of a shell which the window had before it was reloaded; undefined: a new one. */
  readonly key?: string;
}

const closeHint = "Press any key to close the terminal.";

/** reset clears a terminal, with its scrollback and modes. */
const reset = "\u001bc";

let shellCount = 0;

/** createMessagePty returns a terminal that shows a line, until a key is pressed. */
export function createMessagePty(vscode: VSCode, text: string): Pseudoterminal {
  const written = new vscode.EventEmitter<string>();
  const closed = new vscode.EventEmitter<undefined>();
  return {
    onDidWrite: written.event,
    onDidClose: closed.event,
    open: () => written.fire(`${inertLine(text)} ${closeHint}\r\n`),
    handleInput: () => closed.fire(undefined),
    close: () => {
      written.dispose();
      closed.dispose();
    },
  };
}

/** ShellPty is a terminal of VS Code with a shell on a node, which starts when VS Code opens it. */
export class ShellPty implements Pseudoterminal {
  readonly onDidWrite;
  readonly onDidClose;
  readonly onDidChangeName;
  readonly onDidChangeKey;
  readonly #written;
  readonly #closed;
  readonly #named;
  readonly #keyChanged;
  readonly #id = `terminal-${++shellCount}`;
  readonly #opening: CancellationTokenSource;
  readonly #pace;
  readonly #subscriptions: Disposable[] = [];
  #screen = new Screen();
  #input = this.#createInput();
  /** state is "waiting" after a crash of the program, until the kernel is ready again. */
  #state: "opening" | "open" | "waiting" | "ended" = "opening";
  /** isReturning is true after a crash until the first output comes again. */
  #isReturning = false;
  #size: TerminalDimensions | undefined;
  #key: string | undefined;
  #isRunning = false;
  /** isUnwanted is true once the user has closed the terminal. */
  #isUnwanted = false;

  constructor(
    vscode: VSCode,
    readonly deps: PtyDeps,
    readonly place: ShellPlace,
  ) {
    this.#written = new vscode.EventEmitter<string>();
    this.#closed = new vscode.EventEmitter<number | undefined>();
    this.#named = new vscode.EventEmitter<string>();
    this.#keyChanged = new vscode.EventEmitter<undefined>();
    this.onDidChangeKey = this.#keyChanged.event;
    this.onDidWrite = this.#written.event;
    this.onDidClose = this.#closed.event;
    this.onDidChangeName = this.#named.event;
    this.#opening = new vscode.CancellationTokenSource();
    this.#pace = createPace(deps.clock);
    this.#key = place.key;
  }

  /** key returns to the shell after a reload of the window; undefined while none runs. */
  get key(): string | undefined {
    return this.#key;
  }

  open(size: TerminalDimensions | undefined): void {
    this.#size = size;
    const { server, kernels } = this.deps;
    this.#subscriptions.push(
      server.onShellOutput(this.#id, (output) => this.#show(output)),
      server.onNotification("shell/didEnd", ({ shellId, exitStatus, problem }) => {
        if (shellId === this.#id) this.#onEnd(exitStatus, problem);
      }),
      server.onDidCrash(() => this.#onCrash()),
      kernels.onDidChange(({ kernel: { session }, previous }) => {
        if (session.id === this.place.session.id) this.#onKernel(session, previous);
      }),
    );
    void this.#open();
  }

  async #open(): Promise<void> {
    const { session, directory } = this.place;
    const [size, key] = [this.#size, this.#key];
    const params = {
      sessionId: session.id,
      shellId: this.#id,
      terminal: true,
      term: "xterm-256color",
      colorTerm: "truecolor",
      ...(directory === undefined ? {} : { workingDirectory: directory }),
      ...(key === undefined ? {} : { key }),
      ...(size ? { rows: size.rows, columns: size.columns } : {}),
    };
    try {
      const { token } = this.#opening;
      this.#setKey((await this.deps.server.request("shell/open", params, { token })).key);
    } catch (err) {
      if (this.#state === "waiting") return; // the program has stopped
      const { problem } = requestProblem(err);
      const doing = key === undefined ? "open a terminal" : "return to the terminal";
      this.#finish(`Couldn't ${doing} on ${locationOf(session)}. ${describe(problem)}`);
      return;
    }
    this.#isRunning = true;
    if (this.#isUnwanted) this.endShell();
    if (this.#state !== "opening") return;
    this.#state = "open";
    this.#begin();
    this.#input.start();
    if (this.#size && this.#size !== size) this.setDimensions(this.#size);
  }

  setDimensions(size: TerminalDimensions): void {
    this.#size = size;
    if (this.#state !== "open" || size.rows < 1 || size.columns < 1) return;
    const { rows, columns } = size;
    const params = { shellId: this.#id, rows, columns };
    // It fails only if the shell has ended, which is reported.
    void this.deps.server.request("shell/resize", params).catch(() => undefined);
  }

  handleInput(text: string): void {
    if (this.#state === "ended") this.#closed.fire(undefined);
    else this.#input.write(text);
  }

  /** close is called when the user closes the terminal, and before a reload of the window. */
  close(): void {
    this.#stop();
    const emitters = [this.#written, this.#closed, this.#named, this.#keyChanged];
    for (const emitter of emitters) emitter.dispose();
  }

  /** endShell ends the shell: the terminal was closed, and not by a reload of the window. */
  endShell(): void {
    this.#isUnwanted = true;
    this.#opening.cancel();
    if (!this.#isRunning) return;
    this.#isRunning = false;
    void this.deps.server.request("shell/close", { shellId: this.#id }).catch(() => undefined);
  }

  #setKey(key: string | undefined): void {
    this.#key = key;
    this.#keyChanged.fire(undefined);
  }

  #createInput(): Input {
    return createInput((data) =>
      this.deps.server.request("shell/input", { shellId: this.#id, data: data.toString("base64") }),
    );
  }

  /** onCrash waits for the kernel: the shell runs on in its job, as during a reload of the window. */
  #onCrash(): void {
    if (this.#key === undefined) {
      this.#finish("Sunpyter's helper program has stopped, and this terminal with it.");
      return;
    }
    this.#state = "waiting";
    this.#isRunning = false;
    // What was being sent may have arrived, so it is not sent again.
    this.#input.stop();
    this.#input = this.#createInput();
  }

  /** begin clears what the shell's last output shows again after a crash. */
  #begin(): void {
    if (!this.#isReturning) return;
    this.#isReturning = false;
    this.#screen = new Screen();
    this.#written.fire(`${reset}${dim("Sunpyter's helper program was restarted.")}\r\n`);
  }

  async #show({ data }: ShellOutputParams): Promise<void> {
    this.#begin(); // it may come before the response
    const bytes = Buffer.from(data, "base64");
    this.#written.fire(this.#screen.decode(bytes));
    await this.#pace(bytes.length);
  }

  #onEnd(exitStatus: number, problem: Problem | undefined): void {
    this.#isRunning = false;
    this.#setKey(undefined);
    if (problem) {
      this.#finish(describe(problem));
      return;
    }
    this.#stop();
    this.#closed.fire(exitStatus);
  }

  /** onKernel shows a lost connection: what is typed meanwhile arrives later. */
  #onKernel(session: Session, previous: Session | undefined): void {
    const location = locationOf(session);
    if (session.state === "disconnected" && previous?.state === "ready") {
      this.#named.fire(inertLine(`${location} (disconnected)`));
      const next = needsUserAction(session) ? "Sign in to reconnect" : "Reconnecting…";
      this.#note(`Lost connection to ${location}. ${next}`);
    }
    if (session.state === "ready" && previous?.state === "disconnected") {
      this.#named.fire(inertLine(location));
      if (this.#state !== "waiting") this.#note(`Connected to ${location} again.`);
    }
    if (this.#state === "waiting") this.#return(session);
  }

  /** return returns to the shell once the kernel is ready again after a crash. */
  #return({ state }: Session): void {
    if (state === "ended") this.#finish("The kernel has ended.");
    if (state !== "ready") return;
    this.#state = "opening";
    this.#isReturning = true;
    void this.#open();
  }

  /** note writes a line of ours, unless a program has the whole screen. */
  #note(text: string): void {
    if (!this.#screen.isFullScreen) this.#written.fire(`\r\n${dim(text)}\r\n`);
  }

  /** finish keeps the terminal, with a line that says why the shell has ended. */
  #finish(text: string): void {
    if (this.#state === "ended") return;
    this.#stop();
    this.#isRunning = false;
    this.#setKey(undefined);
    const leave = this.#screen.isFullScreen ? "\u001b[?1049l" : "";
    this.#written.fire(`${leave}\u001b[0m\r\n${inertLine(text)} ${closeHint}\r\n`);
  }

  #stop(): void {
    this.#state = "ended";
    this.#input.stop();
    for (const subscription of this.#subscriptions.splice(0)) subscription.dispose();
  }
}

function dim(text: string): string {
  return `\u001b[2m${inertLine(text)}\u001b[22m`;
}

/** describe returns what came back and what to do. */
function describe({ answer, advice, message }: Problem): string {
  if (!answer) return asSentence(message);
  return joinTexts(" ", [asSentence(answer), advice && asSentence(advice)]);
}
