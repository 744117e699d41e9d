import type { NotebookDocument, NotebookEditor } from "vscode";
import type { VSCode } from "../vs.js";
import { nameOf } from "./words.js";

/** isNotebook tells whether the Jupyter extension runs a document's cells. */
export function isNotebook(notebook: NotebookDocument): boolean {
  // The second is the window in which cells of a Python file run.
  return ["jupyter-notebook", "interactive"].includes(notebook.notebookType);
}

/**
 * whichEditor returns the notebook that the user means: the active one, or the only one that is
 * visible; of several it asks. "none": no notebook is open; undefined: the user did not say.
 */
export async function whichEditor(vs: VSCode): Promise<NotebookEditor | "none" | undefined> {
  const active = vs.window.activeNotebookEditor;
  if (active !== undefined && isNotebook(active.notebook)) return active;
  const visible = vs.window.visibleNotebookEditors.filter(({ notebook }) => isNotebook(notebook));
  const [first, second] = visible;
  if (second === undefined) return first ?? hidden(vs);
  return await ask(vs, visible);
}

/** hidden gives a notebook that is open behind other tabs, if it is the only one. */
async function hidden(vs: VSCode): Promise<NotebookEditor | "none"> {
  const open = vs.workspace.notebookDocuments.filter(
    (notebook) => isNotebook(notebook) && !notebook.isClosed,
  );
  const [only, another] = open;
  if (only === undefined || another !== undefined) return "none";
  return await vs.window.showNotebookDocument(only);
}

async function ask(vs: VSCode, editors: NotebookEditor[]): Promise<NotebookEditor | undefined> {
  const rows = editors.map((editor) => ({ label: nameOf(editor.notebook), editor }));
  const title = "Which notebook should use this kernel?";
  return (await vs.window.showQuickPick(rows, { title }))?.editor;
}
