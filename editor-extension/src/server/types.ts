import type { Readable, Writable } from "node:stream";
import type { CancellationToken, Disposable, Event } from "vscode";
import type { Log } from "../common/log.js";
import type {
  ClientNotifications,
  ClientRequests,
  InitializeResult,
  ServerNotifications,
  ServerRequests,
  ShellOutputParams,
} from "../protocol.js";
import type { Settings } from "../settings/settings.js";

/** RequestOptions are options of a request. */
export interface RequestOptions {
  /** token cancels the request: `$/cancelRequest` is sent, and the response is still awaited. */
  readonly token?: CancellationToken | undefined;
}

/** Method is any request except those of the program's lifecycle. */
type Method = Exclude<keyof ServerRequests, "initialize" | "shutdown">;

/**
 * Server is the Go program of this window, for the rest of the extension. It is
 * started by the first request, and restarted once after a crash; that
 * (`onDidStart` with `restarted`) is reported by kernels/, which knows what it means.
 *
 * A request that fails rejects with a {@link RequestProblem} (problems.ts).
 */
export interface Server extends Disposable {
  /** request sends a request and returns its result; it starts the program if necessary. */
  request<M extends Method>(
    method: M,
    params: ServerRequests[M]["params"],
    options?: RequestOptions,
  ): Promise<ServerRequests[M]["result"]>;
  /** onNotification subscribes to a notification of the program. */
  onNotification<M extends keyof ClientNotifications>(
    method: M,
    handler: (params: ClientNotifications[M]["params"]) => void,
  ): Disposable;
  /**
   * onShellOutput subscribes to the output of one shell. The next one comes when the handler's
   * promise is resolved.
   */
  onShellOutput(shellId: string, handler: ShellOutputHandler): Disposable;
  /** onDidStart fires after each successful `initialize`; `restarted` is true after a crash. */
  readonly onDidStart: Event<{ restarted: boolean; result: InitializeResult }>;
  /** onDidCrash fires when the program ended unexpectedly. */
  readonly onDidCrash: Event<void>;
  /** running is true from a successful `initialize` until the program ends. */
  readonly running: boolean;
  /** stop ends the program once it has answered all requests. The next request starts it with the current settings. */
  stop(): Promise<void>;
  /** shutdown sends `shutdown` at once, then `exit`. It never starts the program; nothing does after it. */
  shutdown(): Promise<void>;
}

/** Timeouts are times in milliseconds. */
export interface Timeouts {
  /** initialize is how long the first response may take. */
  readonly initialize: number;
  /** shutdown is how long to wait for its last response: deactivate has 5 s in all. */
  readonly shutdown: number;
  /** crashes: a second crash within this time is not followed by a restart. */
  readonly crashes: number;
}

/** ServerDeps is what a server needs. */
export interface ServerDeps {
  readonly settings: Pick<
    Settings,
    "clusters" | "reloadGraceSeconds" | "logLevel" | "serverPath" | "onDidChange"
  >;
  readonly log: Log;
  readonly prompter: Prompter;
  /** onAuthRefused is called when a host refused a login. */
  readonly onAuthRefused?: () => unknown;
  /** extensionPath is where the extension is installed. */
  readonly extensionPath: string;
  readonly spawn?: SpawnChild;
  readonly exists?: (file: string) => boolean;
  readonly timeouts?: Timeouts;
}

/** Exit is how the program ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  /** error is why it could not be started. */
  readonly error?: Error;
  /** stderr has its last lines. */
  readonly stderr: readonly string[];
}

/** Child is the program while it runs. */
export interface Child {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** exited resolves when it has ended. It never rejects. */
  readonly exited: Promise<Exit>;
  /** kill is for a program that does not respond. Others end with their stdin. */
  kill(): void;
}

/** SpawnChild starts the program. */
export type SpawnChild = (binary: string, args: readonly string[]) => Child;

/** Prompter answers the program's prompts. */
export interface Prompter {
  secret: PromptHandler<"prompt/secret">;
  confirm: PromptHandler<"prompt/confirm">;
}

type PromptHandler<M extends keyof ClientRequests> = (
  params: ClientRequests[M]["params"],
  token: CancellationToken,
) => Promise<ClientRequests[M]["result"]>;

/** ShellOutputHandler takes in output of a shell. */
export type ShellOutputHandler = (output: ShellOutputParams) => Promise<void>;

/** Handlers handle the program's requests and notifications. */
export interface Handlers {
  readonly prompter: Prompter;
  readonly onShellOutput: ShellOutputHandler;
  readonly onNotification: <M extends keyof ClientNotifications>(
    method: M,
    params: ClientNotifications[M]["params"],
  ) => void;
  readonly log: Pick<Log, "debug">;
}

/** Connection is the JSON-RPC connection to one run of the program, with the protocol's types. */
export interface Connection {
  /** request rejects with a {@link RequestProblem}. */
  request<M extends keyof ServerRequests>(
    method: M,
    params: ServerRequests[M]["params"],
    token?: CancellationToken,
  ): Promise<ServerRequests[M]["result"]>;
  /**
   * notify resolves when it is written to the program's pipe. It never rejects: it is lost if the
   * program is gone, which is reported elsewhere.
   */
  notify<M extends keyof ServerNotifications>(
    method: M,
    params: ServerNotifications[M]["params"],
  ): Promise<void>;
  /** dispose rejects pending requests. */
  dispose(): void;
}
