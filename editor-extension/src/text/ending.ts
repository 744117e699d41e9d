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
    case ProblemCode.JobOutOfMemory:
      return memoryEnding(session);
    case ProblemCode.JobIdle:
      return idleEnding(session);
    case ProblemCode.LeaseExpired:
      return unreachableEnding(session);
    case ProblemCode.JobNodeFailed:
      return {
        text: `${location} failed, and the kernel on it has ended. ${variablesLost}`,
        restart: restartUnchanged,
      };
    case ProblemCode.JobPreempted:
      return {
        text: `The job was preempted: ${session.title} gave ${location} to a higher-priority job. ${variablesLost}`,
        restart: restartUnchanged,
      };
    case ProblemCode.JobCancelled:
      return {
        text: `The kernel on ${location} ended: job ${session.jobId ?? ""} was cancelled on ${session.title}. ${variablesLost}`,
        restart: restartUnchanged,
      };
    default:
      return {
        text: `The kernel on ${location} ended: ${session.cause?.message ?? ""}`,
        restart: restartUnchanged,
      };
  }
}

function timeLimitEnding(session: Session): Ending {
  const limit = session.timeLimitSeconds ?? 0;
  const what = limit > 0 ? `its time limit of ${formatDuration(limit)}` : "its time limit";
  return {
    text: `${session.title} ended the kernel on ${locationOf(session)}: ${what} was reached. ${variablesLost}`,
    restart: {
      title: "Start Again with More Time",
      change: limit > 0 ? { timeLimitSeconds: 2 * limit } : {},
    },
  };
}

function memoryEnding(session: Session): Ending {
  return {
    text: `The kernel on ${locationOf(session)} ended: it used more than ${memoryLimitText(session)}. ${variablesLost}`,
    restart: moreMemory(session) ?? restartUnchanged,
  };
}

/** memoryLimitText returns what was not enough: "its 4 GB of memory". */
export function memoryLimitText({ memoryMiB }: Session): string {
  return memoryMiB ? `its ${formatMemory(memoryMiB)} of memory` : "the memory that it had";
}

/** moreMemory returns a restart with more memory, if the partition has more. */
export function moreMemory({ suggestedMemoryMiB }: Session): Restart | undefined {
  return suggestedMemoryMiB
    ? {
        title: `Start with ${formatMemory(suggestedMemoryMiB)}`,
        change: { memoryMiB: suggestedMemoryMiB },
      }
    : undefined;
}

function idleEnding(session: Session): Ending {
  const time = session.idleSeconds ? ` for ${formatDuration(session.idleSeconds)}` : "";
  return {
    text: `The kernel on ${locationOf(session)} ended: no cell had run${time}. ${variablesLost}`,
    restart: restartUnchanged,
    setting: "sunpyter.idleMinutes",
  };
}

function unreachableEnding(session: Session): Ending {
  const graceText = session.graceSeconds ? ` for ${formatDuration(session.graceSeconds)}` : "";
  return {
    text: `The kernel on ${locationOf(session)} ended: this computer could not be reached${graceText}. ${variablesLost}`,
    restart: restartUnchanged,
    setting: "sunpyter.keepMinutes",
  };
}
