import { offer, showLog } from "../common/notices.js";
import type { Disposable } from "vscode";
import type { Log } from "../common/log.js";
import type { VSCode } from "../common/vscode.js";
import type { Server } from "../server/types.js";

/** MessagesDeps is what {@link createMessages} needs. */
interface MessagesDeps {
  readonly server: Pick<Server, "onNotification">;
  readonly log: Pick<Log, "write" | "show">;
}

/**
 * createMessages shows the program's messages to the user: a host's own text, or that a
 * busy host is retried. The log has all of them in full.
 */
export function createMessages(vscode: VSCode, { server, log }: MessagesDeps): Disposable {
  return server.onNotification("window/showMessage", ({ level, message, detail }) => {
    log.write(level, [message, detail].filter(Boolean).join("\n"));
    const shown = level === "debug" ? "info" : level;
    void offer(vscode, shown, message, ...(detail ? [showLog(log)] : []));
  });
}
