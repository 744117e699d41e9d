import type { Disposable, NotebookDocument } from "vscode";
import type { KernelChange, Kernels } from "../kernels/kernels.js";
import { ProblemCode, type Session } from "../protocol.js";
import type { VSCode } from "../vs.js";
import { where } from "../words.js";
import { isNotebook } from "./notebooks.js";
import type { Uses } from "./uses.js";
import { nameOf } from "./words.js";

const REOPEN = "Reopen Notebook";

/**
 * createRemovedNotice tells a person whose notebook lost its kernel to reopen the notebook: the
 * Jupyter extension puts a kernel of this computer in its place in silence, and does not run cells
 * in a kernel of ours again before the notebook was closed.
 */
export function createRemovedNotice(
  vs: VSCode,
  deps: { kernels: Pick<Kernels, "onDidChange">; uses: Uses },
): Disposable {
  return deps.kernels.onDidChange(({ kernel: { session }, before }: KernelChange) => {
    if (session.state !== "ended" || before === undefined || before.state === "ended") return;
    const lost = vs.workspace.notebookDocuments.filter(
      (one) => isNotebook(one) && !one.isClosed && deps.uses.of(one)?.kernel === session.id,
    );
    if (lost.length > 0) void tell(vs, session, lost);
  });
}

async function tell(vs: VSCode, session: Session, lost: NotebookDocument[]): Promise<void> {
  const place = where(session);
  const names = lost.map(nameOf).join(", ");
  const text = `The kernel on ${place} has ended. Close and reopen ${names} before you run its cells on the cluster again.`;
  // A notebook without a file would be lost.
  const files = lost.filter((notebook) => !notebook.isUntitled);
  const title = files.length > 1 ? "Reopen Notebooks" : REOPEN;
  // Who stopped it knows that it is gone.
  const stopped = session.cause?.code === ProblemCode.Cancelled;
  const show = stopped ? vs.window.showInformationMessage : vs.window.showWarningMessage;
  const chosen = await show(text, ...(files.length > 0 ? [title] : []));
  if (chosen === undefined) return;
  for (const notebook of files) await reopen(vs, notebook);
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
