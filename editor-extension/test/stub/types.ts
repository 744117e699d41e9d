import { posix } from "node:path";

// The editor's small value types and enums, with the editor's own numbers.

/** Uri is enough of the editor's: it parses, joins and prints. */
export class Uri {
  private constructor(
    readonly scheme: string,
    readonly authority: string,
    readonly path: string,
    readonly query: string,
    readonly fragment: string,
  ) {}

  static parse(value: string): Uri {
    const parts = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/u.exec(
      value,
    );
    const [, scheme, authority, path, query, fragment] = parts ?? [];
    return new Uri(scheme ?? "file", authority ?? "", path ?? "", query ?? "", fragment ?? "");
  }

  static from(parts: { scheme: string; authority?: string; path?: string }): Uri {
    return new Uri(parts.scheme, parts.authority ?? "", parts.path ?? "", "", "");
  }

  static file(path: string): Uri {
    return new Uri("file", "", path, "", "");
  }

  static joinPath(base: Uri, ...segments: string[]): Uri {
    return base.with({ path: posix.join(base.path, ...segments) });
  }

  get fsPath(): string {
    return this.path;
  }

  with(change: Partial<Pick<Uri, "scheme" | "authority" | "path" | "query" | "fragment">>): Uri {
    return new Uri(
      change.scheme ?? this.scheme,
      change.authority ?? this.authority,
      change.path ?? this.path,
      change.query ?? this.query,
      change.fragment ?? this.fragment,
    );
  }

  toString(): string {
    const query = this.query && `?${this.query}`;
    const fragment = this.fragment && `#${this.fragment}`;
    return `${this.scheme}://${this.authority}${this.path}${query}${fragment}`;
  }
}

/** RelativePattern is a glob in a folder. */
export class RelativePattern {
  constructor(
    readonly baseUri: Uri,
    readonly pattern: string,
  ) {}
}

export class ThemeColor {
  constructor(readonly id: string) {}
}

/** TerminalProfile is what a provider of terminals returns. */
export class TerminalProfile {
  constructor(readonly options: unknown) {}
}

export class ThemeIcon {
  static readonly File = new ThemeIcon("file");
  static readonly Folder = new ThemeIcon("folder");

  constructor(
    readonly id: string,
    readonly color?: ThemeColor,
  ) {}
}

/** TreeItem is a plain record. */
export class TreeItem {
  constructor(
    readonly label: string,
    readonly collapsibleState: number,
  ) {}
}

export class MarkdownString {
  isTrusted: boolean | { enabledCommands: readonly string[] } = false;
  supportThemeIcons = false;

  constructor(public value = "") {}

  appendMarkdown(text: string): this {
    this.value += text;
    return this;
  }

  appendText(text: string): this {
    this.value += text;
    return this;
  }
}

/** CancellationError is what the editor rejects with when something was cancelled. */
export class CancellationError extends Error {
  constructor() {
    super("Canceled");
    this.name = "Canceled";
  }
}

/** FileSystemError has the editor's codes. */
export class FileSystemError extends Error {
  constructor(
    message: string,
    readonly code = "Unknown",
  ) {
    super(message);
  }

  static readonly FileNotFound = FileSystemError.#of("FileNotFound");
  static readonly FileExists = FileSystemError.#of("FileExists");
  static readonly FileNotADirectory = FileSystemError.#of("FileNotADirectory");
  static readonly FileIsADirectory = FileSystemError.#of("FileIsADirectory");
  static readonly NoPermissions = FileSystemError.#of("NoPermissions");
  static readonly Unavailable = FileSystemError.#of("Unavailable");

  static #of(code: string): (what: string | Uri) => FileSystemError {
    return (what) => new FileSystemError(String(what), code);
  }
}

export const enums = {
  ConfigurationTarget: { Global: 1, Workspace: 2, WorkspaceFolder: 3 },
  FileChangeType: { Changed: 1, Created: 2, Deleted: 3 },
  FileType: { Unknown: 0, File: 1, Directory: 2, SymbolicLink: 64 },
  ExtensionMode: { Production: 1, Development: 2, Test: 3 },
  InputBoxValidationSeverity: { Info: 1, Warning: 2, Error: 3 },
  LogLevel: { Off: 0, Trace: 1, Debug: 2, Info: 3, Warning: 4, Error: 5 },
  NotebookCellKind: { Markup: 1, Code: 2 },
  ProgressLocation: { SourceControl: 1, Window: 10, Notification: 15 },
  QuickInputButtons: { Back: { iconPath: new ThemeIcon("arrow-left"), tooltip: "Back" } },
  QuickPickItemKind: { Separator: -1, Default: 0 },
  StatusBarAlignment: { Left: 1, Right: 2 },
  TerminalExitReason: { Unknown: 0, Shutdown: 1, Process: 2, User: 3, Extension: 4 },
  TreeItemCollapsibleState: { None: 0, Collapsed: 1, Expanded: 2 },
  UIKind: { Desktop: 1, Web: 2 },
  ViewColumn: { Active: -1, Beside: -2, One: 1 },
} as const;
