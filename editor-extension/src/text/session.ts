import type { Session } from "../protocol.js";
import { describeSize, hoursAndMinutes, joinTexts, minute } from "./units.js";

/** secondsLeft returns how long a kernel's job may still run; undefined if that is not known. */
export function secondsLeft(session: Session, now: Date): number | undefined {
  const end = session.endsAt === undefined ? NaN : Date.parse(session.endsAt);
  return Number.isNaN(end) ? undefined : Math.max(0, (end - now.getTime()) / 1000);
}

/**
 * timeLeft is {@link secondsLeft} as text: "3 h 40 min", "9 min". It is rounded
 * down, to promise no more than there is.
 */
export function timeLeft(session: Session, now: Date): string | undefined {
  const seconds = secondsLeft(session, now);
  if (seconds === undefined) return undefined;
  return seconds < minute
    ? "less than 1 min"
    : hoursAndMinutes(Math.floor(seconds / minute) * minute);
}

/** locationOf returns the node that a kernel has, or its cluster: "scs0151", "Sunbird". */
export function locationOf(session: Session): string {
  return session.node ?? session.title;
}

/** describeResources returns a kernel's resources: "1 CPU, 8 GB, 1 GPU". */
export function describeResources(session: Session): string {
  return describeSize({ ...session, timeLimitSeconds: undefined });
}

/** environmentText returns "environment ml", if one was chosen for the kernels. */
export function environmentText({ environment }: Session): string {
  return environment ? `environment ${environment}` : "";
}

/** describeState returns a kernel's state in a few words. */
export function describeState(session: Session): string {
  return needsUserAction(session) ? "disconnected, needs you to sign in" : states[session.state];
}

const states: Readonly<Record<Session["state"], string>> = {
  connecting: "connecting",
  submitting: "asking for a node",
  pending: "waiting in the queue",
  starting: "starting Jupyter",
  ready: "ready",
  disconnected: "disconnected, reconnecting",
  ending: "stopping",
  ended: "stopped",
};

/** fullLocationOf returns a kernel's cluster and node: "Sunbird scs0151". */
export function fullLocationOf(session: Session): string {
  return joinTexts(" ", [session.title, session.node]);
}

/** reconnectTitle is the button for a connection that waits for the user. */
export const reconnectTitle = "Reconnect";

/** isUsable reports whether cells can run, now or once the connection is back. */
export function isUsable(session: Session): boolean {
  return session.state === "ready" || session.state === "disconnected";
}

/** needsUserAction reports whether the connection stays lost until the user does something. */
export function needsUserAction(session: Session): boolean {
  return session.state === "disconnected" && session.needsUserAction === true;
}

/** isIdle reports whether a kernel will stop soon because it is idle. */
export function isIdle({ state, idleEndsAt }: Session): boolean {
  return state === "ready" && idleEndsAt !== undefined;
}
