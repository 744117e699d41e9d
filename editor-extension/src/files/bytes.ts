import type { CancellationToken } from "vscode";
import { withProgress } from "../common/notices.js";
import type { VSCode } from "../common/vscode.js";
import type { ProgressParams } from "../protocol.js";
import { followProgress } from "../server/progress.js";
import type { Server } from "../server/types.js";
import { formatBytes, formatDuration } from "../text/units.js";

/** minElapsed is after how long the time that is left is shown, in milliseconds. */
const minElapsed = 3_000;

/** showTransfer shows the bytes of a transfer, and the time that is left, in a notification with Cancel. */
export function showTransfer<T>(
  vscode: VSCode,
  server: Pick<Server, "onNotification">,
  title: string,
  run: (progressToken: string, token: CancellationToken) => Promise<T>,
): Thenable<T> {
  return withProgress(vscode, title, (token, progress) => {
    let shown = 0;
    const show = (message: string, percent: number): void => {
      progress.report({ message, increment: percent - shown });
      shown = percent;
    };
    return followBytes(server, show, (progressToken) => run(progressToken, token));
  });
}

/** followBytes runs a transfer, and passes on how much of it is done: "1 MB of 3 MB, 2 min left", and in percent. */
export function followBytes<T>(
  server: Pick<Server, "onNotification">,
  show: (text: string, percent: number) => void,
  run: (progressToken: string) => Promise<T>,
): Promise<T> {
  let first: { readonly bytes: number; readonly at: number } | undefined;
  const onReport = ({ doneBytes = 0, totalBytes = 0 }: ProgressParams): void => {
    if (totalBytes === 0) return;
    first ??= { bytes: doneBytes, at: performance.now() }; // one that continues begins with what is there
    const elapsed = performance.now() - first.at;
    const left = timeLeft(elapsed, doneBytes - first.bytes, totalBytes - doneBytes);
    const text = `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}${left}`;
    show(text, (100 * doneBytes) / totalBytes);
  };
  return followProgress(server, onReport, run);
}

/** timeLeft returns how long the rest takes at the rate so far: ", 2 min left". */
export function timeLeft(elapsed: number, done: number, rest: number): string {
  if (elapsed < minElapsed || done <= 0 || rest <= 0) return "";
  return `, ${formatDuration(Math.ceil((rest * elapsed) / done / 1000))} left`;
}
