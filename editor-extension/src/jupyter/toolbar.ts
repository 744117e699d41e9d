import type { Disposable } from "vscode";
import type { VSCode } from "../common/vscode.js";
import type { Slot, Slots } from "../slots/slots.js";
import { collectionIdOf } from "./entries.js";
import { jupyterId } from "./extension.js";
import { controllerIdOf } from "./select.js";
import type { SlotState } from "./slotstate.js";
import type { Entries } from "./types.js";

/** ToolbarDeps is what {@link createToolbar} needs. */
export interface ToolbarDeps {
  readonly slots: Pick<Slots, "all" | "kernelIn" | "onDidChange">;
  readonly entries: Pick<Entries, "onDidRun">;
  readonly memory: SlotState;
  /** extension is our own id: "sa2c.sunpyter". */
  readonly extension: string;
}

const key = "sunpyter.runningControllers";

/**
 * createToolbar keeps a context key with the ids of the notebook controllers whose slot has a kernel, as
 * VS Code writes them into its own key `notebookKernel`. With both, the manifest shows in a notebook's
 * toolbar the button that starts a kernel, or the one that shows the kernels.
 */
export function createToolbar(vscode: VSCode, deps: ToolbarDeps): Disposable {
  const { slots, entries } = deps;
  let last = "[]";
  const update = (): void => {
    const running = slots.all().filter((slot) => slots.kernelIn(slot) !== undefined);
    const ids = running.flatMap((slot) => idsOf(slot, deps)).map((id) => `${jupyterId}/${id}`);
    if (JSON.stringify(ids) === last) return;
    last = JSON.stringify(ids);
    void vscode.commands.executeCommand("setContext", key, ids);
  };
  update();
  return vscode.Disposable.from(slots.onDidChange(update), entries.onDidRun(update));
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
