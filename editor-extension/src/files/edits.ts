import { confirm } from "../common/notices.js";
import type { Uri } from "vscode";
import type { VSCode } from "../common/vscode.js";
import type { EntryRow } from "./tree.js";
import { nameOf } from "./uris.js";

/** folderOf returns the folder in which a new file beside a row goes: the row itself if it is one. */
export function folderOf(vscode: VSCode, { uri, entry }: EntryRow): Uri {
  return entry.type === "directory" ? uri : vscode.Uri.joinPath(uri, "..");
}

/** nameProblem returns what is wrong with a file's name. */
export function nameProblem(name: string): string | undefined {
  if (name === "" || name === "." || name === "..") return "Enter a name.";
  return name.includes("/") ? "A name can't contain /." : undefined;
}

/** confirmDelete asks before something is deleted: there is no trash on a cluster. */
export function confirmDelete(vscode: VSCode, { uri, entry }: EntryRow): Promise<boolean> {
  const what = entry.type === "directory" && !entry.link ? " and everything in it" : "";
  const text = `Delete ${nameOf(uri.path)}${what} on the cluster?`;
  return confirm(vscode, text, "Delete", "It can't be restored.");
}
