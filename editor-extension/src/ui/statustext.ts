import type { Session } from "../protocol.js";
import {
  clock,
  cpus,
  kernels,
  resources,
  secondsLeft,
  stateOf,
  timeLeft,
  where,
} from "../words.js";

/** soon is when the time left is too short to begin something long. */
export const soon = 10 * 60;

/** connectAgain is what is offered where the connection waits for the person. */
export const connectAgain = "Connect Again";

/** Status is what the status bar says. */
export interface Status {
  readonly text: string;
  /** spoken is the same for a screen reader: words, no icons. */
  readonly spoken: string;
  /** warn is true when a kernel is about to end. */
  readonly warn: boolean;
}

/** statusOf puts this window's kernels into one line; undefined when there is none. */
export function statusOf(sessions: readonly Session[], now: Date): Status | undefined {
  const [only] = sessions;
  if (only === undefined) return undefined;
  const first = soonest(sessions, now);
  const warn =
    sessions.some(isIdle) || (first !== undefined && (secondsLeft(first, now) ?? Infinity) < soon);
  if (sessions.length > 1) return { ...several(sessions, first, now), warn };
  return { text: `$(${iconOf(only)}) ${line(only, now)}`, spoken: spoken(only, now), warn };
}

/** iconOf is the codicon of a kernel's state. */
export function iconOf(session: Session): string {
  if (session.state === "ready") return "server-environment";
  return session.state === "disconnected" ? "debug-disconnect" : "sync~spin";
}

/** isUsable tells that cells can run, now or once the connection is back. */
export function isUsable(session: Session): boolean {
  return session.state === "ready" || session.state === "disconnected";
}

/** needsPerson tells that the connection stays lost until the person does something. */
export function needsPerson(session: Session): boolean {
  return session.state === "disconnected" && session.needsPerson === true;
}

/** isIdle tells that a kernel ends soon because nobody uses it. */
export function isIdle({ state, idleEndsAt }: Session): boolean {
  return state === "ready" && idleEndsAt !== undefined;
}

/** idle is when an unused kernel stops: "idle, stops at 14:05". */
function idle({ idleEndsAt }: Session, now: Date): string {
  return idleEndsAt === undefined ? "" : `idle, stops at ${clock(new Date(idleEndsAt), now)}`;
}

function job({ jobId }: Session): string {
  return jobId === undefined ? "" : `job ${jobId}`;
}

/** line is one kernel: where it is, what it has, how long; or what it waits for. */
function line(session: Session, now: Date): string {
  const place = session.node === undefined ? session.title : `${session.title} ${session.node}`;
  const left = timeLeft(session, now);
  switch (session.state) {
    case "ready":
      return [place, idle(session, now), cpus(session.cpus), left, job(session)]
        .filter(Boolean)
        .join(" · ");
    case "disconnected":
      return [place, needsPerson(session) ? connectAgain : "reconnecting…", left]
        .filter(Boolean)
        .join(" · ");
    case "pending":
      return `${session.title}: waiting…`;
    case "ending":
      return `${session.title}: stopping…`;
    default:
      return `${session.title}: starting…`;
  }
}

function spoken(session: Session, now: Date): string {
  const left = timeLeft(session, now);
  const place = session.node === undefined ? "" : ` on ${session.node}`;
  const time = [idle(session, now), left && `${left} left`, job(session)].filter(Boolean);
  return `${session.title} kernel${place}: ${[stateOf(session), resources(session), ...time].join(", ")}`;
}

function several(
  sessions: readonly Session[],
  first: Session | undefined,
  now: Date,
): Pick<Status, "text" | "spoken"> {
  const titles = new Set(sessions.map(({ title }) => title));
  const [title] = titles.size === 1 ? titles : [];
  const number = kernels(sessions.length);
  const left = first && timeLeft(first, now);
  const waits = sessions.find(needsPerson);
  const unused = sessions.find(isIdle);
  const worst = sessions.find((s) => s.state === "disconnected") ?? sessions.find(isUsable);
  const name = title === undefined ? number : `${title}: ${number}`;
  return {
    text: [
      `$(${iconOf(worst ?? (sessions[0] as Session))}) ${name}`,
      waits && connectAgain,
      unused && idle(unused, now),
      left,
    ]
      .filter(Boolean)
      .join(" · "),
    spoken: [
      name,
      waits && `${stateOf(waits)} on ${where(waits)}`,
      first && left !== undefined ? `${left} left on ${where(first)}` : "",
    ]
      .filter(Boolean)
      .join(", "),
  };
}

/** soonest is the kernel that reaches its time limit first. */
function soonest(sessions: readonly Session[], now: Date): Session | undefined {
  const left = (session: Session): number => secondsLeft(session, now) ?? Infinity;
  return sessions
    .filter((session) => isUsable(session) && left(session) !== Infinity)
    .sort((a, b) => left(a) - left(b))[0];
}
