import type { Memento, NotebookDocument } from "vscode";

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
