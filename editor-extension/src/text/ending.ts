import { type KernelRequest, ProblemCode, type Session } from "../protocol.js";
import { locationOf } from "./session.js";
import { formatDuration, formatMemory } from "./units.js";

/** Restart is a button that starts a kernel again, with a change. */
interface Restart {
  readonly title: string;
  readonly change: KernelRequest;
}

/** Ending is the message about a kernel that ended by itself. */
export interface Ending {
  readonly text: string;
  /** quiet is true if it was intended: nothing is wrong. */
  readonly quiet?: boolean;
  readonly restart?: Restart;
  /** setting is the setting that would have helped. */
  readonly setting?: string;
}

const restartUnchanged: Restart = { title: "Start Again", change: {} };

/** variablesLost says what is lost with a kernel. */
export const variablesLost = "Its variables are lost. Files on the cluster are kept.";

/** nextCellText says what happens next in the notebooks that used a kernel. */
export function nextCellText({ label }: { readonly label: string }): string {
  return `The next cell that you run on ${label} starts a new kernel.`;
}

/**
 * endingOf returns why a kernel ended and what to do next; undefined if the user stopped it
 * here, since that has already been reported.
 */
export function endingOf(session: Session): Ending | undefined {
  const location = locationOf(session);
  switch (session.cause?.code) {
    case undefined:
    case ProblemCode.Cancelled:
      return undefined;
    case ProblemCode.TakenOver:
      return {
        text: `Another window or computer of yours uses the kernel on ${location} now.`,
        quiet: true,
      };
    case ProblemCode.StoppedElsewhere:
      return {
        text: `The kernel on ${location} was stopped from another window or a terminal.`,
        quiet: true,
      };
    case ProblemCode.JobTimeLimit:
      return timeLimitEnding(session);
    case ProblemCode.JobOutOfMemory: {
      const limit = memoryLimitText(session);
      return ended(`The kernel on ${location} ended: it used more than ${limit}.`, {
        restart: moreMemory(session) ?? restartUnchanged,
      });
    }
    case ProblemCode.JobIdle: {
      const why = `no cell had run${forTime(session.idleSeconds)}`;
      return ended(`The kernel on ${location} ended: ${why}.`, { setting: "sunpyter.idleMinutes" });
    }
    case ProblemCode.LeaseExpired: {
      const why = `this computer could not be reached${forTime(session.graceSeconds)}`;
      return ended(`The kernel on ${location} ended: ${why}.`, { setting: "sunpyter.keepMinutes" });
    }
    case ProblemCode.JobNodeFailed:
      return ended(`${location} failed, and the kernel on it has ended.`);
    case ProblemCode.JobPreempted:
      return ended(
        `The job was preempted: ${session.title} gave ${location} to a higher-priority job.`,
      );
    case ProblemCode.JobCancelled:
      return ended(
        `The kernel on ${location} ended: job ${session.jobId ?? ""} was cancelled on ${session.title}.`,
      );
    default:
      return {
        text: `The kernel on ${location} ended: ${session.cause?.message ?? ""}`,
        restart: restartUnchanged,
      };
  }
}

/** ended is an ending with which variables are lost. */
function ended(why: string, more: Pick<Ending, "restart" | "setting"> = {}): Ending {
  return { text: `${why} ${variablesLost}`, restart: restartUnchanged, ...more };
}

function forTime(seconds = 0): string {
  return seconds > 0 ? ` for ${formatDuration(seconds)}` : "";
}

function timeLimitEnding(session: Session): Ending {
  const limit = session.timeLimitSeconds ?? 0;
  const what = limit > 0 ? `its time limit of ${formatDuration(limit)}` : "its time limit";
  const change = limit > 0 ? { timeLimitSeconds: 2 * limit } : {};
  return ended(
    `${session.title} ended the kernel on ${locationOf(session)}: ${what} was reached.`,
    { restart: { title: "Start Again with More Time", change } },
  );
}

/** memoryLimitText returns what was not enough: "its 4 GB of memory". */
export function memoryLimitText({ memoryMiB }: Session): string {
  return memoryMiB ? `its ${formatMemory(memoryMiB)} of memory` : "the memory that it had";
}

/** moreMemory returns a restart with more memory, if the partition has more. */
export function moreMemory({ suggestedMemoryMiB: memoryMiB }: Session): Restart | undefined {
  return memoryMiB
    ? { title: `Start with ${formatMemory(memoryMiB)}`, change: { memoryMiB } }
    : undefined;
}
