import type { Memento, NotebookDocument, NotebookEditor } from "vscode";
import type { Log } from "../common/log.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernels } from "../kernels/types.js";
import type { Session } from "../protocol.js";
import type { Slot, Slots } from "../slots/slots.js";
import { createEntries } from "./entries.js";
import { createExtension } from "./extension.js";
import { createLocalRuns } from "./localruns.js";
import { createUses, isNotebook, nameOf, whichEditor } from "./notebooks.js";
import { createOffers } from "./pickercommands.js";
import { createRest, json, type JupyterSession, type Rest } from "./rest.js";
import { createSelect, type Times } from "./select.js";
import { createReach, type ReachDeps } from "./slotservers.js";
import { createSlotMemory } from "./slotstate.js";
import type { Jupyter, Left } from "./types.js";

/** JupyterDeps is what {@link createJupyter} needs. */
export interface JupyterDeps {
  readonly kernels: Kernels;
  readonly slots: Slots;
  /** start starts a kernel by the command, takeOver uses one of another window. */
  readonly start: (slot: Slot) => Promise<void>;
  readonly takeOver: (session: Session) => Promise<void>;
  /** startForCell starts what a cell needs, asking first. */
  readonly startForCell: ReachDeps["start"];
  readonly log: Log;
  /** extension is our own id: "sa2c.sunpyter". */
  readonly extension: string;
  readonly workspaceState: Memento;
  readonly globalState: Memento;
  /** rest and times are given by units. */
  readonly rest?: Rest;
  readonly times?: Times;
}

/** createJupyter waits for a notebook or a kernel, and then makes our entries in the kernel picker. */
export function createJupyter(vs: VSCode, deps: JupyterDeps): Jupyter {
  const { kernels, slots, log } = deps;
  const rest = deps.rest ?? createRest();
  const extension = createExtension(vs, { log });
  const uses = createUses(deps.workspaceState);
  const memory = createSlotMemory(deps);
  const select = createSelect(vs, { ...deps, memory, state: deps.globalState });
  const entries = createEntries(vs, {
    api: () => extension.api(),
    kernels,
    slots,
    reach: createReach({ kernels, slots, start: deps.startForCell }),
    memory,
    commands: (slot) => createOffers(vs, deps, slot),
    log,
    rest,
  });
  const restored = new Set<string>();
  const needed = () => kernels.own.length > 0 || vs.workspace.notebookDocuments.some(isNotebook);
  const whenNeeded = () => {
    if (!needed()) return;
    entries.prepare().catch((err: unknown) => {
      log.error(`The kernel picker has no entry: ${String(err)}`);
    });
  };
  /**
   * restore lists a slot's kernels for a notebook that used it in an earlier window. The Jupyter
   * extension does so by itself, but not where the window was reloaded right after the first cell.
   */
  const restore = async (notebook: NotebookDocument): Promise<void> => {
    const id = isNotebook(notebook) ? uses.of(notebook) : undefined;
    const slot = slots.all().find((one) => one.id === id);
    const entry = slot && (await entries.get(slot).catch(() => undefined)); // it is logged above
    if (entry === undefined || restored.has(entry.slot.id)) return;
    restored.add(entry.slot.id);
    await select.list(notebook, entry);
  };
  whenNeeded();
  for (const notebook of vs.workspace.notebookDocuments) void restore(notebook);
  const disposables = vs.Disposable.from(
    vs.workspace.onDidOpenNotebookDocument((notebook) => {
      whenNeeded();
      void restore(notebook);
    }),
    vs.extensions.onDidChange(whenNeeded),
    slots.onDidChange(whenNeeded),
    createLocalRuns(vs, { entries, select, slots, uses, log }),
    entries,
  );
  const toSelect = (editor: NotebookEditor, slot: Slot): Left => ({
    text: `${nameOf(editor.notebook)} does not use it yet.`,
    actions: [
      {
        title: "Select Kernel…",
        run: async () => {
          const entry = await entries.get(slot);
          if (entry && (await select.byUser(editor, entry))) uses.set(editor.notebook, slot.id);
        },
      },
    ],
  });
  return {
    use: async (slot) => {
      const entry = await entries.get(slot);
      if (entry === undefined) return { editor: undefined };
      const found = await whichEditor(vs);
      const editor = found === "none" ? undefined : found;
      if (editor && (await select.soon(editor, entry))) uses.set(editor.notebook, slot.id);
      return { editor };
    },
    confirm: async (slot, { editor }, kernel) => {
      const entry = await entries.get(slot);
      if (entry === undefined) {
        await extension.tell(kernel.session.id);
        return undefined;
      }
      if (editor === undefined) return toOpen(vs, slot);
      if (!(await select.now(editor, entry))) return toSelect(editor, slot);
      uses.set(editor.notebook, slot.id);
      return undefined;
    },
    activeSlot: () => {
      const notebook = vs.window.activeNotebookEditor?.notebook;
      return notebook && uses.of(notebook);
    },
    uses: (slot) =>
      vs.workspace.notebookDocuments.some(
        (notebook) => isNotebook(notebook) && !notebook.isClosed && uses.of(notebook) === slot.id,
      ),
    isShared: async (kernel) => {
      try {
        return (await json<JupyterSession[]>(rest, kernel, "api/sessions")).length > 1;
      } catch {
        return true;
      }
    },
    dispose: () => {
      disposables.dispose();
    },
  };
}

function toOpen(vs: VSCode, { label }: Slot): Left {
  const command = (...of: [string, ...string[]]) => vs.commands.executeCommand(...of);
  return {
    text: `Open a notebook, then select it with "Select Kernel" › ${label}.`,
    actions: [
      { title: "Open Notebook…", run: () => command("workbench.action.quickOpen", ".ipynb") },
      { title: "New Notebook", run: () => command("ipynb.newUntitledIpynb") },
    ],
  };
}
