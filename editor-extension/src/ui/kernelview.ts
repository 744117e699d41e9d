import type { Disposable, TreeDataProvider, TreeItem } from "vscode";
import { type Clock, createAlarm, systemClock } from "../common/time.js";
import type { VSCode } from "../common/vscode.js";
import type { KernelList, Kernels } from "../kernels/types.js";
import type { Session, Use } from "../protocol.js";
import {
  describeResources,
  describeState,
  environmentText,
  fullLocationOf,
  timeLeft,
} from "../text/session.js";
import { actionsFor, entriesOf, type Entry, headings } from "./kernelrows.js";
import { joinTexts } from "../text/units.js";
import { describeUse, useLines } from "../text/use.js";
import { iconOf, idleText, nextMinute } from "./statusbar.js";
import type { Uses } from "./uses.js";

/** KernelTree is what the view Kernels shows: this window's kernels, and others that were looked for. */
export interface KernelTree extends TreeDataProvider<Entry>, Disposable {
  /** setFound shows kernels of other windows and computers, too. */
  setFound(found: KernelList): void;
}

/** KernelTreeDeps is what {@link createKernelTree} needs. */
interface KernelTreeDeps {
  readonly kernels: Pick<Kernels, "own" | "onDidChange">;
  readonly uses: Pick<Uses, "of" | "onDidChange">;
  readonly clock?: Clock;
}

/** createKernelTree asks nobody for kernels: that would start our program. */
export function createKernelTree(
  vscode: VSCode,
  { kernels, uses, clock = systemClock }: KernelTreeDeps,
): KernelTree {
  const changed = new vscode.EventEmitter<undefined>();
  let found: readonly Session[] = [];
  const own = (): Session[] => kernels.own.map(({ session }) => session);
  const update = (): void => {
    changed.fire(undefined);
    alarm.set(nextMinute([...own(), ...found], clock.now()));
  };
  const alarm = createAlarm(clock, update);
  const subscriptions = vscode.Disposable.from(
    alarm,
    kernels.onDidChange(({ kernel: { session } }) => {
      // One that was moved here, or stopped from here, is no longer another window's.
      found = found.filter(({ id }) => id !== session.id);
      update();
    }),
    uses.onDidChange(() => changed.fire(undefined)),
    changed,
  );
  return {
    onDidChangeTreeData: changed.event,
    getChildren: (row) => (row ? [] : entriesOf(own(), [], found)),
    getTreeItem: (entry) => itemOf(vscode, entry, uses.of(entry.session), clock.now()),
    setFound: ({ others }) => {
      found = others;
      update();
    },
    dispose: () => {
      subscriptions.dispose();
    },
  };
}

function itemOf(vscode: VSCode, entry: Entry, use: Use | undefined, now: Date): TreeItem {
  const { session, origin } = entry;
  const used = session.state === "ready" ? describeUse(use, session) : "";
  const location = fullLocationOf(session);
  const left = timeLeft(session, now);
  const item = new vscode.TreeItem(location, vscode.TreeItemCollapsibleState.None);
  const parts = [
    session.orphaned ? "window closed, stopping soon" : describeState(session),
    left && `${left} left`,
    idleText(session, now),
    describeResources(session),
    used && `uses ${used}`,
    origin !== "window" && headings[origin],
  ];
  item.id = session.id;
  item.description = joinTexts(" · ", parts);
  const place = joinTexts(", ", [
    session.workingDirectory,
    environmentText(session),
    session.jobId && `job ${session.jobId}`,
  ]);
  item.tooltip = joinTexts("\n", [place, ...useLines(use, session)]);
  item.iconPath = new vscode.ThemeIcon(iconOf(session));
  // The manifest shows an action in rows whose context value has its name.
  item.contextValue = ["kernel", ...actionsFor(entry), ""].join(";");
  item.accessibilityInformation = { label: `${location} kernel, ${joinTexts(", ", parts)}` };
  const title = "Show Actions";
  item.command = { command: "sunpyter.kernel.actions", title, arguments: [entry] };
  return item;
}
