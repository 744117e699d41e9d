import type * as vscode from "vscode";
import { inert, type VSCode } from "../../src/common/vscode.js";
import { CancellationTokenSource, Disposable, EventEmitter } from "./events.js";
import {
  CancellationError,
  enums,
  FileSystemError,
  MarkdownString,
  RelativePattern,
  TerminalProfile,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  Uri,
} from "./types.js";
import { WindowStub } from "./window.js";
import { WorkspaceStub } from "./workspace.js";

/** CommandsStub runs what was registered and records what was asked for. */
export class CommandsStub {
  readonly registered = new Map<string, (...args: unknown[]) => unknown>();
  readonly executed: { readonly id: string; readonly args: readonly unknown[] }[] = [];
  /** contextKeys are those of setContext. */
  readonly contextKeys = new Map<string, unknown>();

  /** api is `vscode.commands`. */
  readonly api = {
    registerCommand: (id: string, run: (...args: unknown[]) => unknown) => {
      if (this.registered.has(id)) throw new Error(`command '${id}' already exists`);
      this.registered.set(id, run);
      return new Disposable(() => this.registered.delete(id));
    },
    executeCommand: async (id: string, ...args: unknown[]) => {
      this.executed.push({ id, args });
      if (id === "setContext") this.contextKeys.set(String(args[0]), args[1]);
      return await this.registered.get(id)?.(...args);
    },
    getCommands: () => Promise.resolve([...this.registered.keys()]),
  };
}

/** EnvStub is this computer. */
export class EnvStub {
  clipboard = "";
  readonly opened: string[] = [];

  /** api is `vscode.env`. */
  readonly api = {
    appName: "Stub Code",
    appHost: "desktop",
    uiKind: enums.UIKind.Desktop as number,
    remoteName: undefined as string | undefined,
    clipboard: {
      readText: () => Promise.resolve(this.clipboard),
      writeText: (text: string) => {
        this.clipboard = text;
        return Promise.resolve();
      },
    },
    asExternalUri: (uri: Uri) => Promise.resolve(uri),
    openExternal: (uri: Uri) => {
      this.opened.push(uri.toString());
      return Promise.resolve(true);
    },
  };
}

/** Stub is an editor without a screen, with a handle on each of its parts. */
export interface Stub {
  /** editor is the editor's own API. */
  readonly editor: typeof vscode;
  /** vscode is what a module is given of it. */
  readonly vscode: VSCode;
  readonly window: WindowStub;
  readonly workspace: WorkspaceStub;
  readonly commands: CommandsStub;
  readonly env: EnvStub;
  /** extensions are the other extensions by id: `extensions.set("ms-toolsai.jupyter", …)`. */
  readonly extensions: Map<string, unknown>;
}

/** createStub makes an editor of which nothing is set and nothing is shown. */
export function createStub(): Stub {
  const window = new WindowStub();
  const workspace = new WorkspaceStub();
  const commands = new CommandsStub();
  const env = new EnvStub();
  const extensions = new Map<string, unknown>();
  const editor = {
    ...enums,
    version: "1.100.0",
    CancellationError,
    CancellationTokenSource,
    Disposable,
    EventEmitter,
    FileSystemError,
    MarkdownString,
    TerminalProfile,
    RelativePattern,
    ThemeColor,
    ThemeIcon,
    TreeItem,
    Uri,
    commands: commands.api,
    env: env.api,
    extensions: {
      getExtension: (id: string) => extensions.get(id),
      onDidChange: () => new Disposable(() => undefined),
    },
    window: window.api,
    workspace: workspace.api,
  } as unknown as typeof vscode;
  return { editor, vscode: inert(editor), window, workspace, commands, env, extensions };
}
