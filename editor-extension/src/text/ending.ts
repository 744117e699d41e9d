import { type KernelRequest, ProblemCode, type Session } from "../protocol.js";
import { where } from "./session.js";
import { duration, memory } from "./units.js";

/** Again is a button that starts a kernel anew, with something changed. */
export interface Again {
  readonly title: string;
  readonly change: KernelRequest;
}

/** Ending is what is said when a kernel ended by itself. */
export interface Ending {
  readonly text: string;
  /** quiet is true when somebody wanted it so: nothing is wrong. */
  readonly quiet?: boolean;
  readonly again?: Again;
  /** setting is the one that would have helped. */
  readonly setting?: string;
}

const again: Again = { title: "Start Again", change: {} };

/** gone is what a person loses with a kernel. */
export const gone = "Its variables are lost. Files on the cluster are kept.";

/** nextCell is what comes after the end of a kernel, for the notebooks that used it. */
export function nextCell({ label }: { readonly label: string }): string {
  return `The next cell that you run on ${label} starts a new kernel.`;
}

/**
 * endingOf says why a kernel ended and what comes next; undefined when the person stopped it
 * here, since that has been said already.
 */
export function endingOf(session: Session): Ending | undefined {
  const place = where(session);
  switch (session.cause?.code) {
    case undefined:
    case ProblemCode.Cancelled:
      return undefined;
    case ProblemCode.TakenOver:
      return {
        text: `Another window or computer of yours uses the kernel on ${place} now.`,
        quiet: true,
      };
    case ProblemCode.StoppedElsewhere:
      return {
        text: `The kernel on ${place} was stopped from another window or a terminal.`,
        quiet: true,
      };
    case ProblemCode.JobTimeLimit:
      return timeLimit(session);
    case ProblemCode.JobOutOfMemory:
      return outOfMemory(session);
    case ProblemCode.JobIdle:
      return unused(session);
    case ProblemCode.LeaseExpired:
      return notSeen(session);
    case ProblemCode.JobNodeFailed:
      return { text: `${place} failed, and the kernel on it has ended. ${gone}`, again };
    case ProblemCode.JobPreempted:
      return { text: `${session.title} gave ${place} to a job that goes first. ${gone}`, again };
    case ProblemCode.JobCancelled:
      return {
        text: `The kernel on ${place} ended: job ${session.jobId ?? ""} was cancelled on ${session.title}. ${gone}`,
        again,
      };
    default:
      return { text: `The kernel on ${place} ended: ${session.cause?.message ?? ""}`, again };
  }
}

function timeLimit(session: Session): Ending {
  const limit = session.timeLimitSeconds ?? 0;
  const what = limit > 0 ? `its time limit of ${duration(limit)}` : "its time limit";
  return {
    text: `${session.title} ended the kernel on ${where(session)}: ${what} was reached. ${gone}`,
    again: {
      title: "Start Again with More Time",
      change: limit > 0 ? { timeLimitSeconds: 2 * limit } : {},
    },
  };
}

function outOfMemory(session: Session): Ending {
  return {
    text: `The kernel on ${where(session)} ended: it used more than ${hadMemory(session)}. ${gone}`,
    again: moreMemory(session) ?? again,
  };
}

/** hadMemory is what was too little: "its 4 GB of memory". */
export function hadMemory({ memoryMiB }: Session): string {
  return memoryMiB ? `its ${memory(memoryMiB)} of memory` : "the memory that it had";
}

/** moreMemory is the start with more, as far as there is more to be had. */
export function moreMemory({ suggestedMemoryMiB }: Session): Again | undefined {
  return suggestedMemoryMiB
    ? {
        title: `Start with ${memory(suggestedMemoryMiB)}`,
        change: { memoryMiB: suggestedMemoryMiB },
      }
    : undefined;
}

function unused(session: Session): Ending {
  const time = session.idleSeconds ? ` for ${duration(session.idleSeconds)}` : "";
  return {
    text: `The kernel on ${where(session)} ended: no cell had run${time}. ${gone}`,
    again,
    setting: "sunpyter.idleMinutes",
  };
}

function notSeen(session: Session): Ending {
  const kept = session.graceSeconds ? ` for ${duration(session.graceSeconds)}` : "";
  return {
    text: `The kernel on ${where(session)} ended: this computer could not be reached${kept}. ${gone}`,
    again,
    setting: "sunpyter.keepMinutes",
  };
}
