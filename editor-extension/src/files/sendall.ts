import path from "node:path";
import type { CancellationToken } from "vscode";
import type { Log } from "../common/log.js";
import { withProgress } from "../common/notices.js";
import { isCancelled, showProblem } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { FileTransferResult } from "../protocol.js";
import type { Server } from "../server/types.js";
import { countFiles, formatBytes } from "../text/units.js";
import { followBytes, showTransfer } from "./bytes.js";
import { showDone } from "./done.js";

/** Sent is a file or folder that is on a cluster now. */
export interface Sent {
  readonly name: string;
  /** to is the folder, as it is shown. */
  readonly to: string;
  readonly done: FileTransferResult;
}

/** Follow runs a request that sends something of this name, and shows its bytes. */
export type Follow = <T>(
  name: string,
  run: (progressToken: string, token: CancellationToken) => Promise<T>,
) => Thenable<T>;

/** Sending is how files of this computer are sent. */
export interface Sending {
  /** verb, doing and done are what it is called: "send", "Sending" and "sent". */
  readonly verb: string;
  readonly doing: string;
  readonly done: string;
  /** send sends one file or folder; it returns nothing if the user kept what is there. */
  send(localPath: string, follow: Follow): Promise<Sent | undefined>;
}

/** SendAllDeps is what {@link sendAll} needs. */
export interface SendAllDeps {
  readonly server: Pick<Server, "onNotification">;
  readonly log: Pick<Log, "error" | "info" | "show">;
}

/**
 * sendAll sends files and folders one after the other, until the user cancels, and shows one notice
 * for all of them: VS Code drops notices that come fast. A failure does not stop the next one, nor
 * does a notice that is open.
 */
export async function sendAll(
  vscode: VSCode,
  deps: SendAllDeps,
  localPaths: readonly string[],
  sending: Sending,
): Promise<void> {
  const all =
    localPaths.length > 1
      ? await sendMany(vscode, deps, localPaths, sending)
      : await sendEach(vscode, deps, localPaths, sending, followOne(vscode, deps, sending.doing));
  for (const to of new Set(all.map((sent) => sent.to))) {
    const there = all.filter((sent) => sent.to === to);
    void showDone(vscode, deps.log, textOf(there, sending.done, to), sum(there));
  }
}

/** followOne shows each transfer in a notification of its own. */
export function followOne(
  vscode: VSCode,
  { server }: Pick<SendAllDeps, "server">,
  doing: string,
): Follow {
  return (name, run) => showTransfer(vscode, server, `${doing} ${name}`, run);
}

/** sendMany shows all transfers in one notification. */
function sendMany(
  vscode: VSCode,
  deps: SendAllDeps,
  localPaths: readonly string[],
  sending: Sending,
): Thenable<Sent[]> {
  const total = localPaths.length;
  const title = `${sending.doing} ${countFiles(total)}`;
  return withProgress(vscode, title, (token, progress) => {
    const begun = new Set<string>(); // one that replaces another is sent twice
    const follow: Follow = (name, run) => {
      const increment = begun.size > 0 && !begun.has(name) ? 100 / total : 0;
      const which = `${begun.add(name).size} of ${total}, ${name}`;
      progress.report({ message: which, increment });
      const show = (text: string) => progress.report({ message: `${which}: ${text}` });
      return followBytes(deps.server, show, (progressToken) => run(progressToken, token));
    };
    return sendEach(vscode, deps, localPaths, sending, follow, token);
  });
}

async function sendEach(
  vscode: VSCode,
  deps: SendAllDeps,
  localPaths: readonly string[],
  sending: Sending,
  follow: Follow,
  token?: CancellationToken,
): Promise<Sent[]> {
  const all: Sent[] = [];
  for (const [index, localPath] of localPaths.entries()) {
    try {
      const sent = await sending.send(localPath, follow);
      if (sent) all.push(sent);
    } catch (err) {
      const name = path.basename(localPath);
      void showProblem(vscode, err, {
        doing: `${sending.verb} ${name}`,
        log: deps.log,
        actions: [{ title: "Try Again", run: () => sendAll(vscode, deps, [localPath], sending) }],
        cancelled: textOfCancel(name, localPaths.length - index - 1, sending),
      });
      if (isCancelled(err)) break;
    }
    if (token?.isCancellationRequested) break;
  }
  return all;
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
