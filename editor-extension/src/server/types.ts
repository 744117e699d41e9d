import type { Readable, Writable } from "node:stream";
import type { CancellationToken, Disposable, Event } from "vscode";
import type { Log } from "../common/log.js";
import type {
  ClientNotifications,
  ClientRequests,
  InitializeResult,
  ServerNotifications,
  ServerRequests,
} from "../protocol.js";
import type { Settings } from "../settings/settings.js";

/** RequestOptions is what a request may bring besides its parameters. */
interface RequestOptions {
  /** token cancels the request: `$/cancelRequest` is sent, and the answer is still awaited. */
  readonly token?: CancellationToken;
}

/** Method is a request that is not part of the program's own life. */
type Method = Exclude<keyof ServerRequests, "initialize" | "shutdown">;

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
  readonly onDidStart: Event<{ restarted: boolean; result: InitializeResult }>;
  /** onDidCrash fires when the program ended though nobody wanted it to. */
  readonly onDidCrash: Event<void>;
  /** running is true from a successful `initialize` to the end of the program. */
  readonly running: boolean;
  /** stop ends the program once it has answered what it was asked. The next request starts it anew, with the settings of then. */
  stop(): Promise<void>;
  /** shutdown says `shutdown` at once, then `exit`. It never starts the program; nothing does after it. */
  shutdown(): Promise<void>;
}

/** Timeouts are times in milliseconds. */
export interface Timeouts {
  /** initialize is how long the program may take to say its first word. */
  readonly initialize: number;
  /** shutdown is how long its last answer is waited for: deactivate has 5 s in all. */
  readonly shutdown: number;
  /** crashes that follow each other within this time are not mended by themselves. */
  readonly crashes: number;
}

/** ServerDeps is what a server is made of. */
export interface ServerDeps {
  readonly settings: Pick<
    Settings,
    "clusters" | "reloadGraceSeconds" | "logLevel" | "serverPath" | "onDidChange"
  >;
  readonly log: Log;
  readonly prompter: Prompter;
  /** onAuthRefused is called when a host did not let the person in. */
  readonly onAuthRefused?: () => unknown;
  /** extensionPath is where this package was installed. */
  readonly extensionPath: string;
  readonly spawn?: SpawnChild;
  readonly exists?: (file: string) => boolean;
  readonly timeouts?: Timeouts;
}

/** Exit is how the program ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  /** error is why it could not even begin. */
  readonly error?: Error;
  /** stderr is the last that it said there. */
  readonly stderr: readonly string[];
}

/** Child is the program while it runs. */
export interface Child {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** exited resolves when it is over. It never rejects. */
  readonly exited: Promise<Exit>;
  /** kill is for a program that does not speak. One that does is ended by the end of its stdin. */
  kill(): void;
}

/** SpawnChild begins to run the program. */
export type SpawnChild = (binary: string, args: readonly string[]) => Child;

/** Prompter answers what only a person can. */
export interface Prompter {
  secret: PromptHandler<"prompt/secret">;
  confirm: PromptHandler<"prompt/confirm">;
}

type PromptHandler<M extends keyof ClientRequests> = (
  params: ClientRequests[M]["params"],
  token: CancellationToken,
) => Promise<ClientRequests[M]["result"]>;

/** NotificationHandler is told each notification of the program. */
export type NotificationHandler = <M extends keyof ClientNotifications>(
  method: M,
  params: ClientNotifications[M]["params"],
) => void;

/** Handlers are those that the program asks and tells. */
export interface Handlers {
  readonly prompter: Prompter;
  readonly onNotification: NotificationHandler;
  readonly log: Pick<Log, "debug">;
}

/** Connection is the conversation with one run of the program, in the types of the protocol. */
export interface Connection {
  /** request rejects with a {@link RequestProblem}. */
  request<M extends keyof ServerRequests>(
    method: M,
    params: ServerRequests[M]["params"],
    token?: CancellationToken,
  ): Promise<ServerRequests[M]["result"]>;
  /**
   * notify resolves when the program's pipe has taken it. It never rejects: it is lost when the
   * program is gone, which is told elsewhere.
   */
  notify<M extends keyof ServerNotifications>(
    method: M,
    params: ServerNotifications[M]["params"],
  ): Promise<void>;
  /** dispose rejects what is still asked. */
  dispose(): void;
}
