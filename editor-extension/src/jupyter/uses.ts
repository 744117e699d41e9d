import type { Memento, NotebookDocument } from "vscode";
import type { Seen } from "./activity.js";

/** Use is the kernel that a notebook's cells ran in. */
export interface Use {
  readonly kernel: string;
  /** place is the kernel's node, for texts: "scs0151". */
  readonly place: string;
  /** seen is the kernel in Jupyter, right after a cell of the notebook. */
  readonly seen?: Seen;
}

/**
 * Uses remembers which notebook used which of our kernels, over a reload too: it is then that a
 * notebook can lose its kernel unseen.
 */
export interface Uses {
  of(notebook: NotebookDocument): Use | undefined;
  set(notebook: NotebookDocument, use: Use | undefined): void;
}

const KEY = "notebooks";
/** What was used longest ago is forgotten first. */
const MOST = 50;

/** createUses keeps them in the window's state. */
export function createUses(state: Memento): Uses {
  const read = () => state.get<Record<string, Use>>(KEY, {});
  return {
    of: (notebook) => read()[notebook.uri.toString()],
    set: (notebook, use) => {
      const uri = notebook.uri.toString();
      const others = Object.entries(read()).filter(([one]) => one !== uri);
      const all = use === undefined ? others : [...others, [uri, use] as const];
      void state.update(KEY, Object.fromEntries(all.slice(-MOST)));
    },
  };
}
