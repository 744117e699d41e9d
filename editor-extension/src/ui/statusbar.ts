import type { Disposable } from "vscode";
import { type Clock, createAlarm, systemClock } from "../common/time.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernels } from "../kernels/types.js";
import type { Session } from "../protocol.js";
import {
  reconnectTitle,
  isIdle,
  isUsable,
  needsUserAction,
  describeResources,
  fullLocationOf,
  secondsLeft,
  describeState,
  timeLeft,
  locationOf,
} from "../text/session.js";
import { count, formatClock, joinTexts } from "../text/units.js";
import { isMemoryShort, memoryShare } from "../text/use.js";
import { tooltipOf } from "./tooltip.js";

/**
 * createStatusBar shows this window's kernels in the status bar, and nothing if there is
 * none. A click shows the list, or reconnects the only kernel if that waits for the user.
 */
export function createStatusBar(
  vscode: VSCode,
  deps: { kernels: Pick<Kernels, "own" | "onDidChange">; clock?: Clock },
): Disposable {
  const { kernels, clock = systemClock } = deps;
  const item = vscode.window.createStatusBarItem("sunpyter", vscode.StatusBarAlignment.Left, 90);
  item.name = "Sunpyter";
  const warning = new vscode.ThemeColor("statusBarItem.warningBackground");

  const show = (status: Status, sessions: readonly Session[], now: Date): void => {
    item.text = status.text;
    item.tooltip = tooltipOf(vscode, sessions, now);
    item.command = commandOf(sessions);
    item.backgroundColor = status.warn ? warning : undefined;
    item.accessibilityInformation = { label: status.spoken, role: "button" };
    item.show();
  };
  const update = (): void => {
    const now = clock.now();
    const sessions = kernels.own.map(({ session }) => session);
    const status = statusOf(sessions, now);
    if (status) show(status, sessions, now);
    else item.hide();
    alarm.set(nextMinute(sessions, now));
  };
  const alarm = createAlarm(clock, update);
  const changes = kernels.onDidChange(update);
  update();
  return vscode.Disposable.from(changes, alarm, item);
}

function commandOf([first, ...more]: readonly Session[]): string {
  if (first === undefined || more.length > 0) return "sunpyter.kernels";
  if (needsUserAction(first)) return "sunpyter.reconnect";
  return isMemoryShort(first) ? "sunpyter.moreMemory" : "sunpyter.kernels";
}

/**
 * nextMinute is when the text changes by itself: as soon as one of the kernels has a full
 * minute less. Since the warning begins with a minute too, it is never late.
 */
export function nextMinute(sessions: readonly Session[], now: Date): number | undefined {
  const left = sessions.map((session) => secondsLeft(session, now) ?? 0).filter((s) => s > 0);
  return left.length > 0 ? Math.min(...left.map((s) => (s % 60) * 1000 + 1)) : undefined;
}

/** soonSeconds is when the time left is too short for anything long. */
const soonSeconds = 10 * 60;

/** Status is what the status bar shows. */
interface Status {
  readonly text: string;
  /** spokenText is the text for a screen reader, without icons. */
  readonly spoken: string;
  /** warn is true when a kernel is about to end, or to run out of memory. */
  readonly warn: boolean;
}

/** statusOf returns this window's kernels in one line; undefined if there is none. */
function statusOf(sessions: readonly Session[], now: Date): Status | undefined {
  const [only] = sessions;
  if (only === undefined) return undefined;
  const first = soonest(sessions, now);
  const warn =
    sessions.some(isIdle) ||
    sessions.some(isMemoryShort) ||
    (first !== undefined && (secondsLeft(first, now) ?? Infinity) < soonSeconds);
  if (sessions.length > 1) return { ...severalText(sessions, first, now), warn };
  return { text: `$(${iconOf(only)}) ${lineText(only, now)}`, spoken: spokenText(only, now), warn };
}

/** iconOf returns the codicon of a kernel's state. */
export function iconOf(session: Session): string {
  if (session.state === "ready") return "server-environment";
  return session.state === "disconnected" ? "debug-disconnect" : "sync~spin";
}

/** idleText returns when an idle kernel stops: "idle, stops at 14:05". */
export function idleText({ idleEndsAt }: Session, now: Date): string {
  return idleEndsAt === undefined ? "" : `idle, stops at ${formatClock(new Date(idleEndsAt), now)}`;
}

/** memoryText warns of a kernel that is about to run out of memory: "memory 93 %". */
function memoryText(session: Session): string {
  return isMemoryShort(session) ? `memory ${memoryShare(session)} %` : "";
}

function jobText({ jobId }: Session): string {
  return jobId === undefined ? "" : `job ${jobId}`;
}

/** lineText describes one kernel: location, resources, time left; or what it is waiting for. */
function lineText(session: Session, now: Date): string {
  const location = fullLocationOf(session);
  const left = timeLeft(session, now);
  switch (session.state) {
    case "ready":
      return joinTexts(" · ", [
        location,
        memoryText(session),
        idleText(session, now),
        count(session.cpus, "CPU"),
        left,
        jobText(session),
      ]);
    case "disconnected": {
      const next = needsUserAction(session) ? reconnectTitle : "reconnecting…";
      return joinTexts(" · ", [location, next, left]);
    }
    case "pending":
      return `${session.title}: waiting…`;
    case "ending":
      return `${session.title}: stopping…`;
    default:
      return `${session.title}: starting…`;
  }
}

function spokenText(session: Session, now: Date): string {
  const left = timeLeft(session, now);
  const location = session.node === undefined ? "" : ` on ${session.node}`;
  const texts = joinTexts(", ", [
    describeState(session),
    describeResources(session),
    memoryText(session),
    idleText(session, now),
    left && `${left} left`,
    jobText(session),
  ]);
  return `${session.title} kernel${location}: ${texts}`;
}

function severalText(
  sessions: readonly Session[],
  first: Session | undefined,
  now: Date,
): Pick<Status, "text" | "spoken"> {
  const titles = new Set(sessions.map(({ title }) => title));
  const [title] = titles.size === 1 ? titles : [];
  const number = count(sessions.length, "kernel");
  const left = first && timeLeft(first, now);
  const waits = sessions.find(needsUserAction);
  const unused = sessions.find(isIdle);
  const short = sessions.find(isMemoryShort);
  const worst = sessions.find((s) => s.state === "disconnected") ?? sessions.find(isUsable);
  const name = title === undefined ? number : `${title}: ${number}`;
  return {
    text: joinTexts(" · ", [
      `$(${iconOf(worst ?? (sessions[0] as Session))}) ${name}`,
      waits && reconnectTitle,
      short && memoryText(short),
      unused && idleText(unused, now),
      left,
    ]),
    spoken: joinTexts(", ", [
      name,
      waits && `${describeState(waits)} on ${locationOf(waits)}`,
      short && `${memoryText(short)} on ${locationOf(short)}`,
      unused && `${idleText(unused, now)} on ${locationOf(unused)}`,
      first && left !== undefined ? `${left} left on ${locationOf(first)}` : "",
    ]),
  };
}

/** soonest returns the kernel that reaches its time limit first. */
function soonest(sessions: readonly Session[], now: Date): Session | undefined {
  const left = (session: Session): number => secondsLeft(session, now) ?? Infinity;
  return sessions
    .filter((session) => isUsable(session) && left(session) !== Infinity)
    .sort((a, b) => left(a) - left(b))[0];
}
