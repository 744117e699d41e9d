import type { Disposable } from "vscode";
import type { Kernels } from "../kernels/kernels.js";
import type { Session } from "../protocol.js";
import type { VSCode } from "../vs.js";
import { secondsLeft } from "../words.js";
import { type Clock, createAlarm, systemClock } from "./clock.js";
import { needsPerson, type Status, statusOf } from "./statustext.js";
import { tooltipOf } from "./tooltip.js";

/**
 * createStatusBar shows this window's kernels in the status bar, and nothing when there is
 * none. A click shows them all, or connects the only one again where that waits for the person.
 */
export function createStatusBar(
  vs: VSCode,
  deps: { kernels: Pick<Kernels, "own" | "onDidChange">; clock?: Clock },
): Disposable {
  const { kernels, clock = systemClock } = deps;
  const item = vs.window.createStatusBarItem("sunpyter", vs.StatusBarAlignment.Left, 90);
  item.name = "Sunpyter";
  const warning = new vs.ThemeColor("statusBarItem.warningBackground");

  const show = (status: Status, sessions: readonly Session[], now: Date): void => {
    item.text = status.text;
    item.tooltip = tooltipOf(vs, sessions, now);
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
  return vs.Disposable.from(changes, alarm, item);
}

function commandOf([first, ...more]: readonly Session[]): string {
  const only = first !== undefined && more.length === 0;
  return only && needsPerson(first) ? "sunpyter.reconnect" : "sunpyter.kernels";
}

/**
 * nextMinute is when the text changes by itself: as soon as one of the kernels has a whole
 * minute less. Since the warning begins with a minute too, it is never late.
 */
export function nextMinute(sessions: readonly Session[], now: Date): number | undefined {
  const waits = sessions
    .map((session) => secondsLeft(session, now))
    .filter((left) => left !== undefined && left > 0)
    .map((left) => ((left as number) % 60) * 1000 + 1);
  return waits.length > 0 ? Math.min(...waits) : undefined;
}
