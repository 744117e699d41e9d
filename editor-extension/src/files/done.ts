import type { Log } from "../common/log.js";
import { offer, showLog } from "../common/notices.js";
import type { VSCode } from "../common/vscode.js";
import type { FileTransferResult } from "../protocol.js";
import { count, joinTexts } from "../text/units.js";

/** totalOf adds up several transfers. */
export function totalOf(all: readonly FileTransferResult[]): FileTransferResult {
  return {
    files: all.reduce((total, { files }) => total + files, 0),
    bytes: all.reduce((total, { bytes }) => total + bytes, 0),
    skipped: all.flatMap(({ skipped }) => skipped),
    changed: all.flatMap(({ changed = [] }) => changed),
  };
}

/** showDone reports the end of a transfer, with what was left out. */
export async function showDone(
  vscode: VSCode,
  log: Pick<Log, "info" | "show">,
  text: string,
  { skipped, changed = [] }: FileTransferResult,
): Promise<void> {
  if (skipped.length === 0 && changed.length === 0) return offer(vscode, "info", text);
  for (const one of skipped) log.info(`Left out: ${one.path}: ${one.reason}`);
  for (const one of changed) log.info(`Changed while being copied: ${one}`);
  const whole = joinTexts(" ", [
    text,
    skipped.length > 0 && `Left out: ${count(skipped.length, "file")}.`,
    changed.length > 0 && `Changed while being copied: ${count(changed.length, "file")}.`,
  ]);
  await offer(vscode, "warning", whole, { ...showLog(log), title: "Show List" });
}
