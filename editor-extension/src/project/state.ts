import type { Memento } from "vscode";

/** Decision is what is to be done about a folder at each start. */
export type Decision = "always" | "never";

/** ProjectState is what this computer remembers about the folders that were copied. */
export interface ProjectState {
  /** decision is what the user decided for a folder; undefined: nothing. */
  decision(folder: string): Decision | undefined;
  setDecision(folder: string, decision: Decision): Promise<void>;
  /** forgetDecisions forgets what was decided for all folders. */
  forgetDecisions(): Promise<void>;
  /** copied is whether the last start from a folder in this workspace copied it. */
  copied(folder: string): boolean | undefined;
  setCopied(folder: string, copied: boolean): Promise<void>;
  /** included are the files that are copied though they would be left out. */
  included(folder: string): readonly string[];
  setIncluded(folder: string, names: readonly string[]): Promise<void>;
}

/** keys are the keys in the editor's state. A new format gets a new key. */
const keys = {
  decisions: "sunpyter.project.decisions.v1",
  copied: "sunpyter.project.copied.v1",
  included: "sunpyter.project.included.v1",
} as const;

/** maxFolders is how many folders are remembered. */
const maxFolders = 200;

/** createProjectState uses the editor's state: decisions are for all windows. */
export function createProjectState(memory: {
  readonly globalState: Memento;
  readonly workspaceState: Memento;
}): ProjectState {
  const { globalState, workspaceState } = memory;
  const get = (state: Memento, key: string, folder: string): unknown =>
    state.get<Record<string, unknown>>(key, {})[folder];
  const set = async (state: Memento, key: string, folder: string, value: unknown) => {
    const others = Object.entries(state.get<Record<string, unknown>>(key, {})).filter(
      ([one]) => one !== folder,
    );
    const all = value === undefined ? others : [...others, [folder, value] as const];
    await state.update(key, Object.fromEntries(all.slice(-maxFolders)));
  };
  return {
    decision: (folder) => {
      const value = get(globalState, keys.decisions, folder);
      return value === "always" || value === "never" ? value : undefined;
    },
    setDecision: (folder, decision) => set(globalState, keys.decisions, folder, decision),
    forgetDecisions: async () => globalState.update(keys.decisions, undefined),
    copied: (folder) => {
      const value = get(workspaceState, keys.copied, folder);
      return typeof value === "boolean" ? value : undefined;
    },
    setCopied: (folder, copied) => set(workspaceState, keys.copied, folder, copied),
    included: (folder) => {
      const value = get(globalState, keys.included, folder);
      return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
    },
    setIncluded: (folder, names) =>
      set(globalState, keys.included, folder, names.length > 0 ? names : undefined),
  };
}
