import { randomUUID } from "node:crypto";
import type { CancellationToken } from "vscode";
import { withProgress } from "../common/notices.js";
import type { VSCode } from "../common/vscode.js";
import type { ProgressParams } from "../protocol.js";
import type { Server } from "./types.js";

/** followProgress runs a request with a progress token of its own, and passes on what is reported for it. */
export async function followProgress<T>(
  server: Pick<Server, "onNotification">,
  onReport: (report: ProgressParams) => void,
  request: (progressToken: string) => Promise<T>,
): Promise<T> {
  const progressToken = randomUUID();
  const following = server.onNotification("$/progress", (report) => {
    if (report.token === progressToken) onReport(report);
  });
  try {
    return await request(progressToken);
  } finally {
    following.dispose();
  }
}

/** showSteps runs a request in a notification with Cancel, which shows each step that is reported for it. */
export function showSteps<T>(
  vscode: VSCode,
  server: Pick<Server, "onNotification">,
  title: string,
  request: (progressToken: string, token: CancellationToken) => Promise<T>,
): Thenable<T> {
  return withProgress(vscode, title, (token, progress) =>
    followProgress(
      server,
      ({ message }) => message && progress.report({ message }),
      (progressToken) => request(progressToken, token),
    ),
  );
}
