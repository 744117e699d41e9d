import type { Disposable, QuickPick } from "vscode";
import { type Clock, createAlarm, systemClock } from "../common/time.js";
import type { VSCode } from "../common/vscode.js";
import { emptyList, type KernelList, type Kernels } from "../kernels/types.js";
import type { Session } from "../protocol.js";
import { fullLocationOf } from "../text/session.js";
import {
  type KernelAction,
  actionsFor,
  type ListChoice,
  entriesOf,
  type Entry,
  idOf,
  recentlyEnded,
  actionLabels,
  type KernelRow,
  rowsOf,
} from "./kernelrows.js";
import { nextMinute } from "./statusbar.js";

/** KernelListDeps is what the list needs. */
interface KernelListDeps {
  readonly kernels: Pick<Kernels, "own" | "list" | "onDidChange">;
  /** run runs the chosen action. */
  readonly run: (action: KernelAction, entry: Entry) => unknown;
  /** showEnded shows why a kernel ended. */
  readonly showEnded: (session: Session) => Promise<void>;
  readonly start: () => Promise<void>;
  /** findMore asks the cluster for the user's kernels; undefined if that failed. */
  readonly findMore: () => Promise<KernelList | undefined>;
  readonly clock?: Clock;
}

/**
 * showKernels lists the user's kernels, with all actions for them. It resolves when the chosen action
 * is done, or the list was dismissed.
 */
export async function showKernels(vscode: VSCode, deps: KernelListDeps): Promise<void> {
  let found = emptyList;
  let chosen = await showList(vscode, deps, found);
  while (chosen === "look") {
    found = (await deps.findMore()) ?? found;
    chosen = await showList(vscode, deps, found);
  }
  if (chosen === undefined) return;
  if (chosen === "start") return deps.start();
  if ("ended" in chosen) return deps.showEnded(chosen.ended);
  const action = chosen.action ?? (await chooseAction(vscode, chosen.entry));
  if (action !== undefined) await deps.run(action, chosen.entry);
}

/** chooseAction asks what to do with a kernel. */
export async function chooseAction(
  vscode: VSCode,
  entry: Entry,
): Promise<KernelAction | undefined> {
  const rows = actionsFor(entry).map((choice) => ({
    label: `$(${actionLabels[choice].icon}) ${actionLabels[choice].title}`,
    choice,
  }));
  const placeHolder = rows.length > 0 ? "Select an action for this kernel" : "It is being stopped.";
  const title = fullLocationOf(entry.session);
  return (await vscode.window.showQuickPick(rows, { title, placeHolder }))?.choice;
}

/** showList shows the list, and keeps it up to date, until something is chosen. */
function showList(
  vscode: VSCode,
  deps: KernelListDeps,
  found: KernelList,
): Promise<ListChoice | undefined> {
  const pick = vscode.window.createQuickPick<KernelRow>();
  pick.title = "Kernels";
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.keepScrollPosition = true;
  return waitForChoice(pick, keepUpdated(vscode, deps, pick, found));
}

/** keepUpdated keeps the rows up to date until it is disposed. */
function keepUpdated(
  vscode: VSCode,
  { kernels, clock = systemClock }: KernelListDeps,
  pick: QuickPick<KernelRow>,
  found: KernelList,
): Disposable {
  let known = emptyList;
  let none = "No kernel is running";
  let disposed = false;

  const update = (): void => {
    if (disposed) return;
    const own = kernels.own.map(({ session }) => session);
    const entries = entriesOf(own, known.others, found.others);
    const ended = recentlyEnded([...known.ended, ...found.ended]);
    pick.placeholder = entries.length > 0 ? "Select a kernel to see its actions" : none;
    replaceRows(pick, rowsOf(vscode, entries, ended, clock.now()));
    const listed = entries.map(({ session }) => session);
    alarm.set(nextMinute(listed, clock.now()));
  };
  const alarm = createAlarm(clock, update);
  const changes = kernels.onDidChange(update);
  const loaded = (listed: KernelList): void => {
    known = listed;
    pick.busy = false;
    update();
  };
  pick.busy = true;
  update();
  kernels.list().then(loaded, () => {
    none = "The kernels of other windows could not be listed";
    loaded(emptyList);
  });
  return vscode.Disposable.from(changes, alarm, { dispose: () => (disposed = true) });
}

/** waitForChoice resolves with what was picked, and disposes the list and its updates. */
function waitForChoice(
  pick: QuickPick<KernelRow>,
  feed: Disposable,
): Promise<ListChoice | undefined> {
  return new Promise((resolve) => {
    const settle = (chosen: ListChoice | undefined): void => {
      resolve(chosen);
      feed.dispose();
      pick.dispose();
    };
    pick.onDidAccept(() => {
      const value = pick.selectedItems[0]?.value;
      if (value !== undefined) settle(value); // else the rows changed at that moment
    });
    pick.onDidTriggerItemButton(({ item, button }) => {
      const choice = actionOf(button.tooltip);
      if (typeof item.value !== "object" || !("entry" in item.value) || !choice) return;
      settle({ ...item.value, action: choice });
    });
    pick.onDidHide(() => settle(undefined));
    pick.show();
  });
}

function actionOf(tooltip: string | undefined): KernelAction | undefined {
  return (Object.keys(actionLabels) as KernelAction[]).find(
    (choice) => actionLabels[choice].title === tooltip,
  );
}

/** replaceRows replaces the rows, and keeps the active one active. */
function replaceRows(pick: QuickPick<KernelRow>, rows: readonly KernelRow[]): void {
  const marked = pick.activeItems[0]?.value;
  pick.items = rows;
  const row = rows.find((row) => marked !== undefined && idOf(row.value) === idOf(marked));
  if (row) pick.activeItems = [row];
}
