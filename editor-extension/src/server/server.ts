import type { CancellationToken, Disposable, Event } from "vscode";
import type { ClientNotifications, InitializeResult, ServerRequests } from "../protocol.js";

/** RequestOptions is what a request may bring besides its parameters. */
export interface RequestOptions {
  /** token cancels the request: `$/cancelRequest` is sent, and the answer is still awaited. */
  readonly token?: CancellationToken;
}

/**
 * Server is the Go program of this window, as the rest of the extension sees it. It is
 * started by the first request. After a crash it is started once more by itself.
 *
 * A request that fails rejects with a {@link RequestProblem} (problems.ts).
 */
export interface Server extends Disposable {
  /** request starts the program if need be, asks it, and gives its answer. */
  request<M extends Exclude<keyof ServerRequests, "initialize" | "shutdown">>(
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
  /** running is true from a successful `initialize` to the end of the program. */
  readonly running: boolean;
  /** shutdown says `shutdown` at once, then `exit`. It never starts the program. */
  shutdown(): Promise<void>;
}
