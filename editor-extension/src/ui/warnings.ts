import { offer, runCommand } from "../common/notices.js";
import type { Disposable } from "vscode";
import type { Log } from "../common/log.js";
import { attempt } from "../common/problems.js";
import { type Clock, createAlarm, systemClock } from "../common/time.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernels } from "../kernels/types.js";
import type { Session } from "../protocol.js";
import { isIdle, isUsable, secondsLeft, locationOf } from "../text/session.js";
import { formatClock, formatDuration } from "../text/units.js";

/** When the user is warned, in seconds before the time limit: early enough to save, and again at the end. */
const thresholds = [10 * 60, 2 * 60] as const;

/**
 * createTimeWarnings warns before a kernel reaches its time limit, with what can be
 * done: ten minutes and two minutes before. A kernel that had less than that when it
 * was first seen gets no warning: the user has just started it, or was warned before.
 */
export function createTimeWarnings(
  vscode: VSCode,
  deps: { kernels: Pick<Kernels, "own" | "onDidChange">; clock?: Clock },
): Disposable {
  const { kernels, clock = systemClock } = deps;
  /** due has the thresholds that each kernel has not reached yet. */
  const due = new Map<string, number[]>();

  const check = (): void => {
    const now = clock.now();
    const waits: number[] = [];
    const watched = kernels.own.map(({ session }) => session).filter(isUsable);
    for (const session of watched) {
      const left = secondsLeft(session, now);
      if (left === undefined) continue;
      const previous = due.get(session.id) ?? thresholds.filter((threshold) => threshold < left);
      const still = previous.filter((threshold) => threshold < left);
      due.set(session.id, still);
      if (still.length < previous.length && left > 0) void warn(vscode, session, now);
      if (still[0] !== undefined) waits.push((left - still[0]) * 1000);
    }
    const ids = new Set(kernels.own.map(({ session }) => session.id));
    for (const id of due.keys()) if (!ids.has(id)) due.delete(id);
    alarm.set(waits.length > 0 ? Math.max(1, Math.min(...waits, maxWait)) : undefined);
  };
  const alarm = createAlarm(clock, check);
  const changes = kernels.onDidChange(check);
  check();
  return vscode.Disposable.from(changes, alarm);
}

/** maxWait is when the clock is checked again: a timer stops while the computer sleeps. */
const maxWait = 60_000;

async function warn(vscode: VSCode, session: Session, now: Date): Promise<void> {
  const at = session.endsAt === undefined ? "" : ` (${formatClock(new Date(session.endsAt), now)})`;
  const left = formatDuration(Math.round((secondsLeft(session, now) ?? 0) / 60) * 60);
  const text =
    `The kernel on ${locationOf(session)} reaches its time limit in ${left}${at}. ` +
    `Save anything you need to a file; variables will be lost.`;
  const saveAll = runCommand(vscode, "Save All Files", "workbench.action.files.saveAll");
  const start = runCommand(vscode, "Start Another Kernel", "sunpyter.start");
  await offer(vscode, "warning", text, saveAll, start);
}

/** statusMessageTime is how long a message in the status bar stays. */
const statusMessageTime = 8_000;

/**
 * createIdleWarnings warns that an idle kernel is about to stop, once each time, and
 * keeps it if the user wants that: by the warning's button, or by the command, to which the status
 * bar and the list of kernels lead for as long as the kernel is idle.
 */
export function createIdleWarnings(
  vscode: VSCode,
  deps: { kernels: Pick<Kernels, "own" | "onDidChange" | "keep">; log: Log; clock?: Clock },
): Disposable {
  const { kernels, log, clock = systemClock } = deps;
  const keep = (session: Session): Promise<void> =>
    attempt(vscode, { doing: "keep the kernel", log }, async () => {
      await kernels.keep(session.id);
      const text = `$(check) The kernel on ${locationOf(session)} is kept`;
      vscode.window.setStatusBarMessage(text, statusMessageTime);
    });
  const warn = async (session: Session, endsAt: string): Promise<void> => {
    const action = { title: buttonOf(session), run: () => keep(session) };
    await offer(vscode, "warning", warningOf(session, endsAt, clock.now()), action);
  };
  const command = vscode.commands.registerCommand("sunpyter.keep", async () => {
    const idle = kernels.own.map(({ session }) => session).filter(isIdle);
    await Promise.all(idle.map(keep));
  });
  const changes = kernels.onDidChange(({ kernel: { session }, previous: before }) => {
    const { idleEndsAt } = session;
    if (idleEndsAt === undefined || idleEndsAt === before?.idleEndsAt) return;
    void warn(session, idleEndsAt);
  });
  return vscode.Disposable.from(command, changes);
}

/** warningOf returns "The kernel on scs0151 has been idle for 50 min and will stop at 14:05." */
function warningOf(session: Session, endsAt: string, now: Date): string {
  const ends = new Date(endsAt);
  const left = (ends.getTime() - now.getTime()) / 1000;
  const minutes = Math.max(1, Math.round(((session.idleSeconds ?? 0) - left) / 60));
  const idle = formatDuration(minutes * 60);
  return `The kernel on ${locationOf(session)} has been idle for ${idle} and will stop at ${formatClock(ends, now)}.`;
}

function buttonOf({ idleSeconds = 0 }: Session): string {
  return idleSeconds === 3600 ? "Keep Another Hour" : `Keep Another ${formatDuration(idleSeconds)}`;
}
