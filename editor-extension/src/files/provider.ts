import type {
  Disposable,
  FileChangeEvent,
  FileStat,
  FileSystemProvider,
  FileType,
  Uri,
} from "vscode";
import type { Clock } from "../common/time.js";
import { hasCode } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { FileEntry } from "../protocol.js";
import type { Access } from "./access.js";
import { listFolder, type Precondition, readContent, TooLarge, writeContent } from "./content.js";
import { FileCode, fileSystemError } from "./errors.js";
import { KnownFiles } from "./known.js";
import { nameOf, remotePathOf } from "./uris.js";
import { createWatch, type Watch } from "./watch.js";

/** ClusterFilesDeps is what {@link ClusterFiles} needs. */
interface ClusterFilesDeps {
  readonly access: Access;
  /** offerDownload is called for a file that is too large for an editor. */
  readonly offerDownload: (uri: Uri, entry: FileEntry) => void;
  readonly clock?: Clock;
}

/**
 * ClusterFiles is the file system of the scheme sunpyter: the user's files on clusters. It connects
 * to nothing before the editor asks for a file.
 */
export class ClusterFiles implements FileSystemProvider, Disposable {
  readonly #known = new KnownFiles();
  readonly #changes;
  readonly #watch: Watch;
  readonly onDidChangeFile;

  constructor(
    readonly vscode: VSCode,
    readonly deps: ClusterFilesDeps,
  ) {
    this.#changes = new vscode.EventEmitter<FileChangeEvent[]>();
    this.onDidChangeFile = this.#changes.event;
    this.#watch = createWatch(vscode, { check: (uri) => this.#check(uri), clock: deps.clock });
  }

  dispose(): void {
    this.#watch.dispose();
    this.#changes.dispose();
  }

  /** watch does nothing: files that are open are looked at while they are open. */
  watch(): { dispose: () => void } {
    return { dispose: () => undefined };
  }

  stat(uri: Uri): Promise<FileStat> {
    return this.#try(async () => {
      const written = this.#known.takeWritten(uri);
      if (written) return this.#statOf(written);
      const entry = await this.#look(uri);
      this.#known.wasSeen(uri, entry);
      if (!entry) throw this.vscode.FileSystemError.FileNotFound(uri);
      return this.#statOf(entry);
    });
  }

  readDirectory(uri: Uri): Promise<[string, FileType][]> {
    return this.#try(async () => {
      const entries = await listFolder(this.deps.access, remotePathOf(uri));
      return entries.map((entry): [string, FileType] => [entry.name, this.#typeOf(entry)]);
    });
  }

  createDirectory(uri: Uri): Promise<void> {
    return this.#try(async () => {
      await this.deps.access.request("file/mkdir", { ...remotePathOf(uri) });
      this.#fire(this.vscode.FileChangeType.Created, uri);
    });
  }

  readFile(uri: Uri): Promise<Uint8Array> {
    return this.#try(async () => {
      try {
        const { data, entry } = await readContent(this.deps.access, remotePathOf(uri));
        this.#known.wasRead(uri, entry);
        this.#watch.start();
        return data;
      } catch (err) {
        if (!(err instanceof TooLarge)) throw err;
        this.deps.offerDownload(uri, err.entry);
        throw this.vscode.FileSystemError.Unavailable(
          `${nameOf(uri.path)} is too large to open here.`,
        );
      }
    });
  }

  writeFile(
    uri: Uri,
    data: Uint8Array,
    { create, overwrite }: { create: boolean; overwrite: boolean },
  ): Promise<void> {
    return this.#try(async () => {
      if (!create) await this.stat(uri);
      const isNew = !this.#known.has(uri);
      const want = overwrite ? this.#known.precondition(uri) : { new: true };
      this.#known.wasRead(uri, await this.#write(uri, data, want), true);
      const { Changed, Created } = this.vscode.FileChangeType;
      this.#fire(isNew ? Created : Changed, uri);
    });
  }

  delete(uri: Uri, { recursive }: { recursive: boolean }): Promise<void> {
    return this.#try(async () => {
      await this.deps.access.request("file/delete", { ...remotePathOf(uri), recursive });
      this.#known.forget(uri);
      this.#fire(this.vscode.FileChangeType.Deleted, uri);
    });
  }

  rename(from: Uri, to: Uri, { overwrite }: { overwrite: boolean }): Promise<void> {
    return this.#try(async () => {
      if (from.authority.toLowerCase() !== to.authority.toLowerCase()) {
        throw this.vscode.FileSystemError.Unavailable("Files can't be moved between clusters.");
      }
      const { path: newPath } = remotePathOf(to);
      await this.deps.access.request("file/rename", { ...remotePathOf(from), newPath, overwrite });
      this.#known.forget(from);
      this.#known.forget(to);
      this.#fire(this.vscode.FileChangeType.Deleted, from);
      this.#fire(this.vscode.FileChangeType.Created, to);
    });
  }

  /** write asks before it replaces a change that the editor did not ask about. */
  async #write(uri: Uri, data: Uint8Array, want: Precondition): Promise<FileEntry> {
    try {
      return await writeContent(this.deps.access, remotePathOf(uri), data, want);
    } catch (err) {
      if (!hasCode(err, FileCode.Changed)) throw err;
      const there = await this.#look(uri);
      await this.#confirmReplacing(uri);
      const { version = "" } = there ?? {};
      return this.#write(uri, data, there ? { version } : { new: true });
    }
  }

  async #confirmReplacing(uri: Uri): Promise<void> {
    const [replace, compare] = ["Overwrite", "Compare"];
    const name = nameOf(uri.path);
    const text = `${name} was changed on the cluster since you opened it. Overwrite the change?`;
    const chosen = await this.vscode.window.showWarningMessage(
      text,
      { modal: true },
      replace,
      compare,
    );
    if (chosen === replace) return;
    if (chosen === compare) {
      void this.vscode.commands.executeCommand("workbench.files.action.compareWithSaved", uri);
    }
    const { FileSystemError } = this.vscode;
    throw FileSystemError.Unavailable(`${name} was changed on the cluster, and was not saved.`);
  }

  /** check reports a change of an open file. */
  async #check(uri: Uri): Promise<void> {
    const entry = await this.#look(uri);
    if (!this.#known.isNews(uri, entry)) return;
    const { Changed, Deleted } = this.vscode.FileChangeType;
    this.#fire(entry ? Changed : Deleted, uri);
  }

  async #look(uri: Uri): Promise<FileEntry | undefined> {
    try {
      return (await this.deps.access.request("file/stat", { ...remotePathOf(uri) })).entry;
    } catch (err) {
      if (hasCode(err, FileCode.NotFound)) return undefined;
      throw err;
    }
  }

  #fire(type: FileChangeEvent["type"], uri: Uri): void {
    this.#changes.fire([{ type, uri }]);
  }

  #statOf(entry: FileEntry): FileStat {
    const mtime = Date.parse(entry.modifiedAt);
    return { type: this.#typeOf(entry), ctime: mtime, mtime, size: entry.size };
  }

  #typeOf({ type, link }: FileEntry): FileType {
    const { Directory, File, Unknown, SymbolicLink } = this.vscode.FileType;
    const target = { directory: Directory, file: File, other: Unknown }[type];
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the values are flags
    return link ? target | SymbolicLink : target;
  }

  async #try<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (err) {
      throw fileSystemError(this.vscode, err);
    }
  }
}
