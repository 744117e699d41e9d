import type { Memento, NotebookDocument, NotebookEditor } from "vscode";
import { createTable } from "../common/table.js";
import type { VSCode } from "../common/vscode.js";

/** notebookName returns a notebook's name: "analysis.ipynb". */
export function notebookName(notebook: { readonly uri: { readonly path: string } }): string {
  return notebook.uri.path.split("/").at(-1) ?? "";
}

/** isNotebook reports whether the Jupyter extension runs a document's cells. */
export function isNotebook(notebook: NotebookDocument): boolean {
  // The second is the window in which cells of a Python file run.
  return ["jupyter-notebook", "interactive"].includes(notebook.notebookType);
}

/** openNotebooks returns the notebooks that are open, in any tab. */
export function openNotebooks(vscode: VSCode): NotebookDocument[] {
  return vscode.workspace.notebookDocuments.filter(
    (notebook) => isNotebook(notebook) && !notebook.isClosed,
  );
}

/**
 * whichEditor returns the notebook that the user means: the active one, or the only one that is
 * visible; if there are several, it asks. It returns undefined if none is open, or the user
 * dismissed the question.
 */
export async function whichEditor(vscode: VSCode): Promise<NotebookEditor | undefined> {
  const active = vscode.window.activeNotebookEditor;
  if (active !== undefined && isNotebook(active.notebook)) return active;
  const visible = vscode.window.visibleNotebookEditors.filter(({ notebook }) =>
    isNotebook(notebook),
  );
  const [first, second] = visible;
  if (second) return await ask(vscode, visible);
  if (first) return first;
  // One that is open behind other tabs, if it is the only one.
  const [only, another] = openNotebooks(vscode);
  return only && !another ? await vscode.window.showNotebookDocument(only) : undefined;
}

async function ask(vscode: VSCode, editors: NotebookEditor[]): Promise<NotebookEditor | undefined> {
  const rows = editors.map((editor) => ({ label: notebookName(editor.notebook), editor }));
  const title = "Which notebook should use this kernel?";
  return (await vscode.window.showQuickPick(rows, { title }))?.editor;
}

/** NotebookSlots remembers which notebook runs in which slot, across reloads. */
export interface NotebookSlots {
  /** slotIdOf returns the id of a notebook's slot. */
  slotIdOf(notebook: NotebookDocument): string | undefined;
  set(notebook: NotebookDocument, slotId: string | undefined): void;
}

const key = "sunpyter.notebooks.v1";

/** The least recently used is forgotten first. */
const maxNotebooks = 200;

/** createNotebookSlots stores them in the workspace's state. */
export function createNotebookSlots(state: Memento): NotebookSlots {
  const table = createTable<string>(state, key, maxNotebooks);
  return {
    slotIdOf: (notebook) => table.get(notebook.uri.toString()),
    set: (notebook, slotId) => {
      const uri = notebook.uri.toString();
      if (table.get(uri) !== slotId) void table.set(uri, slotId);
    },
  };
}
