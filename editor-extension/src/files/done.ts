import type { Log } from "../common/log.js";
import { offer, showLog } from "../common/notices.js";
import type { VSCode } from "../common/vscode.js";
import type { FileTransferResult } from "../protocol.js";
import { countFiles, joinTexts } from "../text/units.js";

/** showDone reports the end of a transfer, with what was left out. */
export async function showDone(
  vscode: VSCode,
  log: Pick<Log, "info" | "show">,
  text: string,
  { skipped, changed = [] }: Pick<FileTransferResult, "skipped" | "changed">,
): Promise<void> {
  if (skipped.length === 0 && changed.length === 0) return offer(vscode, "info", text);
  for (const one of skipped) log.info(`Left out: ${one.path}: ${one.reason}`);
  for (const one of changed) log.info(`Changed while being copied: ${one}`);
  const counts = [
    skipped.length > 0 ? `Left out: ${countFiles(skipped.length)}.` : "",
    changed.length > 0 ? `Changed while being copied: ${countFiles(changed.length)}.` : "",
  ];
  const show = { ...showLog(log), title: "Show List" };
  await offer(vscode, "warning", joinTexts(" ", [text, ...counts]), show);
}
