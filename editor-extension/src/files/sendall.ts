import path from "node:path";
import type { Log } from "../common/log.js";
import { isCancelled, showProblem } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { FileTransferResult } from "../protocol.js";
import { countFiles, formatBytes } from "../text/units.js";
import { showDone } from "./done.js";

/** Sent is a file or folder that is on a cluster now. */
export interface Sent {
  readonly name: string;
  /** to is the folder, as it is shown. */
  readonly to: string;
  readonly done: FileTransferResult;
}

/** Sending is how files of this computer are sent. */
export interface Sending {
  /** verb and done are what it is called: "send" and "sent". */
  readonly verb: string;
  readonly done: string;
  /** send sends one file or folder; it returns nothing if the user kept what is there. */
  send(localPath: string): Promise<Sent | undefined>;
}

/**
 * sendAll sends files and folders one after the other, until the user cancels one, and shows one
 * notice for all of them. A failure does not stop the next one, nor does a notice that is open.
 */
export async function sendAll(
  vscode: VSCode,
  log: Pick<Log, "error" | "info" | "show">,
  localPaths: readonly string[],
  sending: Sending,
): Promise<void> {
  const all: Sent[] = [];
  for (const [index, localPath] of localPaths.entries()) {
    try {
      const sent = await sending.send(localPath);
      if (sent) all.push(sent);
    } catch (err) {
      const name = path.basename(localPath);
      void showProblem(vscode, err, {
        doing: `${sending.verb} ${name}`,
        log,
        actions: [{ title: "Try Again", run: () => sendAll(vscode, log, [localPath], sending) }],
        cancelled: textOfCancel(name, localPaths.length - index - 1, sending),
      });
      if (isCancelled(err)) break;
    }
  }
  for (const to of new Set(all.map((sent) => sent.to))) {
    const there = all.filter((sent) => sent.to === to);
    void showDone(vscode, log, textOf(there, sending.done, to), sum(there));
  }
}

/** textOfCancel says how to resume; others is how many are left after the one that was cancelled. */
function textOfCancel(name: string, others: number, { verb, done }: Sending): string {
  if (others === 0) return `Cancelled. To resume, ${verb} ${name} again.`;
  return `Cancelled before ${name} and ${others} more were ${done}. To resume, ${verb} them again.`;
}

function textOf(all: readonly Sent[], done: string, to: string): string {
  const { files, bytes } = sum(all);
  const [first] = all;
  if (first && all.length === 1) {
    return `${first.name} was ${done} to ${to} (${countFiles(files)}, ${formatBytes(bytes)}).`;
  }
  return `${countFiles(files)} ${files === 1 ? "was" : "were"} ${done} to ${to} (${formatBytes(bytes)}).`;
}

function sum(all: readonly Sent[]): FileTransferResult {
  return {
    files: all.reduce((total, { done }) => total + done.files, 0),
    bytes: all.reduce((total, { done }) => total + done.bytes, 0),
    skipped: all.flatMap(({ done }) => done.skipped),
    changed: all.flatMap(({ done }) => done.changed ?? []),
  };
}
