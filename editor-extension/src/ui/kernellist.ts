import type { Disposable, QuickPick } from "vscode";
import { type Clock, createAlarm, systemClock } from "../common/time.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernels, Listed } from "../kernels/types.js";
import type { Session } from "../protocol.js";
import { placeOf } from "../text/session.js";
import {
  type Choice,
  choicesFor,
  type Chosen,
  entriesOf,
  type Entry,
  idOf,
  lately,
  looks,
  type OfKernel,
  type Row,
  rowsOf,
} from "./kernelrows.js";
import { nextMinute } from "./statusbar.js";

/** KernelsView lists this person's kernels, with all that can be done with them. */
export interface KernelsView {
  /** show resolves when what the person chose is done, or the list was dismissed. */
  show(): Promise<void>;
}

/** ViewDeps is what the list needs. */
export interface ViewDeps {
  readonly kernels: Pick<Kernels, "own" | "list" | "onDidChange">;
  /** run does what was chosen. */
  readonly run: (choice: Choice, entry: Entry) => Promise<void>;
  /** showEnded tells why a kernel ended. */
  readonly showEnded: (session: Session) => Promise<void>;
  readonly start: () => Promise<void>;
  /** look asks the cluster for kernels of this person; undefined when it could not. */
  readonly look: () => Promise<Listed | undefined>;
  readonly clock?: Clock;
}

const nothing: Listed = { others: [], ended: [] };

/** createKernelsView makes the list; nothing is shown yet. */
export function createKernelsView(vs: VSCode, deps: ViewDeps): KernelsView {
  return {
    show: async () => {
      let found = nothing;
      for (;;) {
        const chosen = await choose(vs, deps, found);
        if (chosen === undefined) return;
        if (chosen === "start") return deps.start();
        if (chosen !== "look") {
          return "ended" in chosen ? deps.showEnded(chosen.ended) : act(vs, deps, chosen);
        }
        found = (await deps.look()) ?? found;
      }
    },
  };
}

/** act does what was chosen, and asks what to do where only a kernel was. */
async function act(vs: VSCode, deps: ViewDeps, { entry, choice }: OfKernel): Promise<void> {
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
function choose(vs: VSCode, deps: ViewDeps, found: Listed): Promise<Chosen | undefined> {
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
  found: Listed,
): Disposable {
  let known = nothing;
  let none = "No kernel is running";
  let over = false;

  const update = (): void => {
    if (over) return;
    const own = kernels.own.map(({ session }) => session);
    const entries = entriesOf(own, known.others, found.others);
    const listed = entries.map(({ session }) => session);
    pick.placeholder = entries.length > 0 ? "Choose a kernel to see what can be done" : none;
    replace(pick, rowsOf(vs, entries, lately([...known.ended, ...found.ended]), clock.now()));
    alarm.set(nextMinute(listed, clock.now()));
  };
  const alarm = createAlarm(clock, update);
  const changes = kernels.onDidChange(update);
  const loaded = (listed: Listed): void => {
    known = listed;
    pick.busy = false;
    update();
  };
  pick.busy = true;
  update();
  kernels.list().then(loaded, () => {
    none = "The kernels of other windows could not be listed";
    loaded(nothing);
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
      if (typeof item.chosen !== "object" || !("entry" in item.chosen) || !choice) return;
      settle({ ...item.chosen, choice });
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
