import os from "node:os";
import path from "node:path";
import type { NotebookDocument, Uri } from "vscode";
import type { VSCode } from "../common/vscode.js";

/**
 * folderOf returns the folder that goes along with a file, such as a notebook: its workspace folder,
 * else its own. One that is not in a file, or lies in the home directory itself, has none.
 */
export function folderOf(
  vscode: VSCode,
  { uri, isUntitled }: Pick<NotebookDocument, "uri" | "isUntitled">,
): string | undefined {
  if (uri.scheme !== "file" || isUntitled) return undefined;
  const own = path.dirname(uri.fsPath);
  const root = vscode.workspace.getWorkspaceFolder(uri)?.uri;
  const folders = root?.scheme === "file" ? [root.fsPath, own] : [own];
  return folders.find((folder) => nameIn(folder, os.homedir()) === undefined);
}

/** nameIn returns the path of a file in a folder, with slashes; "" for the folder itself. */
export function nameIn(folder: string, file: string): string | undefined {
  const name = path.relative(folder, file);
  const isOutside = name === ".." || name.startsWith(`..${path.sep}`) || path.isAbsolute(name);
  return isOutside ? undefined : name.replaceAll(path.sep, "/");
}

/**
 * startFolder returns the folder that goes along with a start: the open notebook's, or the workspace
 * folder of the Python file that is open.
 */
export function startFolder(vscode: VSCode): string | undefined {
  const notebook = openNotebook(vscode);
  if (notebook) return folderOf(vscode, notebook);
  const file = vscode.window.activeTextEditor?.document;
  const isIn = file?.languageId === "python" && vscode.workspace.getWorkspaceFolder(file.uri);
  return isIn ? folderOf(vscode, file) : undefined;
}

/** openNotebook returns the notebook that a start is for: the active one, or the only one that is visible. */
function openNotebook(vscode: VSCode): NotebookDocument | undefined {
  const { activeNotebookEditor: active, visibleNotebookEditors: visible } = vscode.window;
  return (active ?? (visible.length === 1 ? visible[0] : undefined))?.notebook;
}

/**
 * sessionPath returns the path that Jupyter is given for a notebook's kernel, whose folder becomes the
 * kernel's working directory. The Jupyter extension's own path is a name without a folder.
 */
export function sessionPath(folder: string | undefined, name: string, file?: string): string {
  const own = folder !== undefined && file !== undefined ? nameIn(folder, file) : undefined;
  if (own === undefined) return name;
  return path.posix.join(path.posix.dirname(own), path.posix.basename(name));
}

/** fileNamed returns the open notebook's file of a name that the Jupyter extension made from it. */
export function fileNamed(vscode: VSCode, name: string): string | undefined {
  const stem = /^(?:.*\/)?(.*)-jvsc-[^/]*$/u.exec(name)?.[1];
  const isNamed = ({ path: file, scheme }: Uri): boolean =>
    scheme === "file" && path.posix.basename(file, ".ipynb") === stem;
  const found = vscode.workspace.notebookDocuments.filter(({ uri }) => isNamed(uri));
  return found.length === 1 ? found[0]?.uri.fsPath : undefined;
}
