import type { Memento } from "vscode";
import { createTable } from "../common/table.js";

/** Decision is what is to be done about a folder at each start. */
type Decision = "always" | "never";

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
  const decisions = createTable(globalState, keys.decisions, maxFolders);
  const copied = createTable(workspaceState, keys.copied, maxFolders);
  const included = createTable(globalState, keys.included, maxFolders);
  return {
    decision: (folder) => {
      const value = decisions.get(folder);
      return value === "always" || value === "never" ? value : undefined;
    },
    setDecision: (folder, decision) => decisions.set(folder, decision),
    forgetDecisions: async () => globalState.update(keys.decisions, undefined),
    copied: (folder) => {
      const value = copied.get(folder);
      return typeof value === "boolean" ? value : undefined;
    },
    setCopied: (folder, value) => copied.set(folder, value),
    included: (folder) => {
      const value = included.get(folder);
      return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
    },
    setIncluded: (folder, names) => included.set(folder, names.length > 0 ? names : undefined),
  };
}
