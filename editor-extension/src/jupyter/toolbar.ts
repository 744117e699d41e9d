import type { Disposable } from "vscode";
import type { VSCode } from "../common/vscode.js";
import type { Slot, Slots } from "../slots/slots.js";
import { collectionIdOf } from "./entries.js";
import { jupyterId } from "./extension.js";
import { controllerIdOf } from "./select.js";
import type { SlotState } from "./slotstate.js";
import type { Entries } from "./types.js";

/** ToolbarDeps is what {@link createToolbar} needs. */
interface ToolbarDeps {
  readonly slots: Pick<Slots, "all" | "kernelIn" | "onDidChange">;
  readonly entries: Pick<Entries, "onDidRun">;
  readonly memory: SlotState;
  /** defaultTitle returns the title of the cluster on which kernels start. */
  readonly defaultTitle: () => string;
  /** extension is our own id: "sa2c.sunpyter". */
  readonly extension: string;
}

/** named is the cluster that the manifest's buttons name. */
const named = "Sunbird";

/**
 * createToolbar keeps the context keys with which the manifest shows, in a notebook's toolbar, the button
 * that starts a kernel or the one that shows the kernels. They are lists of the ids of notebook
 * controllers, as VS Code writes them into its own key `notebookKernel`. The titles of buttons are
 * fixed in the manifest: those that say "Sunbird" are for that cluster, others for all others.
 */
export function createToolbar(vscode: VSCode, deps: ToolbarDeps): Disposable {
  const { slots, entries, defaultTitle } = deps;
  const known = new Map<string, string>();
  const set = (key: string, value: boolean | readonly string[]): void => {
    const text = JSON.stringify(value);
    if ((known.get(key) ?? (value === false ? "false" : "[]")) === text) return;
    known.set(key, text);
    void vscode.commands.executeCommand("setContext", `sunpyter.${key}`, value);
  };
  const controllers = (of: readonly Slot[]): string[] =>
    of.flatMap((slot) => idsOf(slot, deps)).map((id) => `${jupyterId}/${id}`);
  const update = (): void => {
    const running = slots.all().filter((slot) => slots.kernelIn(slot) !== undefined);
    set("runningControllers", controllers(running));
    set("otherControllers", controllers(running.filter(({ label }) => !isNamed(label))));
    set("otherCluster", !isNamed(defaultTitle()));
  };
  update();
  return vscode.Disposable.from(
    slots.onDidChange(update),
    entries.onDidRun(update),
    vscode.workspace.onDidChangeConfiguration(update),
  );
}

function isNamed(title: string): boolean {
  return new RegExp(`^${named}( \\d+)?$`, "u").test(title);
}

/** idsOf returns a slot's controllers: one for each kernelspec, and after a reload one for each session. */
function idsOf(slot: Slot, { memory, extension }: ToolbarDeps): string[] {
  const specs = Object.entries(memory(slot).specs().kernelspecs);
  const of = { extension, collection: collectionIdOf(slot), server: slot.id };
  return [
    ...specs.map(([name, { spec }]) => controllerIdOf({ ...of, name, language: spec.language })),
    ...memory(slot)
      .sessions()
      .map(({ kernelId }) => kernelId),
  ];
}
