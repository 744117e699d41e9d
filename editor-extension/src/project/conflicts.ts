import path from "node:path";
import type { Uri } from "vscode";
import type { Log } from "../common/log.js";
import { showProblem } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { ProjectConflict, ProjectPushParams, ProjectPushResult } from "../protocol.js";
import type { Copy } from "./copies.js";

/** ConflictsDeps is what {@link createConflicts} needs. */
interface ConflictsDeps {
  readonly push: (
    copy: Copy,
    change: Pick<ProjectPushParams, "only"> & Partial<Record<Side, string[]>>,
  ) => Promise<ProjectPushResult>;
  /** remoteFile returns the URI of a file on a cluster. */
  readonly remoteFile: (copy: Copy, path: string) => Promise<Uri>;
  readonly log: Pick<Log, "error" | "show">;
}

/** Side is whose file is taken. */
type Side = "mine" | "theirs";

type Choice = Side | "compare";

/**
 * createConflicts returns the function that tells the user, once, of files that were changed both
 * here and on the cluster, and resolves them: one, or several one after the other.
 */
export function createConflicts(
  vscode: VSCode,
  deps: ConflictsDeps,
): (copy: Copy, conflicts: readonly ProjectConflict[]) => Promise<void> {
  const { push, remoteFile, log } = deps;

  const compare = async (copy: Copy, conflict: ProjectConflict): Promise<void> => {
    const there = await remoteFile(copy, conflict.path);
    const here = vscode.Uri.file(path.join(copy.project.folder, conflict.name));
    const title = `${path.basename(conflict.name)} (${copy.title} ↔ this computer)`;
    await vscode.commands.executeCommand("vscode.diff", there, here, title);
  };
  /** handle does what the user chose, and returns whether the conflict is resolved. */
  const handle = async (
    copy: Copy,
    conflict: ProjectConflict,
    choice: Choice,
  ): Promise<boolean> => {
    try {
      if (choice === "compare") await compare(copy, conflict);
      else await push(copy, { only: [conflict.name], [choice]: [conflict.name] });
    } catch (err) {
      await showProblem(vscode, err, { doing: `update ${conflict.name}`, log });
      return false;
    }
    return choice !== "compare";
  };
  const one = async (copy: Copy, conflict: ProjectConflict): Promise<void> => {
    const buttons = buttonsOf(conflict);
    const titles = [...buttons.keys()];
    const chosen = await vscode.window.showWarningMessage(textOf(copy, conflict), ...titles);
    const choice = buttons.get(chosen ?? "");
    // After a look at both, the question is still open.
    if (choice && !(await handle(copy, conflict, choice))) await one(copy, conflict);
  };
  const several = async (copy: Copy, conflicts: readonly ProjectConflict[]): Promise<void> => {
    const review = "Review…";
    const text = `${conflicts.length} files were changed on ${copy.title} and here. They were left as they are.`;
    if ((await vscode.window.showWarningMessage(text, review)) !== review) return;
    let open = [...conflicts];
    while (open.length > 0) {
      const rows = open.map((conflict) => ({
        label: conflict.name,
        description: conflict.deleted ? "deleted here" : "",
        conflict,
      }));
      const title = `Files that were changed on ${copy.title} and here`;
      const placeHolder = "Select a file to decide which version to keep";
      const row = await vscode.window.showQuickPick(rows, { title, placeHolder });
      if (row === undefined) return;
      const { conflict } = row;
      const choices = [...buttonsOf(conflict)].map(([label, choice]) => ({ label, choice }));
      const picked = await vscode.window.showQuickPick(choices, { title: conflict.name });
      if (picked && (await handle(copy, conflict, picked.choice)))
        open = open.filter((other) => other !== conflict);
      if (picked?.choice === "compare") await one(copy, conflict);
    }
  };
  return async (copy, conflicts) => {
    const fresh = conflicts.filter(({ reported }) => reported !== true);
    const [first, ...more] = fresh;
    if (first) await (more.length === 0 ? one(copy, first) : several(copy, fresh));
  };
}

function textOf({ title }: Copy, { name, deleted }: ProjectConflict): string {
  return deleted
    ? `${name} was deleted here, but changed on ${title}. It is kept there.`
    : `${name} was changed on ${title}, so your version was not sent.`;
}

function buttonsOf({ deleted }: ProjectConflict): ReadonlyMap<string, Choice> {
  return new Map<string, Choice>(
    deleted
      ? [
          ["Bring It Back", "theirs"],
          ["Delete It There", "mine"],
        ]
      : [
          ["Compare", "compare"],
          ["Take Theirs", "theirs"],
          ["Take Mine", "mine"],
        ],
  );
}
