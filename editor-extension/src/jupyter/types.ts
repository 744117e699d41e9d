import type { Disposable, Event, NotebookEditor } from "vscode";
import type { Action } from "../common/problems.js";
import type { Execution, Gateway } from "../gateway/gateway.js";
import type { Kernel } from "../kernels/types.js";
import type { Slot } from "../slots/slots.js";

/** Entry is a slot in the notebook's kernel picker, and the server behind it. */
export interface Entry {
  readonly slot: Slot;
  readonly gateway: Gateway;
  readonly collection: Collection;
}

/** Entries are those of all slots. */
export interface Entries extends Disposable {
  /** get returns a slot's entry; undefined without a Jupyter extension to make it in. */
  get(slot: Slot): Promise<Entry | undefined>;
  /** prepare makes those that are missing. */
  prepare(): Promise<void>;
  /** onDidRun fires when the code of a cell goes to a kernel of ours. */
  readonly onDidRun: Event<SlotExecution>;
}

/** SlotExecution is a cell's code that ran in a slot. */
export interface SlotExecution extends Execution {
  readonly slot: Slot;
}

/** Collection is a slot's entry in the notebook's kernel picker. */
export interface Collection extends Disposable {
  readonly id: string;
  /**
   * withoutCommands runs something while the entry offers the slot's server alone. Then the picker
   * does not ask for a server.
   */
  withoutCommands<T>(work: () => Promise<T>): Promise<T>;
  /**
   * listSilently makes the Jupyter extension look for the server's kernels, by `open`, which opens its
   * picker on the entry. The picker is not shown.
   */
  listSilently(open: () => Promise<unknown>): Promise<void>;
}

/** RemainingStep is what the user still has to do until cells run in a kernel, and buttons for it. */
export interface RemainingStep {
  readonly text: string;
  readonly actions: readonly Action[];
}

/** ChosenEditor is the notebook that is to use a slot. */
interface ChosenEditor {
  /** editor is undefined where none is open, or the user did not say which. */
  readonly editor: NotebookEditor | undefined;
}

/** Jupyter is our side of the Jupyter extension. */
export interface Jupyter extends Disposable {
  /** use makes the open notebook use a slot, whether or not a kernel runs in it yet. */
  use(slot: Slot): Promise<ChosenEditor>;
  /** confirm returns what is left to do until the notebook uses the slot, by what VS Code says. */
  confirm(slot: Slot, chosen: ChosenEditor, kernel: Kernel): Promise<RemainingStep | undefined>;
  /** slotOf returns the id of the slot that the active notebook uses. */
  activeSlot(): string | undefined;
  /** isUsed tells whether an open notebook uses a slot. */
  isUsed(slot: Slot): boolean;
  /** isShared tells whether several notebooks run in a kernel; true, too, where it does not answer. */
  isShared(kernel: Kernel): Promise<boolean>;
}
