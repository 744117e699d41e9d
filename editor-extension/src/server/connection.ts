import type { CancellationToken } from "vscode";
import {
  ConnectionError,
  createMessageConnection,
  type Logger,
  type MessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import type { Log } from "../common/log.js";
import { requestProblem } from "../common/problems.js";
import type { ClientNotifications, ClientRequests, ServerRequests } from "../protocol.js";
import { diedProblem } from "./binary.js";
import type { Child, Connection, Handlers } from "./types.js";

/** notifications lists all of the program's notifications; a missing one does not compile. */
const notifications: Record<keyof ClientNotifications, true> = {
  "session/didChange": true,
  "$/progress": true,
  "window/showMessage": true,
  "window/logMessage": true,
  "shell/didEnd": true,
};

/** connect connects to the program over its pipes. */
export function connect(pipes: Pick<Child, "stdin" | "stdout">, handlers: Handlers): Connection {
  const reader = new StreamMessageReader(pipes.stdout);
  const writer = new StreamMessageWriter(pipes.stdin);
  const rpc = createMessageConnection(reader, writer, createLogger(handlers.log));
  for (const method of Object.keys(notifications) as (keyof ClientNotifications)[]) {
    rpc.onNotification(method, (params: ClientNotifications[typeof method]["params"]) =>
      handlers.onNotification(method, params),
    );
  }
  rpc.onRequest("prompt/secret", handlers.prompter.secret);
  rpc.onRequest("prompt/confirm", handlers.prompter.confirm);
  rpc.onRequest("shell/output", async (params: ClientRequests["shell/output"]["params"]) => {
    await handlers.onShellOutput(params);
    return {};
  });
  rpc.listen();
  return {
    request: (method, params, token) => sendRequest(rpc, method, params, token),
    notify: async (method, params) => {
      try {
        await rpc.sendNotification(method, ...(params === undefined ? [] : [params]));
      } catch {
        // The program is gone.
      }
    },
    dispose: () => rpc.dispose(),
  };
}

async function sendRequest<M extends keyof ServerRequests>(
  rpc: MessageConnection,
  method: M,
  params: ServerRequests[M]["params"],
  token: CancellationToken | undefined,
): Promise<ServerRequests[M]["result"]> {
  try {
    const args = [params, token].filter((one) => one !== undefined);
    return await rpc.sendRequest(method, ...args);
  } catch (err) {
    throw isConnectionLost(err) ? diedProblem() : requestProblem(err);
  }
}

/** The library's error codes for a request that the end of the connection left unanswered. */
const connectionErrors: readonly number[] = [-32097, -32099];

function isConnectionLost(err: unknown): boolean {
  if (err instanceof ConnectionError) return true;
  return err instanceof ResponseError && connectionErrors.includes(err.code);
}

/** createLogger logs the first line of the library's errors: the others may contain a message's text. */
function createLogger(log: Pick<Log, "debug">): Logger {
  const write = (text: string): void => log.debug(text.split("\n", 1)[0] ?? "");
  return { error: write, warn: write, info: write, log: write };
}
