import type { Session } from "../protocol.js";
import { clock, resources, stateOf, timeLeft } from "../words.js";
import { iconOf } from "./statustext.js";

/** Origin is who has a kernel: this window, another one of this computer, or nobody here. */
export type Origin = "window" | "computer" | "cluster";

/** Entry is a kernel in the list of kernels. */
export interface Entry {
  readonly session: Session;
  readonly origin: Origin;
}

/** Description is a kernel as the row of a quick pick. */
export interface Description {
  readonly label: string;
  readonly description: string;
  readonly detail: string;
}

/** describe puts a kernel into a row: where it is, what it has, how it goes. */
export function describe(session: Session, now: Date): Description {
  const left = timeLeft(session, now);
  return {
    label: `$(${iconOf(session)}) ${placeOf(session)}`,
    description: [resources(session), left === undefined ? "" : `${left} left`]
      .filter(Boolean)
      .join(" · "),
    detail: [
      session.left ? "its window is gone, and it ends soon" : stateOf(session),
      session.state === "pending" ? session.pending?.message : session.workingDirectory,
      session.jobId ? `job ${session.jobId}` : "",
    ]
      .filter(Boolean)
      .join(" · "),
  };
}

/** describeEnded puts a kernel that ended into a row: where it was, when it ended, why. */
export function describeEnded(session: Session, now: Date): Description {
  return {
    label: `$(circle-slash) ${placeOf(session)}`,
    description: session.endedAt ? clock(new Date(session.endedAt), now) : "",
    detail: session.cause?.message ?? stateOf(session),
  };
}

/** lately are the newest of these ends, each once: more than a few nobody looks through. */
export function lately(ended: readonly Session[]): Session[] {
  const once = [...new Map(ended.map((session) => [session.id, session])).values()];
  const at = ({ endedAt }: Session): number => Date.parse(endedAt ?? "") || 0;
  return once.sort((a, b) => at(b) - at(a)).slice(0, 10);
}

/** placeOf names a kernel's place in full: "Sunbird scs0151". */
export function placeOf(session: Session): string {
  return [session.title, session.node].filter(Boolean).join(" ");
}

/** entriesOf lists kernels once each, the nearest first. */
export function entriesOf(
  own: readonly Session[],
  others: readonly Session[],
  found: readonly Session[],
): Entry[] {
  const entries: Entry[] = [];
  const add = (sessions: readonly Session[], from: Origin): void => {
    for (const session of sessions) {
      const known = entries.some((entry) => isSame(entry.session, session));
      if (known || session.state === "ended") continue;
      entries.push({ session, origin: session.elsewhere ? "cluster" : from });
    }
  };
  add(own, "window");
  add(others, "computer");
  add(found, "computer");
  return entries;
}

function isSame(a: Session, b: Session): boolean {
  return a.id === b.id || (a.jobId !== undefined && a.jobId === b.jobId && a.cluster === b.cluster);
}
