import type {
  Disposable,
  Memento,
  NotebookCellExecutionSummary,
  NotebookDocument,
  NotebookDocumentChangeEvent,
} from "vscode";
import type { Kernels } from "../kernels/kernels.js";
import type { VSCode } from "../vs.js";
import { where } from "../words.js";
import { type Before, isOf, knowing, type Look, look, moved, type Running } from "./activity.js";
import { isNotebook } from "./notebooks.js";
import type { Rest } from "./rest.js";
import type { Use, Uses } from "./uses.js";

/** Watching is what {@link createFallbackWatch} needs. */
export interface Watching {
  readonly kernels: Pick<Kernels, "own" | "onDidChange">;
  readonly rest: Rest;
  readonly uses: Uses;
  /** quiet keeps the person's wish not to be told. */
  readonly quiet: Memento;
}

/** FallbackWatch notices cells that ran elsewhere. */
export interface FallbackWatch extends Disposable {
  /** look takes a look at what runs; it is the "before" of the cells that come. */
  readonly look: () => Promise<void>;
}

const QUIET = "fallback.quiet";
const NEVER = "Don't Show Again";

/**
 * createFallbackWatch notices when a notebook that used a kernel of ours runs a cell elsewhere:
 * the Jupyter extension falls back to a kernel on this computer in silence.
 *
 * No stable API says which kernel a notebook has. But the editor says when a cell has run, and
 * our Jupyters say when something last happened in each of their kernels. So after each cell we
 * look, and compare with the look before: a cell in which Python ran, while nothing happened in
 * any kernel of ours, ran elsewhere. After a reload the look before is what was remembered of the
 * notebook's own kernel. Where that is not certain nothing is said: a kernel that
 * cannot be asked, a cell that began before the look before was done (those of "Run All").
 * Another notebook that runs meanwhile on the cluster hides it until a cell runs alone.
 */
export function createFallbackWatch(vs: VSCode, deps: Watching): FallbackWatch {
  let before: Look | undefined;
  const refresh = async () => {
    before = await look(deps.kernels, deps.rest);
  };
  const ran = async (notebook: NotebookDocument, summary: NotebookCellExecutionSummary) => {
    const last = knowing(before, deps.uses.of(notebook)?.seen);
    const now = await look(deps.kernels, deps.rest);
    before = now;
    if (last === undefined || now === undefined) return;
    const here = moved(last, now);
    note(notebook, here);
    const use = deps.uses.of(notebook);
    if (here.length > 0 || use === undefined || !beganAfter(summary, last)) return;
    await tell(vs, deps, notebook, use);
  };
  const note = (notebook: NotebookDocument, here: readonly Running[]) => {
    const mine = here.find((one) => isOf(one, notebook));
    if (mine === undefined) return;
    const { id, last, at } = mine;
    const { session } = mine.kernel;
    deps.uses.set(notebook, {
      kernel: session.id,
      place: where(session),
      seen: { id, last, at },
    });
  };
  const changed = async ({ notebook, cellChanges }: NotebookDocumentChangeEvent) => {
    if (!isNotebook(notebook)) return;
    const summary = cellChanges.map((change) => change.executionSummary).find(hasRun);
    if (summary !== undefined) await ran(notebook, summary);
  };
  const listening = vs.Disposable.from(
    vs.workspace.onDidChangeNotebookDocument((event) => void changed(event)),
    deps.kernels.onDidChange(({ kernel, before: was }) => {
      if (kernel.session.state !== was?.state) void refresh();
    }),
  );
  return {
    look: refresh,
    dispose: () => {
      listening.dispose();
    },
  };
}

/** hasRun: it is over, and a kernel gave it a number, so that it did not only fail to connect. */
function hasRun(
  summary: NotebookCellExecutionSummary | undefined,
): summary is NotebookCellExecutionSummary {
  return summary?.success !== undefined && summary.executionOrder !== undefined;
}

function beganAfter({ timing }: NotebookCellExecutionSummary, last: Before): boolean {
  return timing !== undefined && timing.startTime >= last.at;
}

/** tell says it once, until the notebook runs on the cluster again. */
async function tell(
  vs: VSCode,
  { quiet, uses }: Watching,
  notebook: NotebookDocument,
  { place }: Use,
): Promise<void> {
  uses.set(notebook, undefined);
  if (quiet.get<boolean>(QUIET)) return;
  const text = `This cell ran on this computer, not on ${place}.`;
  // An error, since VS Code hides a warning after a few seconds, with its buttons.
  const chosen = await vs.window.showErrorMessage(text, "Select Kernel…", NEVER);
  if (chosen === NEVER) await quiet.update(QUIET, true);
  if (chosen !== "Select Kernel…") return;
  await vs.window.showNotebookDocument(notebook);
  await vs.commands.executeCommand("notebook.selectKernel");
}
