import type { Disposable, NotebookCell, NotebookCellExecutionSummary } from "vscode";
import type { Log } from "../common/log.js";
import { runCell, type VSCode } from "../common/vscode.js";
import type { Slot, Slots } from "../slots/slots.js";
import { isNotebook, type NotebookSlots } from "./notebooks.js";
import type { Select } from "./select.js";
import type { Entries, SlotExecution } from "./types.js";

/** LocalRunsDeps is what {@link createLocalRuns} needs. */
interface LocalRunsDeps {
  readonly entries: Entries;
  readonly select: Select;
  readonly slots: Slots;
  readonly notebookSlots: NotebookSlots;
  readonly log: Log;
}

/** maxRuns is how many executions are remembered. */
const maxRuns = 1000;

/**
 * createLocalRuns notices cells that ran on this computer though their notebook belongs to a cluster.
 * No stable API says which kernel a notebook has. But everything that runs in a slot goes through its
 * gateway: so a cell that has run although neither its code nor anything for its notebook's
 * kernel went through, ran elsewhere.
 */
export function createLocalRuns(vscode: VSCode, deps: LocalRunsDeps): Disposable {
  const { entries, slots, notebookSlots: uses } = deps;
  const startedAt = Date.now();
  /** runs are the executions that are not matched with a finished cell yet, oldest first. */
  const runs: SlotExecution[] = [];
  /** kernelOf maps notebooks to kernels, by the code that they were seen to run. */
  const kernelOf = new Map<string, string>();
  const warned = new Set<string>();
  const seen = new WeakMap<NotebookCell, string>();

  /**
   * takeRun finds a cell's run. It uses no clock: the times of a cell come from its kernel. Its text may
   * have been edited since, so a run of its notebook's kernel counts, too.
   */
  const takeRun = (cell: NotebookCell): SlotExecution | undefined => {
    const code = cell.document.getText();
    const kernel = kernelOf.get(cell.notebook.uri.toString());
    const exact = runs.findIndex((run) => sameCode(run.code, code));
    const at = exact >= 0 ? exact : runs.findIndex((run) => run.kernelId === kernel);
    return at < 0 ? undefined : runs.splice(at, 1)[0];
  };
  /** isNew is false for a summary that VS Code reports again, as when other metadata changes. */
  const isNew = (cell: NotebookCell, summary: NotebookCellExecutionSummary): boolean => {
    const text = JSON.stringify(summary);
    const known = seen.get(cell) === text;
    seen.set(cell, text);
    return !known;
  };
  const finished = (cell: NotebookCell, { timing }: NotebookCellExecutionSummary): void => {
    const { notebook } = cell;
    const uri = notebook.uri.toString();
    if (timing && timing.startTime < startedAt) return; // it was begun before a reload
    const run = takeRun(cell);
    if (run) {
      kernelOf.set(uri, run.kernelId);
      uses.set(notebook, run.slot.id);
      warned.delete(uri);
      return;
    }
    const slot = slots.get(uses.slotIdOf(notebook));
    if (slot === undefined || warned.has(uri)) return;
    warned.add(uri);
    void warn(vscode, deps, cell, slot);
  };
  return vscode.Disposable.from(
    entries.onDidRun((run) => {
      runs.push(run);
      if (runs.length > maxRuns) runs.shift();
    }),
    vscode.workspace.onDidChangeNotebookDocument(({ notebook, cellChanges }) => {
      if (!isNotebook(notebook)) return;
      for (const { cell, executionSummary } of cellChanges) {
        if (hasRun(executionSummary) && isNew(cell, executionSummary)) {
          finished(cell, executionSummary);
        }
      }
    }),
  );
}

/** hasRun: it has finished, and a kernel has numbered it, so it did not just fail to connect. */
function hasRun(
  summary: NotebookCellExecutionSummary | undefined,
): summary is NotebookCellExecutionSummary {
  return summary?.success !== undefined && summary.executionOrder !== undefined;
}

function sameCode(a: string, b: string): boolean {
  const plain = (text: string): string => text.replaceAll("\r\n", "\n").trim();
  return plain(a) === plain(b);
}

const stay = "Stay on This Computer";

/** warn shows an error, since VS Code hides other messages after a few seconds. */
async function warn(
  vscode: VSCode,
  { entries, select, notebookSlots: uses, log }: LocalRunsDeps,
  cell: NotebookCell,
  slot: Slot,
): Promise<void> {
  const { notebook } = cell;
  const runAgain = `Select ${slot.label} and Run Again`;
  const text = `This cell ran on this computer, not on ${slot.label}.`;
  log.warn(`A cell of ${notebook.uri.path} ran on this computer, not on ${slot.label}.`);
  const chosen = await vscode.window.showErrorMessage(text, runAgain, stay);
  if (chosen === stay) uses.set(notebook, undefined);
  if (chosen !== runAgain) return;
  const editor = await vscode.window.showNotebookDocument(notebook);
  const entry = await entries.get(slot);
  if (!entry || !(await select.select(editor, entry))) return;
  uses.set(notebook, slot.id);
  await runCell(vscode, cell);
}
