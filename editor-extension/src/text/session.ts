import type { Session } from "../protocol.js";
import { formatCpus, formatGpus, hoursAndMinutes, formatMemory, minute } from "./units.js";

/** secondsLeft is how long a kernel's job may still run; undefined while that is not known. */
export function secondsLeft(session: Session, now: Date): number | undefined {
  const end = session.endsAt === undefined ? NaN : Date.parse(session.endsAt);
  return Number.isNaN(end) ? undefined : Math.max(0, (end - now.getTime()) / 1000);
}

/**
 * timeLeft is {@link secondsLeft} for a narrow place: "3 h 40 min", "9 min". It is rounded
 * down: nobody is promised a minute that is not there.
 */
export function timeLeft(session: Session, now: Date): string | undefined {
  const seconds = secondsLeft(session, now);
  if (seconds === undefined) {
    return undefined;
  }
  return seconds < minute
    ? "less than 1 min"
    : hoursAndMinutes(Math.floor(seconds / minute) * minute);
}

/** locationOf is the place that a kernel has or waits for: "scs0151", "Sunbird". */
export function locationOf(session: Session): string {
  return session.node ?? session.title;
}

/** describeResources is what a kernel has: "1 CPU, 8 GB, 1 GPU". */
export function describeResources(session: Session): string {
  return [
    formatCpus(session.cpus),
    session.memoryMiB ? formatMemory(session.memoryMiB) : "",
    session.gpus ? formatGpus(session.gpus) : "",
  ]
    .filter(Boolean)
    .join(", ");
}

/** describeState is where a kernel is in its life, in a word or two. */
export function describeState(session: Session): string {
  switch (session.state) {
    case "connecting":
      return "connecting";
    case "submitting":
      return "asking for a node";
    case "pending":
      return "waiting in the queue";
    case "starting":
      return "starting Jupyter";
    case "ready":
      return "ready";
    case "disconnected":
      return session.needsUserAction
        ? "disconnected, needs you to sign in"
        : "disconnected, reconnecting";
    case "ending":
      return "stopping";
    case "ended":
      return "stopped";
  }
}

/** fullLocationOf names a kernel's place in full: "Sunbird scs0151". */
export function fullLocationOf(session: Session): string {
  return [session.title, session.node].filter(Boolean).join(" ");
}

/** reconnectTitle is what is offered where the connection waits for the person. */
export const reconnectTitle = "Reconnect";

/** isUsable tells that cells can run, now or once the connection is back. */
export function isUsable(session: Session): boolean {
  return session.state === "ready" || session.state === "disconnected";
}

/** needsUserAction tells that the connection stays lost until the person does something. */
export function needsUserAction(session: Session): boolean {
  return session.state === "disconnected" && session.needsUserAction === true;
}

/** isIdle tells that a kernel ends soon because nobody uses it. */
export function isIdle({ state, idleEndsAt }: Session): boolean {
  return state === "ready" && idleEndsAt !== undefined;
}
