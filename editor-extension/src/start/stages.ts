import type { Session } from "../protocol.js";
import { clock, duration } from "../words.js";

/** longWait is from when on a wait is told by its length, in seconds. */
const longWait = 60;

/**
 * stage says how far a start is, in a sentence or two. `since` is when the job was handed over,
 * or when the person asked.
 */
export function stage(session: Session, since: Date, now: Date): string {
  const waited = Math.floor((now.getTime() - since.getTime()) / 60_000) * 60;
  return [sentence(session), pending(session, now), waited >= longWait && waiting(session, waited)]
    .filter(Boolean)
    .join(" ");
}

function sentence(session: Session): string {
  const { state, notice, node, host, jobId } = session;
  if (notice && state !== "ready") return closed(notice);
  switch (state) {
    case "connecting":
      return `Connecting to ${host}…`;
    case "submitting":
      return "Asking Slurm for a compute node…";
    case "pending":
      return session.pending
        ? `Job ${jobId ?? ""} waits: ${closed(session.pending.message)}`
        : `Job ${jobId ?? ""} is in the queue.`;
    case "starting":
      return node ? `Starting Jupyter on ${node}…` : "Starting Jupyter…";
    case "ending":
    case "ended":
      return "Stopping…";
    default:
      return "Connecting…";
  }
}

/** pending is when the job may start, and what can be done meanwhile. */
function pending({ state, pending: wait }: Session, now: Date): string {
  if (state !== "pending" || !wait) return "";
  const advice = wait.advice ? closed(wait.advice) : "";
  const start = Date.parse(wait.estimatedStart ?? "");
  // Slurm's estimate is not taken back when it has passed.
  if (Number.isNaN(start) || start <= now.getTime()) return advice;
  const seconds = Math.ceil((start - now.getTime()) / 60_000) * 60;
  const estimate = `Probably starts at ${clock(new Date(start), now)}, in ${duration(seconds)}.`;
  return [estimate, advice].filter(Boolean).join(" ");
}

function waiting({ state }: Session, seconds: number): string {
  return state === "ending" ? "" : `(${duration(seconds)} so far)`;
}

/** closed ends a sentence. */
function closed(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
