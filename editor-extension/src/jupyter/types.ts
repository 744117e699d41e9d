import type { Action } from "../common/notices.js";
import type { Disposable, Event, NotebookDocument, NotebookEditor } from "vscode";
import type { Gateway } from "../gateway/gateway.js";
import type { Execution } from "../gateway/kernel.js";
import type { Kernel } from "../kernels/types.js";
import type { Slot } from "../slots/slots.js";

/** Entry is a slot in the notebook's kernel picker, and the server behind it. */
export interface Entry {
  readonly slot: Slot;
  readonly gateway: Gateway;
  readonly collection: Collection;
}

/** Entries are the entries of all slots. */
export interface Entries extends Disposable {
  /** get returns a slot's entry, or undefined without a Jupyter extension. */
  get(slot: Slot): Promise<Entry | undefined>;
  /** prepare creates the missing ones. */
  prepare(): Promise<void>;
  /** onDidRun fires when a cell's code is sent to one of our kernels. */
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
   * withoutCommands runs a function while the entry offers only the slot's server, so that the picker
   * does not ask which.
   */
  withoutCommands<T>(work: () => Promise<T>): Promise<T>;
  /**
   * listSilently makes the Jupyter extension look for the server's kernels, by `open`, which opens its
   * picker on the entry, without showing it.
   */
  listSilently(open: () => Promise<unknown>): Promise<void>;
}

/** RemainingStep is what the user still has to do before cells run in a kernel, with buttons for it. */
export interface RemainingStep {
  readonly text: string;
  readonly actions: readonly Action[];
}

/** Jupyter is our side of the Jupyter extension. */
export interface Jupyter extends Disposable {
  /** prepare makes the first use of a slot quicker, as soon as it is known that it will be used. */
  prepare(slot: Slot): Promise<void>;
  /**
   * use makes the open notebook use a slot, whether or not a kernel runs in it yet. It returns the
   * notebook; undefined if none is open, or the user did not choose one.
   */
  use(slot: Slot): Promise<NotebookEditor | undefined>;
  /** confirm returns what the user still has to do before the notebook uses the slot, according to VS Code. */
  confirm(
    slot: Slot,
    editor: NotebookEditor | undefined,
    kernel: Kernel,
  ): Promise<RemainingStep | undefined>;
  /** activeSlot returns the id of the slot that the active notebook uses. */
  activeSlot(): string | undefined;
  /** slotIdOf returns the id of the slot that a notebook uses. */
  slotIdOf(notebook: NotebookDocument): string | undefined;
  /** isUsed reports whether an open notebook uses a slot. */
  isUsed(slot: Slot): boolean;
  /** isShared reports whether several notebooks run in a kernel; also true if that is unknown. */
  isShared(kernel: Kernel): Promise<boolean>;
}
