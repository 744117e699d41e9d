import type { Memento, NotebookDocument, NotebookEditor } from "vscode";
import type { Log } from "../common/log.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernels } from "../kernels/types.js";
import type { Session } from "../protocol.js";
import type { Slot, Slots } from "../slots/slots.js";
import { createEntries } from "./entries.js";
import { createExtension } from "./extension.js";
import { createLocalRuns } from "./localruns.js";
import {
  createNotebookSlots,
  isNotebook,
  notebookName,
  openNotebooks,
  whichEditor,
} from "./notebooks.js";
import { createPickerCommands } from "./pickercommands.js";
import { createRest, getJson, type Rest } from "./rest.js";
import { createSelect, type SelectTimes } from "./select.js";
import { createSlotServers, type SlotServersDeps } from "./slotservers.js";
import { createSlotState } from "./slotstate.js";
import { createToolbar } from "./toolbar.js";
import type { Jupyter, RemainingStep } from "./types.js";

/** JupyterDeps is what {@link createJupyter} needs. */
interface JupyterDeps {
  readonly kernels: Kernels;
  readonly slots: Slots;
  /** start starts a kernel by the command, takeOver moves one of another window here. */
  readonly start: (slot: Slot) => Promise<void>;
  readonly takeOver: (session: Session) => Promise<void>;
  /** startForCell starts what a cell needs, asking first. */
  readonly startForCell: SlotServersDeps["start"];
  /** pathIn returns the path of a notebook's session in a kernel, whose folder cells start in. */
  readonly pathIn: (kernel: string, path: string, file: string | undefined) => string;
  readonly log: Log;
  /** defaultTitle returns the title of the cluster on which kernels start. */
  readonly defaultTitle: () => string;
  /** extension is our own id: "sa2c.sunpyter". */
  readonly extension: string;
  readonly workspaceState: Memento;
  readonly globalState: Memento;
  /** rest and times are set by tests. */
  readonly rest?: Rest;
  readonly times?: SelectTimes;
}

/** createJupyter creates our entries in the kernel picker once there is a notebook or a kernel. */
export function createJupyter(vscode: VSCode, deps: JupyterDeps): Jupyter {
  const { kernels, slots, log } = deps;
  const rest = deps.rest ?? createRest();
  const extension = createExtension(vscode, { log });
  const notebookSlots = createNotebookSlots(deps.workspaceState);
  const memory = createSlotState(deps);
  const select = createSelect(vscode, { ...deps, memory, state: deps.globalState });
  const entries = createEntries(vscode, {
    api: () => extension.api(),
    kernels,
    slots,
    servers: createSlotServers({ kernels, slots, start: deps.startForCell }),
    memory,
    commands: (slot) => createPickerCommands(vscode, deps, slot),
    pathIn: deps.pathIn,
    log,
    rest,
  });
  const restored = new Set<string>();
  const whenNeeded = () => {
    if (kernels.own.length === 0 && !vscode.workspace.notebookDocuments.some(isNotebook)) return;
    entries
      .prepare()
      .catch((err: unknown) =>
        log.error(`The kernel picker entry could not be added: ${String(err)}`),
      );
  };
  /**
   * restore lists a slot's kernels for a notebook that used it in an earlier window. The Jupyter
   * extension does so by itself, but not if the window was reloaded right after the first cell.
   */
  const restore = async (notebook: NotebookDocument): Promise<void> => {
    const slot = slots.get(isNotebook(notebook) ? notebookSlots.slotIdOf(notebook) : undefined);
    const entry = slot && (await entries.get(slot).catch(() => undefined)); // it is logged above
    if (entry === undefined || restored.has(entry.slot.id)) return;
    restored.add(entry.slot.id);
    await select.listKernels(notebook, entry);
  };
  whenNeeded();
  for (const notebook of vscode.workspace.notebookDocuments) void restore(notebook);
  const disposables = vscode.Disposable.from(
    vscode.workspace.onDidOpenNotebookDocument((notebook) => {
      whenNeeded();
      void restore(notebook);
    }),
    vscode.extensions.onDidChange(whenNeeded),
    slots.onDidChange(whenNeeded),
    createLocalRuns(vscode, { entries, select, slots, notebookSlots, log }),
    createToolbar(vscode, { ...deps, entries, memory }),
    entries,
  );
  const toSelect = (editor: NotebookEditor, slot: Slot): RemainingStep => ({
    text: `${notebookName(editor.notebook)} does not use it yet.`,
    actions: [
      {
        title: "Select Kernel…",
        run: async () => {
          const entry = await entries.get(slot);
          if (entry && (await select.selectByUser(editor, entry)))
            notebookSlots.set(editor.notebook, slot.id);
        },
      },
    ],
  });
  return {
    prepare: async (slot) => {
      const notebook = vscode.window.activeNotebookEditor?.notebook;
      if (notebook === undefined || !isNotebook(notebook)) return;
      const entry = await entries.get(slot).catch(() => undefined); // the start itself reports it
      if (entry) await select.prepare(notebook, entry);
    },
    use: async (slot) => {
      const entry = await entries.get(slot);
      if (entry === undefined) return undefined;
      const editor = await whichEditor(vscode);
      if (editor && (await select.select(editor, entry)))
        notebookSlots.set(editor.notebook, slot.id);
      return editor;
    },
    confirm: async (slot, editor, kernel) => {
      const entry = await entries.get(slot);
      if (entry === undefined) {
        await extension.showProblem(kernel.session.id);
        return undefined;
      }
      if (editor === undefined) return toOpen(vscode, slot);
      if (!(await select.trySelect(editor, entry))) return toSelect(editor, slot);
      notebookSlots.set(editor.notebook, slot.id);
      return undefined;
    },
    activeSlot: () => {
      const notebook = vscode.window.activeNotebookEditor?.notebook;
      return notebook && notebookSlots.slotIdOf(notebook);
    },
    slotIdOf: (notebook) => notebookSlots.slotIdOf(notebook),
    isUsed: (slot) =>
      openNotebooks(vscode).some((notebook) => notebookSlots.slotIdOf(notebook) === slot.id),
    isShared: async (kernel) => {
      try {
        return (await getJson<unknown[]>(rest, kernel, "api/sessions")).length > 1;
      } catch {
        return true;
      }
    },
    dispose: () => {
      disposables.dispose();
    },
  };
}

function toOpen(vscode: VSCode, { label }: Slot): RemainingStep {
  const command = (...of: [string, ...string[]]) => vscode.commands.executeCommand(...of);
  return {
    text: `Open a notebook, then select it with "Select Kernel" › ${label}.`,
    actions: [
      { title: "Open Notebook…", run: () => command("workbench.action.quickOpen", ".ipynb") },
      { title: "New Notebook", run: () => command("ipynb.newUntitledIpynb") },
    ],
  };
}
