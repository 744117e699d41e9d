import type { Memento, NotebookDocument, NotebookEditor } from "vscode";
import type { VSCode } from "../common/vscode.js";

/** nameOf is a notebook's name for a person: "analysis.ipynb". */
export function nameOf(notebook: { readonly uri: { readonly path: string } }): string {
  return notebook.uri.path.split("/").at(-1) ?? "";
}

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

/** Uses remembers which notebook runs in which slot, over reloads and days. */
export interface Uses {
  /** of returns the id of a notebook's slot. */
  of(notebook: NotebookDocument): string | undefined;
  set(notebook: NotebookDocument, slotId: string | undefined): void;
}

const key = "sunpyter.notebooks.v1";

/** What was used longest ago is forgotten first. */
const most = 200;

/** createUses keeps them in the window's state. */
export function createUses(state: Memento): Uses {
  const read = () => state.get<Record<string, string>>(key, {});
  return {
    of: (notebook) => read()[notebook.uri.toString()],
    set: (notebook, slotId) => {
      const uri = notebook.uri.toString();
      if (read()[uri] === slotId) return;
      const others = Object.entries(read()).filter(([one]) => one !== uri);
      const all = slotId === undefined ? others : [...others, [uri, slotId] as const];
      void state.update(key, Object.fromEntries(all.slice(-most)));
    },
  };
}
