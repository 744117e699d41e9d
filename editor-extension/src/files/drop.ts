import type { DataTransfer, TreeDragAndDropController, Uri } from "vscode";
import type { VSCode } from "../common/vscode.js";
import { folderOf } from "./edits.js";
import { type FileRow, isEntryRow } from "./tree.js";

/** uriList is the type of what is dragged from the Explorer, and from file managers. */
const uriList = "text/uri-list";

/** DropDeps is what {@link createDrop} needs. */
interface DropDeps {
  readonly upload: (folder: Uri, localPaths: readonly string[]) => Promise<void>;
}

/** createDrop uploads files of this computer that are dropped on a row. */
export function createDrop(vscode: VSCode, deps: DropDeps): TreeDragAndDropController<FileRow> {
  return {
    dragMimeTypes: [],
    dropMimeTypes: [uriList],
    handleDrop: async (row, data) => {
      if (!isEntryRow(row)) return;
      const localPaths = await localPathsOf(vscode, data);
      if (localPaths.length > 0) await deps.upload(folderOf(vscode, row), localPaths);
    },
  };
}

/** localPathsOf returns the files of this computer among what is dropped. */
async function localPathsOf(vscode: VSCode, data: DataTransfer): Promise<string[]> {
  const text = (await data.get(uriList)?.asString()) ?? "";
  const lines = text.split(/\r?\n/u).filter((line) => line !== "" && !line.startsWith("#"));
  const uris = lines.map((line) => vscode.Uri.parse(line));
  return uris.filter(({ scheme }) => scheme === "file").map(({ fsPath }) => fsPath);
}
