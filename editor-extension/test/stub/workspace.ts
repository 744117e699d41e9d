import type * as vscode from "vscode";
import { Disposable, EventEmitter } from "./events.js";

/** WatcherStub is a FileSystemWatcher; a test reports what happens to files. */
export class WatcherStub {
  readonly changed = new EventEmitter<vscode.Uri>();
  readonly created = new EventEmitter<vscode.Uri>();
  readonly deleted = new EventEmitter<vscode.Uri>();
  readonly onDidChange = this.changed.event;
  readonly onDidCreate = this.created.event;
  readonly onDidDelete = this.deleted.event;
  disposed = false;

  constructor(readonly pattern: unknown) {}

  dispose(): void {
    this.disposed = true;
    for (const emitter of [this.changed, this.created, this.deleted]) emitter.dispose();
  }
}

/** WorkspaceStub holds the settings that a user made. */
export class WorkspaceStub {
  readonly #settings = new Map<string, unknown>();
  readonly #folder = new Map<string, unknown>();
  readonly #oneOfFolders = new Map<string, unknown>();
  readonly #changed = new EventEmitter<vscode.ConfigurationChangeEvent>();
  readonly #granted = new EventEmitter<void>();
  readonly notebookOpened = new EventEmitter<vscode.NotebookDocument>();
  readonly notebookChanged = new EventEmitter<vscode.NotebookDocumentChangeEvent>();
  readonly textSaved = new EventEmitter<vscode.TextDocument>();
  readonly notebookSaved = new EventEmitter<vscode.NotebookDocument>();
  readonly watchers: WatcherStub[] = [];
  /** providers give the text of documents, by scheme; opened are the documents asked for. */
  readonly providers = new Map<string, vscode.TextDocumentContentProvider>();
  readonly opened: unknown[] = [];

  /** fileSystems are the registered ones, by scheme. */
  readonly fileSystems = new Map<string, vscode.FileSystemProvider>();

  /** set is what a user writes into settings.json: full keys; undefined takes it out. */
  set(settings: Record<string, unknown>): void {
    this.#write(this.#settings, settings);
  }

  /** setFolder is what stands in the folder's .vscode/settings.json. */
  setFolder(settings: Record<string, unknown>): void {
    this.#write(this.#folder, settings);
  }

  /** setOneOfFolders is the same of one folder in a workspace of several. */
  setOneOfFolders(settings: Record<string, unknown>): void {
    this.#write(this.#oneOfFolders, settings);
  }

  #write(to: Map<string, unknown>, settings: Record<string, unknown>): void {
    for (const [key, value] of Object.entries(settings)) {
      if (value === undefined) to.delete(key);
      else to.set(key, value);
    }
    const keys = Object.keys(settings);
    this.#changed.fire({
      affectsConfiguration: (section) =>
        keys.some((key) => key === section || key.startsWith(`${section}.`)),
    });
  }

  /** setting is what a module wrote. */
  setting(key: string): unknown {
    return this.#settings.get(key);
  }

  /** grantTrust is the user's click on Trust. */
  grantTrust(): void {
    this.api.isTrusted = true;
    this.#granted.fire();
  }

  /** api is `vscode.workspace`. */
  readonly api = {
    isTrusted: true,
    name: "work",
    workspaceFolders: undefined as readonly vscode.WorkspaceFolder[] | undefined,
    notebookDocuments: [] as vscode.NotebookDocument[],
    onDidChangeConfiguration: this.#changed.event,
    onDidGrantWorkspaceTrust: this.#granted.event,
    onDidOpenNotebookDocument: this.notebookOpened.event,
    onDidCloseNotebookDocument: () => new Disposable(() => undefined),
    onDidChangeNotebookDocument: this.notebookChanged.event,
    onDidSaveTextDocument: this.textSaved.event,
    onDidSaveNotebookDocument: this.notebookSaved.event,
    createFileSystemWatcher: (pattern: unknown) => {
      const watcher = new WatcherStub(pattern);
      this.watchers.push(watcher);
      return watcher;
    },
    registerTextDocumentContentProvider: (
      scheme: string,
      provider: vscode.TextDocumentContentProvider,
    ) => {
      this.providers.set(scheme, provider);
      return new Disposable(() => this.providers.delete(scheme));
    },
    registerFileSystemProvider: (scheme: string, provider: vscode.FileSystemProvider) => {
      this.fileSystems.set(scheme, provider);
      return new Disposable(() => this.fileSystems.delete(scheme));
    },
    updateWorkspaceFolders: (
      start: number,
      count: number,
      ...added: { uri: vscode.Uri; name: string }[]
    ) => {
      const folders = [...(this.api.workspaceFolders ?? [])];
      folders.splice(start, count, ...added.map((one, i) => ({ ...one, index: start + i })));
      this.api.workspaceFolders = folders;
      return true;
    },
    openNotebookDocument: (uri: vscode.Uri) => {
      this.opened.push(uri);
      return Promise.resolve({ uri });
    },
    openTextDocument: (what: unknown) => {
      this.opened.push(what);
      return Promise.resolve(what);
    },
    getWorkspaceFolder: (uri: { readonly path: string }) =>
      this.api.workspaceFolders?.find((folder) => uri.path.startsWith(`${folder.uri.path}/`)),
    fs: {
      createDirectory: (uri: vscode.Uri) => this.#fileSystem(uri).createDirectory(uri),
      delete: (uri: vscode.Uri, options: { recursive: boolean }) =>
        this.#fileSystem(uri).delete(uri, options),
      rename: (from: vscode.Uri, to: vscode.Uri) =>
        this.#fileSystem(from).rename(from, to, { overwrite: false }),
    },
    getConfiguration: (section = "") => this.#configuration(section && `${section}.`),
  };

  #fileSystem({ scheme }: vscode.Uri): vscode.FileSystemProvider {
    const found = this.fileSystems.get(scheme);
    if (!found) throw new Error(`no file system for ${scheme}`);
    return found;
  }

  #configuration(prefix: string): unknown {
    return {
      get: (key: string, otherwise?: unknown) =>
        this.#folder.get(prefix + key) ?? this.#settings.get(prefix + key) ?? otherwise,
      has: (key: string) => this.#settings.has(prefix + key),
      inspect: (key: string) => ({
        key: prefix + key,
        globalValue: this.#settings.get(prefix + key),
        workspaceValue: this.#folder.get(prefix + key),
        workspaceFolderValue: this.#oneOfFolders.get(prefix + key),
      }),
      update: (key: string, value: unknown) => {
        this.set({ [prefix + key]: value });
        return Promise.resolve();
      },
    };
  }
}
