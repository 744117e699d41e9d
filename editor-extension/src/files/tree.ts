import type { TreeDataProvider, TreeItem, Uri } from "vscode";
import { isCancelled, requestProblem } from "../common/problems.js";
import { asSentence } from "../common/sentence.js";
import type { VSCode } from "../common/vscode.js";
import type { FileEntry, FilePlacesResult } from "../protocol.js";
import { formatBytes, joinTexts } from "../text/units.js";
import type { Access } from "./access.js";
import { listFolder } from "./content.js";
import { nameOf, remotePathOf, scheme, uriOf } from "./uris.js";

/** EntryRow is a place, or a file or folder in one. */
export interface EntryRow {
  readonly uri: Uri;
  readonly entry: Pick<FileEntry, "name" | "type" | "link" | "size">;
  /** place is what a row of the first level is, such as "home directory". */
  readonly place?: string;
  /** root is the path of the place above the row: one folder can be below several. */
  readonly root: string;
}

/** NoteRow says something about a folder; a click on it may do something. */
interface NoteRow {
  readonly folder: EntryRow;
  readonly text: string;
  /** command is ours; it gets the row. */
  readonly command?: string;
  readonly icon: string;
}

/** FileRow is a row of the view Files. */
export type FileRow = EntryRow | NoteRow;

/** ShownCluster is a cluster whose places the view has. */
export interface ShownCluster {
  /** cluster is as URIs name it. */
  readonly cluster: string;
  readonly title: string;
  readonly places: FilePlacesResult;
}

/** FileTree is what the view Files shows. Until a cluster is added it is empty, and connects to nothing. */
export interface FileTree extends TreeDataProvider<FileRow> {
  /** add shows a cluster's places, in place of those it had. */
  add(shown: ShownCluster): void;
  /** refresh lists a folder again, or everything. */
  refresh(uri?: Uri): void;
  /** showAll shows all rows of a large folder. */
  showAll(folder: EntryRow): void;
  /** titleOf returns the title of the cluster that a row belongs to. */
  titleOf(row: EntryRow): string;
  dispose(): void;
}

/**
 * maxRows is how many rows of a folder are shown at first: the editor is slow with tens of thousands,
 * and nobody reads them.
 */
export const maxRows = 2_000;

/** createFileTree lists a folder when it is expanded. */
export function createFileTree(vscode: VSCode, { access }: { access: Access }): FileTree {
  const changed = new vscode.EventEmitter<FileRow | undefined>();
  const clusters = new Map<string, ShownCluster>();
  /** folders are those that were listed, by their ids: the editor knows rows by identity. */
  const folders = new Map<string, EntryRow>();
  const whole = new Set<string>();

  const children = async (folder: EntryRow): Promise<FileRow[]> => {
    const entries = await listFolder(access, remotePathOf(folder.uri));
    // Folders first, as in the Explorer; the order of the names is the server's.
    const sorted = entries.toSorted((a, b) => Number(isFolder(b)) - Number(isFolder(a)));
    const shown = whole.has(idOf(folder)) ? sorted : sorted.slice(0, maxRows);
    const rows: FileRow[] = shown.map((entry) => rowOf(vscode, folder, entry));
    return shown.length === sorted.length ? rows : [...rows, moreRow(folder, sorted.length)];
  };
  const list = async (folder: EntryRow): Promise<FileRow[]> => {
    folders.set(idOf(folder), folder);
    try {
      return await children(folder);
    } catch (err) {
      return [problemRow(folder, err)];
    }
  };
  const titleOf = ({ uri }: EntryRow): string =>
    clusters.get(uri.authority.toLowerCase())?.title ?? uri.authority;
  return {
    onDidChangeTreeData: changed.event,
    getChildren: (row) => {
      if (row === undefined) return [...clusters.values()].flatMap((one) => placesOf(vscode, one));
      return "entry" in row ? list(row) : [];
    },
    getTreeItem: (row) =>
      "entry" in row
        ? entryItem(vscode, row, clusters.size > 1 ? titleOf(row) : "")
        : noteItem(vscode, row),
    add: (shown) => {
      clusters.set(shown.cluster.toLowerCase(), shown);
      changed.fire(undefined);
    },
    refresh: (uri) => {
      if (!uri) {
        changed.fire(undefined);
        return;
      }
      const text = uri.toString();
      for (const row of folders.values()) if (row.uri.toString() === text) changed.fire(row);
    },
    showAll: (folder) => {
      whole.add(idOf(folder));
      changed.fire(folder);
    },
    titleOf,
    dispose: () => changed.dispose(),
  };
}

/** placesOf returns the first level: each folder once, the working directory first. */
function placesOf(vscode: VSCode, { cluster, places }: ShownCluster): EntryRow[] {
  const { workingDirectory, home, places: more = [] } = places;
  const kinds = new Map([[home, "home directory"]]);
  if (workingDirectory) kinds.set(workingDirectory, "working directory");
  return [...new Set([workingDirectory || home, home, ...more])].map((path) => ({
    uri: uriOf(vscode, { cluster, path }),
    entry: { name: path, type: "directory", size: 0 },
    place: kinds.get(path) ?? "place",
    root: path,
  }));
}

function rowOf(vscode: VSCode, { uri, root }: EntryRow, entry: FileEntry): EntryRow {
  return { uri: vscode.Uri.joinPath(uri, entry.name), entry, root };
}

function moreRow(folder: EntryRow, total: number): NoteRow {
  const text = `${total - maxRows} more: show all`;
  return { folder, text, command: "sunpyter.files.showAll", icon: "ellipsis" };
}

function problemRow(folder: EntryRow, err: unknown): NoteRow {
  const { message } = requestProblem(err).problem;
  return {
    folder,
    text: `${isCancelled(err) ? "Not connected." : asSentence(message)} Select to try again.`,
    command: "sunpyter.files.refresh",
    icon: "warning",
  };
}

function isFolder({ type }: Pick<FileEntry, "type">): boolean {
  return type === "directory";
}

function idOf({ uri, root }: EntryRow): string {
  return `${root} ${uri.toString()}`;
}

function entryItem(vscode: VSCode, row: EntryRow, cluster: string): TreeItem {
  const { uri, entry, place } = row;
  const { Collapsed, None } = vscode.TreeItemCollapsibleState;
  const folder = isFolder(entry);
  const item = new vscode.TreeItem(entry.name, folder ? Collapsed : None);
  item.resourceUri = uri;
  item.id = idOf(row);
  item.contextValue = place ? "place" : folder ? "folder" : entry.type;
  item.description = place
    ? joinTexts(", ", [place, cluster])
    : joinTexts(", ", [!folder && formatBytes(entry.size), entry.link && "link"]);
  item.tooltip = uri.path;
  item.iconPath = folder ? vscode.ThemeIcon.Folder : vscode.ThemeIcon.File;
  const label = joinTexts(", ", [entry.name, folder ? "folder" : "file", item.description]);
  item.accessibilityInformation = { label };
  if (entry.type === "file") {
    item.command = { command: "vscode.open", title: `Open ${nameOf(uri.path)}`, arguments: [uri] };
  }
  return item;
}

function noteItem(vscode: VSCode, row: NoteRow): TreeItem {
  const { folder, text, command, icon } = row;
  const item = new vscode.TreeItem(text, vscode.TreeItemCollapsibleState.None);
  item.id = `${idOf(folder)} ${icon}`;
  item.contextValue = "note";
  item.iconPath = new vscode.ThemeIcon(icon);
  item.tooltip = text;
  item.accessibilityInformation = { label: text };
  if (command) item.command = { command, title: text, arguments: [row] };
  return item;
}

/** isEntryRow reports whether a command's argument is a row of a file or folder. */
export function isEntryRow(row: unknown): row is EntryRow {
  const { uri, entry } = (row ?? {}) as Partial<EntryRow>;
  return uri?.scheme === scheme && entry !== undefined;
}
