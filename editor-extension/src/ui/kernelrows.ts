import type { QuickPickItem } from "vscode";
import { type Row, separator } from "../common/quickinput.js";
import type { VSCode } from "../common/vscode.js";
import type { Session } from "../protocol.js";
import {
  describeResources,
  describeState,
  environmentText,
  fullLocationOf,
  isIdle,
  isUsable,
  needsUserAction,
  reconnectTitle,
  timeLeft,
} from "../text/session.js";
import { formatClock, joinTexts } from "../text/units.js";
import { iconOf } from "./statusbar.js";

/** Origin is where a kernel belongs: this window, another one on this computer, or elsewhere. */
type Origin = "window" | "computer" | "cluster";

/** Entry is a kernel in the list of kernels. */
export interface Entry {
  readonly session: Session;
  readonly origin: Origin;
}

/** describe returns a kernel's row: location, resources, state. */
export function describe(session: Session, now: Date): QuickPickItem {
  const left = timeLeft(session, now);
  return {
    label: `$(${iconOf(session)}) ${fullLocationOf(session)}`,
    description: joinTexts(" · ", [describeResources(session), left && `${left} left`]),
    detail: joinTexts(" · ", [
      session.orphaned ? "window closed, stopping soon" : describeState(session),
      session.state === "pending" ? session.pending?.message : session.workingDirectory,
      environmentText(session),
      session.jobId ? `job ${session.jobId}` : "",
    ]),
  };
}

/** describeEnded returns the row of an ended kernel: location, time, cause. */
function describeEnded(session: Session, now: Date): QuickPickItem {
  return {
    label: `$(circle-slash) ${fullLocationOf(session)}`,
    description: session.endedAt ? formatClock(new Date(session.endedAt), now) : "",
    detail: session.cause?.message ?? describeState(session),
  };
}

/** recentlyEnded returns the latest few of these ends, each once. */
export function recentlyEnded(ended: readonly Session[]): Session[] {
  const once = [...new Map(ended.map((session) => [session.id, session])).values()];
  const at = ({ endedAt }: Session): number => Date.parse(endedAt ?? "") || 0;
  return once.sort((a, b) => at(b) - at(a)).slice(0, 10);
}

/** entriesOf returns each kernel once, this window's first. */
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
      entries.push({ session, origin: session.remote ? "cluster" : from });
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

/** KernelChoice is a kernel of the list, and the action if that was picked too. */
interface KernelChoice {
  readonly entry: Entry;
  readonly action?: KernelAction;
}

/** ListChoice is what the user picked: a kernel, an ended one, or another command. */
export type ListChoice = KernelChoice | { readonly ended: Session } | "start" | "look";

/** KernelRow is a row of the list of kernels. */
export type KernelRow = Row<ListChoice>;

/** headings are the headings of the list, by where kernels belong. */
export const headings: Readonly<Record<Origin, string>> = {
  window: "This window",
  computer: "Other windows on this computer",
  cluster: "Started on another computer",
};

/** rowsOf returns all rows of the list: running kernels, commands, ended kernels. */
export function rowsOf(
  vscode: VSCode,
  entries: readonly Entry[],
  ended: readonly Session[],
  now: Date,
): KernelRow[] {
  const heading = (label: string): KernelRow => separator(vscode, label);
  const kernels = entries.flatMap((entry, i) => {
    const row = rowOf(vscode, entry, now);
    return entries[i - 1]?.origin === entry.origin ? [row] : [heading(headings[entry.origin]), row];
  });
  return [
    ...kernels,
    ...(kernels.length > 0 ? [heading("")] : []),
    { label: "$(play) Start Sunbird kernel…", value: "start" },
    { label: "$(search) Find my other kernels on the cluster…", value: "look" },
    ...(ended.length > 0 ? [heading("Recently ended")] : []),
    ...ended.map((session) => ({ ...describeEnded(session, now), value: { ended: session } })),
  ];
}

function rowOf(vscode: VSCode, entry: Entry, now: Date): KernelRow {
  const buttons = actionsFor(entry).map((choice) => ({
    iconPath: new vscode.ThemeIcon(actionLabels[choice].icon),
    tooltip: actionLabels[choice].title,
  }));
  return { ...describe(entry.session, now), buttons, value: { entry } };
}

/** idOf identifies a row, so that it stays active when all are replaced. */
export function idOf(chosen: ListChoice | undefined): string | undefined {
  if (typeof chosen !== "object") return chosen;
  return "entry" in chosen ? chosen.entry.session.id : chosen.ended.id;
}

/** KernelAction is an action for a kernel. */
export type KernelAction =
  | "keep"
  | "reconnect"
  | "openTerminal"
  | "openInBrowser"
  | "copyUrl"
  | "showLog"
  | "takeOver"
  | "stop";

/** actionLabels are their titles and icons. */
export const actionLabels: Readonly<
  Record<KernelAction, { readonly title: string; readonly icon: string }>
> = {
  keep: { title: "Keep", icon: "watch" },
  reconnect: { title: reconnectTitle, icon: "plug" },
  openTerminal: { title: "Open Terminal on the Node", icon: "terminal" },
  openInBrowser: { title: "Open in Browser", icon: "globe" },
  copyUrl: { title: "Copy Jupyter URL", icon: "copy" },
  showLog: { title: "Show Jupyter Log", icon: "output" },
  takeOver: { title: "Move Kernel to This Window", icon: "arrow-swap" },
  stop: { title: "Stop", icon: "debug-stop" },
};

/** actionsFor returns those that make sense for a kernel, the most useful first. */
export function actionsFor({ session, origin }: Entry): KernelAction[] {
  if (session.state === "ending") return [];
  if (origin === "window") {
    const keep: KernelAction[] = isIdle(session) ? ["keep"] : [];
    if (session.state === "ready")
      return [...keep, "openTerminal", "openInBrowser", "copyUrl", "showLog", "stop"];
    if (!isUsable(session)) return ["stop"];
    return needsUserAction(session) ? ["reconnect", "copyUrl", "stop"] : ["copyUrl", "stop"];
  }
  return ["takeOver", "stop"];
}
