import path from "node:path";
import type { CancellationToken } from "vscode";
import type { Log } from "../common/log.js";
import { offer, withProgress } from "../common/notices.js";
import { isCancelled, requestProblem, showProblem } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { FileTransferResult } from "../protocol.js";
import type { Server } from "../server/types.js";
import { count, formatBytes } from "../text/units.js";
import { followBytes, showTransfer } from "./bytes.js";
import { showDone, totalOf } from "./done.js";

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
  /** retry sends what has failed. */
  retry(localPaths: readonly string[]): unknown;
}

/** TransferDeps is what transfers need to show their progress and how they ended. */
export interface TransferDeps {
  readonly server: Pick<Server, "onNotification">;
  readonly log: Pick<Log, "error" | "info" | "show">;
}

/**
 * sendAll sends files and folders one after the other, until the user cancels. A failure does not
 * stop the next one. What was sent has one notice, and what failed another: VS Code does not show
 * those that come fast.
 */
export async function sendAll(
  vscode: VSCode,
  deps: TransferDeps,
  localPaths: readonly string[],
  sending: Sending,
): Promise<void> {
  const outcome =
    localPaths.length > 1
      ? await sendMany(vscode, deps, localPaths, sending)
      : await sendEach(localPaths, sending, () => followOne(vscode, deps, sending.doing));
  const { sent, failed, rest } = outcome;
  for (const to of new Set(sent.map((one) => one.to))) {
    const there = sent.filter((one) => one.to === to);
    const total = totalOf(there.map(({ done }) => done));
    void showDone(vscode, deps.log, textOf(there, total, sending.done), total);
  }
  if (rest.length > 0) void offer(vscode, "info", textOfCancel(rest, sending));
  if (failed.length > 0) void showFailed(vscode, deps.log, failed, sending);
}

/** followOne shows each transfer in a notification of its own. */
export function followOne(
  vscode: VSCode,
  { server }: Pick<TransferDeps, "server">,
  doing: string,
): Follow {
  return (name, run) => showTransfer(vscode, server, `${doing} ${name}`, run);
}

/** sendMany shows all transfers in one notification. */
function sendMany(
  vscode: VSCode,
  { server }: TransferDeps,
  localPaths: readonly string[],
  sending: Sending,
): Thenable<Outcome> {
  const total = localPaths.length;
  const title = `${sending.doing} ${count(total, "file")}`;
  return withProgress(vscode, title, (token, progress) => {
    let shown = 0; // percent
    const followOf =
      (index: number): Follow =>
      (name, run) => {
        const which = `${index + 1} of ${total}, ${name}`;
        const percent = (100 * index) / total;
        progress.report({ message: which, increment: percent - shown });
        shown = percent;
        const show = (text: string) => progress.report({ message: `${which}: ${text}` });
        return followBytes(server, show, (progressToken) => run(progressToken, token));
      };
    return sendEach(localPaths, sending, followOf, token);
  });
}

/** Failed is a file that could not be sent, and why. */
interface Failed {
  readonly localPath: string;
  readonly err: unknown;
}

/** Outcome is how sending has ended; rest is what was not sent because the user cancelled. */
interface Outcome {
  readonly sent: readonly Sent[];
  readonly failed: readonly Failed[];
  readonly rest: readonly string[];
}

async function sendEach(
  localPaths: readonly string[],
  sending: Sending,
  followOf: (index: number) => Follow,
  token?: CancellationToken,
): Promise<Outcome> {
  const sent: Sent[] = [];
  const failed: Failed[] = [];
  for (const [index, localPath] of localPaths.entries()) {
    const rest = localPaths.slice(index);
    // Cancel may have been pressed while no request was under way, such as during a question.
    if (token?.isCancellationRequested) return { sent, failed, rest };
    try {
      const one = await sending.send(localPath, followOf(index));
      if (one) sent.push(one);
    } catch (err) {
      if (isCancelled(err)) return { sent, failed, rest };
      failed.push({ localPath, err });
    }
  }
  return { sent, failed, rest: [] };
}

/** showFailed shows the first failure, and logs the others. */
function showFailed(
  vscode: VSCode,
  log: TransferDeps["log"],
  failed: readonly Failed[],
  sending: Sending,
): Promise<void> {
  const [first, ...others] = failed;
  for (const { localPath, err } of others) {
    log.error(`Couldn't ${sending.verb} ${localPath}: ${requestProblem(err).problem.message}`);
  }
  const paths = failed.map(({ localPath }) => localPath);
  const retry = { title: "Try Again", run: () => sending.retry(paths) };
  const doing = `${sending.verb} ${namesOf(paths)}`;
  return showProblem(vscode, first?.err, { doing, log, actions: [retry] });
}

/** textOfCancel says how to resume. */
function textOfCancel(rest: readonly string[], { verb, done }: Sending): string {
  if (rest.length === 1) return `Cancelled. To resume, ${verb} ${namesOf(rest)} again.`;
  return `Cancelled before ${namesOf(rest)} were ${done}. To resume, ${verb} them again.`;
}

/** namesOf names the first file, and counts the others: "data.csv and 2 more". */
function namesOf(localPaths: readonly string[]): string {
  const [first = "", ...others] = localPaths;
  const name = path.basename(first);
  return others.length === 0 ? name : `${name} and ${others.length} more`;
}

function textOf(all: readonly Sent[], total: FileTransferResult, done: string): string {
  const [{ name, to } = { name: "", to: "" }] = all;
  const [files, bytes] = [count(total.files, "file"), formatBytes(total.bytes)];
  if (all.length === 1) return `${name} was ${done} to ${to} (${files}, ${bytes}).`;
  return `${files} ${total.files === 1 ? "was" : "were"} ${done} to ${to} (${bytes}).`;
}
