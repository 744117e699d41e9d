import type {
  Disposable,
  DataTransfer,
  FileSystemProvider,
  TreeDragAndDropController,
  TreeView,
  Uri,
} from "vscode";
import { confirm } from "../common/notices.js";
import type { Log } from "../common/log.js";
import { attempt } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { Access } from "../files/access.js";
import type { Transfers } from "../files/transfer.js";
import { type EntryRow, type FileRow, type FileTree, isEntryRow } from "../files/tree.js";
import { nameOf } from "../files/uris.js";
import { ask, back } from "../common/quickinput.js";
import type { Starter } from "../start/starter.js";
import { addToWorkspace, findPlaces } from "./addfolder.js";

/** FilesViewDeps is what {@link createFilesView} needs. */
interface FilesViewDeps {
  readonly access: Access;
  readonly files: Pick<FileSystemProvider, "writeFile">;
  readonly tree: FileTree;
  readonly transfers: Transfers;
  readonly starter: Pick<Starter, "pickCluster">;
  readonly log: Log;
}

/** Action is a command for a row; without a row, for the one that is selected. */
type Action = (row: EntryRow) => unknown;

/** createFilesView shows the view Files, and registers the commands of its rows. */
export function createFilesView(vscode: VSCode, deps: FilesViewDeps): Disposable {
  const { access, tree, transfers } = deps;
  const upload = async (folder: Uri, localPaths: readonly string[]): Promise<void> => {
    await transfers.upload(folder, localPaths);
    tree.refresh(folder);
  };
  const view = vscode.window.createTreeView("sunpyter.filesView", {
    treeDataProvider: tree,
    dragAndDropController: createDrop(vscode, upload),
    showCollapseAll: true,
  });
  const actions: Readonly<Record<string, Action>> = {
    newFile: (row) => create(vscode, deps, row, "file"),
    newFolder: (row) => create(vscode, deps, row, "folder"),
    rename: (row) => rename(vscode, deps, row),
    delete: (row) => remove(vscode, deps, row),
    download: ({ uri, entry }) => transfers.download(uri, entry),
    upload: async (row) => upload(folderOf(vscode, row), await chooseFiles(vscode)),
    openTerminal: (row) =>
      vscode.commands.executeCommand("sunpyter.openTerminalHere", folderOf(vscode, row)),
    copyPath: async ({ uri }) => vscode.env.clipboard.writeText(uri.path),
    addToWorkspace: (row) => addToWorkspace(vscode, row.uri, tree.titleOf(row)),
  };
  const onRow = (run: Action) => async (row?: unknown) => {
    const chosen = row ?? view.selection[0];
    if (isEntryRow(chosen)) await run(chosen);
  };
  return vscode.Disposable.from(
    view,
    ...Object.entries(actions).map(([name, run]) =>
      vscode.commands.registerCommand(`sunpyter.files.${name}`, onRow(run)),
    ),
    vscode.commands.registerCommand("sunpyter.files.showAll", ({ folder }: { folder: EntryRow }) =>
      tree.showAll(folder),
    ),
    vscode.commands.registerCommand("sunpyter.files.refresh", () => {
      access.retry();
      tree.refresh();
    }),
    vscode.commands.registerCommand("sunpyter.showFiles", () => showFiles(vscode, deps, view)),
  );
}

/** showFiles shows the places of a cluster, which connects to it. */
async function showFiles(
  vscode: VSCode,
  deps: FilesViewDeps,
  view: TreeView<FileRow>,
): Promise<void> {
  await attempt(vscode, { doing: "show files", log: deps.log }, async () => {
    const shown = await findPlaces(vscode, deps);
    if (!shown) return;
    deps.tree.add(shown);
    if (!view.visible) await vscode.commands.executeCommand("sunpyter.filesView.focus");
  });
}

/** create asks for a name, and creates an empty file, which is opened, or a folder. */
async function create(
  vscode: VSCode,
  { files, log }: FilesViewDeps,
  row: EntryRow,
  what: "file" | "folder",
): Promise<void> {
  const name = await askName(vscode, `New ${what}`, "");
  if (name === undefined) return;
  const uri = vscode.Uri.joinPath(folderOf(vscode, row), name);
  await attempt(vscode, { doing: `create ${name}`, log }, async () => {
    if (what === "folder") await vscode.workspace.fs.createDirectory(uri);
    else {
      // The editor's own file system would replace a file of this name.
      await files.writeFile(uri, new Uint8Array(), { create: true, overwrite: false });
      await vscode.commands.executeCommand("vscode.open", uri);
    }
  });
}

async function rename(vscode: VSCode, { log }: FilesViewDeps, { uri }: EntryRow): Promise<void> {
  const old = nameOf(uri.path);
  const name = await askName(vscode, `Rename ${old}`, old);
  if (name === undefined || name === old) return;
  await attempt(vscode, { doing: `rename ${old}`, log }, async () =>
    vscode.workspace.fs.rename(uri, vscode.Uri.joinPath(uri, "..", name)),
  );
}

async function remove(vscode: VSCode, { log }: FilesViewDeps, row: EntryRow): Promise<void> {
  if (!(await confirmDelete(vscode, row))) return;
  await attempt(vscode, { doing: `delete ${nameOf(row.uri.path)}`, log }, async () =>
    vscode.workspace.fs.delete(row.uri, { recursive: true, useTrash: false }),
  );
}

async function askName(vscode: VSCode, title: string, value: string): Promise<string | undefined> {
  const prompt = "The name on the cluster";
  const name = await ask(vscode, { title, prompt, value, check: nameProblem });
  return name === back ? undefined : name;
}

/** chooseFiles returns files and folders of this computer. */
async function chooseFiles(vscode: VSCode): Promise<string[]> {
  const uris = await vscode.window.showOpenDialog({
    title: "Upload",
    openLabel: "Upload",
    canSelectFiles: true,
    canSelectMany: true,
  });
  return (uris ?? []).filter(({ scheme }) => scheme === "file").map(({ fsPath }) => fsPath);
}

/** folderOf returns the folder in which a new file beside a row goes: the row itself if it is one. */
function folderOf(vscode: VSCode, { uri, entry }: EntryRow): Uri {
  return entry.type === "directory" ? uri : vscode.Uri.joinPath(uri, "..");
}

/** nameProblem returns what is wrong with a file's name. */
function nameProblem(name: string): string | undefined {
  if (name === "" || name === "." || name === "..") return "Enter a name.";
  return name.includes("/") ? "A name can't contain /." : undefined;
}

/** confirmDelete asks before something is deleted: there is no trash on a cluster. */
function confirmDelete(vscode: VSCode, { uri, entry }: EntryRow): Promise<boolean> {
  const what = entry.type === "directory" && !entry.link ? " and everything in it" : "";
  const text = `Delete ${nameOf(uri.path)}${what} on the cluster?`;
  return confirm(vscode, text, "Delete", "This can't be undone.");
}

/** uriList is the type of what is dragged from the Explorer, and from file managers. */
const uriList = "text/uri-list";

/** createDrop uploads files of this computer that are dropped on a row. */
function createDrop(
  vscode: VSCode,
  upload: (folder: Uri, localPaths: readonly string[]) => Promise<void>,
): TreeDragAndDropController<FileRow> {
  return {
    dragMimeTypes: [],
    dropMimeTypes: [uriList],
    handleDrop: async (row, data) => {
      if (!isEntryRow(row)) return;
      const localPaths = await localPathsOf(vscode, data);
      if (localPaths.length > 0) await upload(folderOf(vscode, row), localPaths);
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
