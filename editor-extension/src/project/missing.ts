import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import type { Disposable, NotebookCell, NotebookCellOutput, NotebookDocument } from "vscode";
import type { Log } from "../common/log.js";
import { showProblem } from "../common/problems.js";
import { runCell, type VSCode } from "../common/vscode.js";
import type { Session } from "../protocol.js";
import { formatBytes } from "../text/units.js";
import { nameIn } from "./folders.js";

/** Missing is what a cell did not find. */
export interface Missing {
  readonly kind: "file" | "module";
  /** name is a path, or a module's name. */
  readonly name: string;
}

/** LocalFile is a file or folder of this computer that a cell did not find. */
export interface LocalFile {
  readonly file: string;
  /** name is its path as seen from the folder in which the cell ran, with slashes. */
  readonly name: string;
  readonly bytes: number;
}

/** MissingDeps is what {@link createMissing} needs. */
interface MissingDeps {
  /** sessionOf returns the kernel in which a notebook's cells run. */
  readonly sessionOf: (notebook: NotebookDocument) => Session | undefined;
  /** folderOf returns the folder out of which nothing is sent: the one that was copied, if any. */
  readonly folderOf: (session: Session) => string | undefined;
  /** send sends a file to where the kernel's cells find it; it returns false if the user cancelled. */
  readonly send: (session: Session, file: LocalFile) => Promise<boolean>;
  readonly log: Pick<Log, "error" | "show">;
}

const errorMime = "application/vnd.code.notebook.error";

/** maxFiles bounds how many files of a folder are counted. */
const maxFiles = 1_000;

/**
 * createMissing offers to send the file or module that a cell did not find, if it lies beside the
 * notebook on this computer. It is offered once for each name and kernel.
 */
export function createMissing(vscode: VSCode, deps: MissingDeps): Disposable {
  const { sessionOf, folderOf, send, log } = deps;
  const offered = new Set<string>();

  const offer = async (cell: NotebookCell, missing: Missing): Promise<void> => {
    const { notebook } = cell;
    const session = sessionOf(notebook);
    if (notebook.uri.scheme !== "file" || session?.state !== "ready") return;
    const key = JSON.stringify([session.id, notebook.uri.toString(), missing.name]);
    if (offered.has(key)) return;
    const own = path.dirname(notebook.uri.fsPath);
    const found = await findMissing(missing, own, folderOf(session) ?? own);
    if (!found || offered.has(key)) return;
    offered.add(key);
    const name = path.basename(found.file);
    const button = `Send ${name} (${formatBytes(found.bytes)}) and Run Again`;
    const text =
      missing.kind === "module"
        ? `The cell did not find the module ${missing.name} on ${session.title}, but ${name} is on this computer.`
        : `The cell did not find ${missing.name} on ${session.title}, but it is on this computer.`;
    if ((await vscode.window.showInformationMessage(text, button)) !== button) return;
    try {
      if (await send(session, found)) await runCell(vscode, cell);
    } catch (err) {
      offered.delete(key);
      await showProblem(vscode, err, { doing: `send ${name} to ${session.title}`, log });
    }
  };
  return vscode.workspace.onDidChangeNotebookDocument(({ cellChanges }) => {
    for (const { cell, outputs } of cellChanges) {
      const missing = outputs && missingIn(outputs);
      if (missing) void offer(cell, missing);
    }
  });
}

/** missingIn returns what a cell's error says that it did not find. */
function missingIn(outputs: readonly NotebookCellOutput[]): Missing | undefined {
  const item = outputs.flatMap(({ items }) => items).findLast(({ mime }) => mime === errorMime);
  if (!item) return undefined;
  try {
    const error = JSON.parse(new TextDecoder().decode(item.data)) as Record<string, unknown>;
    return missingOf(`${String(error["name"])}: ${String(error["message"])}`);
  } catch {
    return undefined;
  }
}

/** missingOf reads the last line of a traceback. */
export function missingOf(text: string): Missing | undefined {
  const [, , file] =
    /\bFileNotFoundError: .*No such file or directory: (['"])(.+)\1/u.exec(text) ?? [];
  if (file !== undefined) return { kind: "file", name: file };
  const [, module] = /\bModuleNotFoundError: No module named '([\w.]+)'/u.exec(text) ?? [];
  return module === undefined ? undefined : { kind: "module", name: module };
}

/**
 * findMissing looks for what is missing beside the notebook, in the folder `own`; nothing outside
 * of `folder` is found.
 */
export async function findMissing(
  { kind, name }: Missing,
  own: string,
  folder: string,
): Promise<LocalFile | undefined> {
  if (path.isAbsolute(name) || path.win32.isAbsolute(name)) return undefined;
  const [top = ""] = name.split(".");
  const names = kind === "module" ? [`${top}.py`, top] : [name];
  for (const one of names) {
    const file = path.resolve(own, one);
    if (!nameIn(folder, file)) continue;
    const bytes = await sizeOf(file, kind === "module").catch(() => undefined);
    if (bytes !== undefined) return { file, name: path.posix.normalize(one), bytes };
  }
  return undefined;
}

/** sizeOf returns the size of a file or folder; a package has a file of Python. */
async function sizeOf(file: string, isModule: boolean): Promise<number | undefined> {
  const info = await stat(file);
  if (info.isFile()) return info.size;
  if (!info.isDirectory()) return undefined;
  const names = await readdir(file, { recursive: true });
  if (isModule && !names.some((name) => name.endsWith(".py"))) return undefined;
  const sizes = names.slice(0, maxFiles).map(async (name) => {
    const inside = await stat(path.join(file, name)).catch(() => undefined);
    return inside?.isFile() ? inside.size : 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
