import type { Disposable, QuickPick, QuickPickItem } from "vscode";
import type { Kernels } from "../kernels/kernels.js";
import type { Session } from "../protocol.js";
import type { VSCode } from "../vs.js";
import { type Choice, choicesFor, looks } from "./choices.js";
import { type Clock, createAlarm, systemClock } from "./clock.js";
import { describe, entriesOf, type Entry, type Origin, placeOf } from "./rows.js";
import { nextMinute } from "./statusbar.js";

/** KernelsView lists this person's kernels, with all that can be done with them. */
export interface KernelsView {
  /** show resolves when what the person chose is done, or the list was dismissed. */
  show(): Promise<void>;
}

/** ViewDeps is what the list needs. */
export interface ViewDeps {
  readonly kernels: Pick<Kernels, "own" | "others" | "onDidChange">;
  /** run does what was chosen. */
  readonly run: (choice: Choice, entry: Entry) => Promise<void>;
  readonly start: () => Promise<void>;
  /** look asks the cluster for kernels of this person; undefined when it could not. */
  readonly look: () => Promise<readonly Session[] | undefined>;
  readonly clock?: Clock;
}

/** Chosen is what a person picked: something to do, with a kernel or without. */
type Chosen = { readonly entry: Entry; readonly choice?: Choice } | "start" | "look";

interface Row extends QuickPickItem {
  readonly chosen?: Chosen;
}

/** createKernelsView makes the list; nothing is shown yet. */
export function createKernelsView(vs: VSCode, deps: ViewDeps): KernelsView {
  return {
    show: async () => {
      let found: readonly Session[] = [];
      for (;;) {
        const chosen = await choose(vs, deps, found);
        if (chosen === undefined) return;
        if (chosen === "start") return deps.start();
        if (chosen !== "look") return act(vs, deps, chosen);
        found = (await deps.look()) ?? found;
      }
    },
  };
}

/** act does what was chosen, and asks what to do where only a kernel was. */
async function act(
  vs: VSCode,
  deps: ViewDeps,
  { entry, choice }: Exclude<Chosen, string>,
): Promise<void> {
  const wanted = choice ?? (await chooseAction(vs, entry));
  if (wanted !== undefined) await deps.run(wanted, entry);
}

async function chooseAction(vs: VSCode, entry: Entry): Promise<Choice | undefined> {
  const rows = choicesFor(entry).map((choice) => ({
    label: `$(${looks[choice].icon}) ${looks[choice].title}`,
    choice,
  }));
  const placeHolder = rows.length > 0 ? "What to do with this kernel?" : "It is being stopped.";
  const title = placeOf(entry.session);
  return (await vs.window.showQuickPick(rows, { title, placeHolder }))?.choice;
}

/** choose shows the list, which follows what happens, until something is chosen. */
function choose(
  vs: VSCode,
  deps: ViewDeps,
  found: readonly Session[],
): Promise<Chosen | undefined> {
  const pick = vs.window.createQuickPick<Row>();
  pick.title = "Kernels";
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.keepScrollPosition = true;
  return answer(pick, follow(vs, deps, pick, found));
}

/** follow keeps the rows true until it is disposed. */
function follow(
  vs: VSCode,
  { kernels, clock = systemClock }: ViewDeps,
  pick: QuickPick<Row>,
  found: readonly Session[],
): Disposable {
  let others: readonly Session[] = [];
  let none = "No kernel is running";
  let over = false;

  const update = (): void => {
    if (over) return;
    const own = kernels.own.map(({ session }) => session);
    const entries = entriesOf(own, others, found);
    const listed = entries.map(({ session }) => session);
    pick.placeholder = entries.length > 0 ? "Choose a kernel to see what can be done" : none;
    replace(pick, rowsOf(vs, entries, clock.now()));
    alarm.set(nextMinute(listed, clock.now()));
  };
  const alarm = createAlarm(clock, update);
  const changes = kernels.onDidChange(update);
  const loaded = (sessions: readonly Session[]): void => {
    others = sessions;
    pick.busy = false;
    update();
  };
  pick.busy = true;
  update();
  kernels.others().then(loaded, () => {
    none = "The kernels of other windows could not be listed";
    loaded([]);
  });
  return vs.Disposable.from(changes, alarm, { dispose: () => (over = true) });
}

/** answer resolves with what was picked, and disposes the list and what keeps it true. */
function answer(pick: QuickPick<Row>, feed: Disposable): Promise<Chosen | undefined> {
  return new Promise((resolve) => {
    const settle = (chosen: Chosen | undefined): void => {
      resolve(chosen);
      feed.dispose();
      pick.dispose();
    };
    pick.onDidAccept(() => {
      settle(pick.selectedItems[0]?.chosen);
    });
    pick.onDidTriggerItemButton(({ item, button }) => {
      const choice = choiceOf(button.tooltip);
      if (typeof item.chosen === "object" && choice) settle({ ...item.chosen, choice });
    });
    pick.onDidHide(() => {
      settle(undefined);
    });
    pick.show();
  });
}

function choiceOf(tooltip: string | undefined): Choice | undefined {
  return (Object.keys(looks) as Choice[]).find((choice) => looks[choice].title === tooltip);
}

/** replace puts in new rows, and leaves the mark on the row that has it. */
function replace(pick: QuickPick<Row>, rows: readonly Row[]): void {
  const marked = pick.activeItems[0]?.chosen;
  pick.items = rows;
  const again = rows.find((row) => marked !== undefined && idOf(row.chosen) === idOf(marked));
  if (again) pick.activeItems = [again];
}

function idOf(chosen: Chosen | undefined): string | undefined {
  return typeof chosen === "object" ? chosen.entry.session.id : chosen;
}

const headings: Readonly<Record<Origin, string>> = {
  window: "This window",
  computer: "Other windows of this computer",
  cluster: "On the cluster, from elsewhere",
};

function rowsOf(vs: VSCode, entries: readonly Entry[], now: Date): Row[] {
  const heading = (label: string): Row => ({ label, kind: vs.QuickPickItemKind.Separator });
  const kernels = entries.flatMap((entry, i) => {
    const row = rowOf(vs, entry, now);
    return entries[i - 1]?.origin === entry.origin ? [row] : [heading(headings[entry.origin]), row];
  });
  return [
    ...kernels,
    ...(kernels.length > 0 ? [heading("")] : []),
    { label: "$(play) Start Sunbird kernel…", chosen: "start" },
    { label: "$(search) Look on the cluster for others of yours…", chosen: "look" },
  ];
}

function rowOf(vs: VSCode, entry: Entry, now: Date): Row {
  const buttons = choicesFor(entry).map((choice) => ({
    iconPath: new vs.ThemeIcon(looks[choice].icon),
    tooltip: looks[choice].title,
  }));
  return { ...describe(entry.session, now), buttons, chosen: { entry } };
}
