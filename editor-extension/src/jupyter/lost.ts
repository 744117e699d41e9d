import type { NotebookDocument } from "vscode";
import type { Action } from "../problems.js";
import type { VSCode } from "../vs.js";
import { isNotebook } from "./notebooks.js";
import type { Uses } from "./uses.js";
import { nameOf } from "./words.js";

/** Lost is what there is to do for the notebooks that an ended kernel has left. */
export interface Lost {
  /** advice is a sentence for whoever tells that the kernel has ended. */
  readonly advice: string;
  /** reopen does it; undefined where a notebook without a file would be lost. */
  readonly reopen?: Action;
}

/**
 * lostWith gives what to do when a kernel has ended whose cells open notebooks ran: the Jupyter
 * extension puts a kernel of this computer in its place in silence, and does not run cells in a
 * kernel of ours again before the notebook was closed. Undefined: no open notebook used it.
 */
export function lostWith(vs: VSCode, uses: Uses, kernel: string): Lost | undefined {
  const lost = vs.workspace.notebookDocuments.filter(
    (one) => isNotebook(one) && !one.isClosed && uses.of(one)?.kernel === kernel,
  );
  if (lost.length === 0) return undefined;
  const names = lost.map(nameOf).join(", ");
  const advice = `Close and reopen ${names} before you run its cells on the cluster again.`;
  const files = lost.filter((notebook) => !notebook.isUntitled);
  if (files.length === 0) return { advice };
  const title = files.length > 1 ? "Reopen Notebooks" : "Reopen Notebook";
  const run = async (): Promise<void> => {
    for (const notebook of files) await reopen(vs, notebook);
  };
  return { advice, reopen: { title, run } };
}

/** reopen saves a notebook, closes all of its tabs, and opens it again. */
async function reopen(vs: VSCode, notebook: NotebookDocument): Promise<void> {
  if (notebook.isDirty && !(await notebook.save())) return;
  const tabs = vs.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(({ input }) => isTabOf(input, notebook));
  if (!(await vs.window.tabGroups.close(tabs))) return;
  await vs.window.showNotebookDocument(await vs.workspace.openNotebookDocument(notebook.uri));
}

/** isTabOf knows a notebook's tab by its members, TabInputNotebook's. */
function isTabOf(input: unknown, notebook: NotebookDocument): boolean {
  const { notebookType, uri } = (input ?? {}) as Record<string, unknown>;
  return notebookType !== undefined && String(uri) === notebook.uri.toString();
}
