import type * as vscode from "vscode";
import { inertBlock, inertLabel, inertLine } from "./inert.js";

/**
 * VSCode is the editor's API. {@link activate} passes it to every module, so that unit
 * tests can pass a stub. Its window is ours, and makes text from outside inert.
 */
export type VSCode = Omit<typeof vscode, "window"> & { readonly window: Window };

/** inert returns the editor's API as all modules use it. */
export function inert(editor: typeof vscode): VSCode {
  return Object.create(editor, { window: { value: inertWindow(editor) } }) as VSCode;
}

/** runCell runs a cell of a notebook. */
export async function runCell(editor: VSCode, cell: vscode.NotebookCell): Promise<void> {
  const ranges = [{ start: cell.index, end: cell.index + 1 }];
  const document = cell.notebook.uri;
  await editor.commands.executeCommand("notebook.cell.execute", { ranges, document });
}

/** Editor is the editor's own API, which {@link inertWindow} alone may call for showing text. */
type Editor = typeof vscode.window;

/**
 * Silent are the parts of `vscode.window` that show no message of ours, and pass unchanged.
 * The output channel shows plain text, which the log cleans.
 */
type Silent =
  | "activeNotebookEditor"
  | "activeTextEditor"
  | "createOutputChannel"
  | "onDidChangeActiveNotebookEditor"
  | "onDidChangeVisibleNotebookEditors"
  | "onDidChangeWindowState"
  | "onDidCloseTerminal"
  | "onDidOpenTerminal"
  | "showNotebookDocument"
  | "showOpenDialog"
  | "showSaveDialog"
  | "showTextDocument"
  | "state"
  | "tabGroups"
  | "visibleNotebookEditors";

/** ShowMessage is how a notification or a dialog is shown; it resolves to the button clicked. */
interface ShowMessage {
  (text: string, ...buttons: string[]): Promise<string | undefined>;
  (text: string, options: vscode.MessageOptions, ...buttons: string[]): Promise<string | undefined>;
}

/** Shown are the parts that put text on the screen, each made inert here. */
interface Shown {
  readonly showErrorMessage: ShowMessage;
  readonly showInformationMessage: ShowMessage;
  readonly showWarningMessage: ShowMessage;
  createInputBox(): vscode.InputBox;
  createQuickPick<T extends vscode.QuickPickItem>(): vscode.QuickPick<T>;
  showQuickPick<T extends vscode.QuickPickItem>(
    rows: readonly T[],
    options?: vscode.QuickPickOptions,
  ): Promise<T | undefined>;
  withProgress: Editor["withProgress"];
  createTerminal(options: vscode.ExtensionTerminalOptions): vscode.Terminal;
  registerTerminalProfileProvider(
    id: string,
    provide: () => Promise<vscode.ExtensionTerminalOptions>,
  ): vscode.Disposable;
  createStatusBarItem(
    id: string,
    alignment?: vscode.StatusBarAlignment,
    priority?: number,
  ): vscode.StatusBarItem;
  setStatusBarMessage(text: string, hideAfterMs: number): vscode.Disposable;
  createTreeView<T>(id: string, options: vscode.TreeViewOptions<T>): vscode.TreeView<T>;
}

/**
 * Window is what the extension uses of `vscode.window`. Anything else does not compile: a part that
 * shows text is wrapped here first, and one that shows none is added to {@link Silent}.
 */
type Window = Pick<Editor, Silent> & Shown;

/** inertWindow returns the editor's window with every text made inert before it is shown. */
function inertWindow({ window, TerminalProfile }: typeof vscode): Window {
  const shown: Shown = {
    showErrorMessage: message(window.showErrorMessage),
    showInformationMessage: message(window.showInformationMessage),
    showWarningMessage: message(window.showWarningMessage),
    createInputBox: () => inertInput(window.createInputBox()),
    createQuickPick: <T extends vscode.QuickPickItem>() => inertPick(window.createQuickPick<T>()),
    showQuickPick: (rows, options) => quickPick(window, rows, options),
    withProgress: (options, task) => withProgress(window, options, task),
    createTerminal: (options) => window.createTerminal(inertTerminal(options)),
    registerTerminalProfileProvider: (id, provide) =>
      window.registerTerminalProfileProvider(id, {
        provideTerminalProfile: async () => new TerminalProfile(inertTerminal(await provide())),
      }),
    createStatusBarItem: (id, alignment, priority) =>
      statusBarItem(window.createStatusBarItem(id, alignment, priority)),
    setStatusBarMessage: (text, hideAfterMs) =>
      window.setStatusBarMessage(inertLabel(text), hideAfterMs),
    createTreeView: (id, options) => treeView(window, id, options),
  };
  // The editor's own parts are reached through the prototype, since some of them are getters.
  return Object.create(window, Object.getOwnPropertyDescriptors(shown)) as Window;
}

type EditorMessage = (text: string, ...rest: unknown[]) => Thenable<unknown>;

function message(show: unknown): ShowMessage {
  return async (text: string, ...rest: (string | vscode.MessageOptions)[]) => {
    const buttons = rest.filter((one) => typeof one === "string");
    const titles = buttons.map(inertLine);
    const options = rest
      .filter((one) => typeof one === "object")
      .map(({ detail, ...others }) => ({
        ...others,
        ...(detail && { detail: inertBlock(detail) }),
      }));
    const chosen = await (show as EditorMessage)(inertLine(text), ...options, ...titles);
    return buttons[titles.indexOf(chosen as string)];
  };
}

async function quickPick<T extends vscode.QuickPickItem>(
  window: Editor,
  rows: readonly T[],
  options: vscode.QuickPickOptions = {},
): Promise<T | undefined> {
  const shown = rows.map(inertRow);
  const chosen = await window.showQuickPick(shown, inertMembers(options, "title", "placeHolder"));
  return chosen && rows[shown.indexOf(chosen)];
}

function withProgress<R>(
  window: Editor,
  options: vscode.ProgressOptions,
  task: Parameters<typeof vscode.window.withProgress<R>>[1],
): Thenable<R> {
  return window.withProgress(inertMembers(options, "title"), (progress, token) =>
    task({ report: (value) => progress.report(inertMembers(value, "message")) }, token),
  );
}

/** What the shell prints is for the terminal alone, which has its own rules. */
function inertTerminal(options: vscode.ExtensionTerminalOptions): vscode.ExtensionTerminalOptions {
  return inertMembers(options, "name");
}

/** A Markdown tooltip is built from inert text: here it is already markup. */
function statusBarItem(item: vscode.StatusBarItem): vscode.StatusBarItem {
  return rewriting(item, {
    name: inertLine,
    text: inertLabel,
    tooltip: (tip: unknown) => (typeof tip === "string" ? inertLine(tip) : tip),
    accessibilityInformation: (info: vscode.AccessibilityInformation | undefined) =>
      info && inertMembers(info, "label"),
  });
}

/** treeView shows a tree whose rows are made inert. */
function treeView<T>(
  window: Editor,
  id: string,
  options: vscode.TreeViewOptions<T>,
): vscode.TreeView<T> {
  const { treeDataProvider: provider } = options;
  const treeDataProvider: vscode.TreeDataProvider<T> = {
    ...(provider.onDidChangeTreeData ? { onDidChangeTreeData: provider.onDidChangeTreeData } : {}),
    getChildren: (row) => provider.getChildren(row),
    getTreeItem: async (row) => inertItem(await provider.getTreeItem(row)),
  };
  return window.createTreeView(id, { ...options, treeDataProvider });
}

function inertItem(item: vscode.TreeItem): vscode.TreeItem {
  const { accessibilityInformation: spoken } = item;
  if (spoken) item.accessibilityInformation = inertMembers(spoken, "label");
  return Object.assign(item, inertMembers(item, "label", "description", "tooltip"));
}

/** inertMembers returns a copy of an object in which those of these members that are texts are inert. */
function inertMembers<T extends object>(object: T, ...names: readonly (keyof T)[]): T {
  const copy = { ...object };
  for (const name of names) {
    const text = copy[name];
    if (typeof text === "string") copy[name] = inertLine(text) as typeof text;
  }
  return copy;
}

/** Rules are functions that change a value as it is set, by the name of its property. */
type Rules<T> = { readonly [K in keyof T]?: (value: never) => unknown };

/**
 * rewriting wraps an object of the editor so that rules change its properties as they are set.
 * The editor's objects have private state, so that everything else happens on the object itself.
 */
function rewriting<T extends object>(target: T, rules: Rules<T>): T {
  return new Proxy(target, {
    get: (object, name) => {
      const value: unknown = Reflect.get(object, name, object);
      return typeof value === "function" ? (value.bind(object) as unknown) : value;
    },
    set: (object, name, value: unknown) => {
      const rule = rules[name as keyof T] as ((value: unknown) => unknown) | undefined;
      return Reflect.set(object, name, rule ? rule(value) : value, object);
    },
  });
}

/** inertInput returns an input box whose texts are made inert as they are set. */
function inertInput(box: vscode.InputBox): vscode.InputBox {
  return rewriting(box, {
    title: optional,
    prompt: optional,
    placeholder: optional,
    validationMessage: (value: string | vscode.InputBoxValidationMessage | undefined) =>
      typeof value === "object" ? inertMembers(value, "message") : optional(value),
  });
}

/** inertPick returns a quick pick whose texts are made inert as they are set. */
function inertPick<T extends vscode.QuickPickItem>(pick: vscode.QuickPick<T>): vscode.QuickPick<T> {
  // The editor compares rows by identity: the active ones must be the ones that are shown.
  let shown = new Map<T, T>();
  const same = (rows: readonly T[]) => rows.map((row) => shown.get(row) ?? row);
  return rewriting(pick, {
    title: optional,
    placeholder: optional,
    items: (rows: readonly T[]) => {
      shown = new Map(rows.map((row) => [row, inertRow(row)]));
      return rows.map((row) => shown.get(row));
    },
    activeItems: same,
    selectedItems: same,
  });
}

/** inertRow returns a copy of a row with inert texts. */
function inertRow<T extends vscode.QuickPickItem>(row: T): T {
  return { ...inertMembers(row, "description", "detail"), label: inertLabel(row.label) };
}

function optional(text: string | undefined): string | undefined {
  return text === undefined ? undefined : inertLine(text);
}
