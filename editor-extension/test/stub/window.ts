import type * as vscode from "vscode";
import { CancellationTokenSource, Disposable, EventEmitter } from "./events.js";
import { InputBox, QuickPick } from "./quickinput.js";
import { TerminalStub } from "./terminal.js";
import type { TerminalProfile } from "./types.js";
import { until } from "./until.js";

/** Message is a notification or a modal dialog that was shown. */
export interface Message {
  readonly kind: "information" | "warning" | "error";
  readonly text: string;
  readonly modal: boolean;
  readonly detail: string | undefined;
  readonly buttons: readonly string[];
}

/** Output is an output channel. */
export interface Output {
  readonly name: string;
  readonly lines: { readonly level: string; readonly text: string }[];
  shown: boolean;
  disposed: boolean;
}

/** Progress is one withProgress. */
export interface Progress {
  readonly options: vscode.ProgressOptions;
  readonly reports: { message?: string; increment?: number }[];
  /** cancel is the user's click on Cancel. */
  readonly cancel: () => void;
  done: boolean;
}

/** Tree is a view, with what it was made of. */
interface Tree extends vscode.TreeViewOptions<unknown> {
  visible: boolean;
  selection: unknown[];
  onDidChangeVisibility: vscode.Event<vscode.TreeViewVisibilityChangeEvent>;
  /** show makes it visible or hides it. */
  show(visible: boolean): void;
  dispose(): void;
}

type Button = string | vscode.MessageItem;

/** WindowStub records what is shown and lets a test answer. */
export class WindowStub {
  readonly messages: Message[] = [];
  readonly outputs: Output[] = [];
  readonly inputBoxes: InputBox[] = [];
  readonly quickPicks: QuickPick[] = [];
  readonly progresses: Progress[] = [];
  readonly statusBarItems: StatusBarItem[] = [];
  /** trees are the views, by their ids. */
  readonly trees = new Map<string, Tree>();
  readonly statusMessages: string[] = [];
  readonly terminals: TerminalStub[] = [];
  /** profiles are the providers of terminals, by their ids. */
  readonly profiles = new Map<string, { provideTerminalProfile: () => Promise<TerminalProfile> }>();
  readonly #terminalClosed = new EventEmitter<unknown>();
  readonly #terminalOpened = new EventEmitter<unknown>();
  readonly activeNotebookEditorEmitter = new EventEmitter<vscode.NotebookEditor | undefined>();
  /** answer returns the title of the button that a user clicks; undefined dismisses. */
  answer: (message: Message) => string | undefined | Promise<string | undefined> = () => undefined;

  /** dialogAnswer is the file or folder chosen in a dialog. */
  dialogAnswer: vscode.Uri | undefined;

  /** message waits for a message that contains the text. */
  message(text: string): Promise<Message> {
    return until(`a message "${text}"; there is ${this.texts.join(" | ") || "none"}`, () =>
      this.messages.find((message) => message.text.includes(text)),
    );
  }

  /** texts are the texts of all messages. */
  get texts(): string[] {
    return this.messages.map((message) => message.text);
  }

  /** inputBox waits for the input box that is open. */
  inputBox(title = ""): Promise<InputBox> {
    return until(`an input box "${title}"`, () =>
      this.inputBoxes.find((box) => box.visible && (box.title ?? "").includes(title)),
    );
  }

  /** quickPick waits for the quick pick that is open. */
  quickPick(title = ""): Promise<QuickPick> {
    return until(`a quick pick "${title}"`, () =>
      this.quickPicks.find((pick) => pick.visible && (pick.title ?? "").includes(title)),
    );
  }

  /** openProfile is what the user's choice of a contributed profile does. */
  async openProfile(id: string): Promise<TerminalStub> {
    const profile = await this.profiles.get(id)?.provideTerminalProfile();
    const terminal = this.api.createTerminal(profile?.options as vscode.ExtensionTerminalOptions);
    this.#terminalOpened.fire(terminal);
    return terminal;
  }

  /** closeTerminal closes a terminal for a reason of the editor's enum. */
  closeTerminal(terminal: TerminalStub, reason: number): void {
    terminal.close();
    const { creationOptions } = terminal;
    this.#terminalClosed.fire({ creationOptions, exitStatus: { code: undefined, reason } });
  }

  /** log is everything in all output channels. */
  get log(): string {
    return this.outputs.flatMap(({ lines }) => lines.map(({ text }) => text)).join("\n");
  }

  /** api is `vscode.window`. */
  readonly api = {
    activeNotebookEditor: undefined as vscode.NotebookEditor | undefined,
    visibleNotebookEditors: [] as vscode.NotebookEditor[],
    activeTextEditor: undefined as vscode.TextEditor | undefined,
    onDidChangeActiveNotebookEditor: this.activeNotebookEditorEmitter.event,
    showInformationMessage: (text: string, ...rest: unknown[]) =>
      this.#show("information", text, rest),
    showWarningMessage: (text: string, ...rest: unknown[]) => this.#show("warning", text, rest),
    showErrorMessage: (text: string, ...rest: unknown[]) => this.#show("error", text, rest),
    createInputBox: () => this.#kept(this.inputBoxes, new InputBox()),
    createQuickPick: () => this.#kept(this.quickPicks, new QuickPick()),
    showInputBox: (options: vscode.InputBoxOptions = {}) => this.#showInputBox(options),
    showQuickPick: (
      items: readonly (string | vscode.QuickPickItem)[],
      options: vscode.QuickPickOptions = {},
    ) => this.#showQuickPick(items, options),
    withProgress: <T>(options: vscode.ProgressOptions, task: ProgressTask<T>) =>
      this.#withProgress(options, task),
    createTerminal: (options: vscode.ExtensionTerminalOptions) =>
      this.#kept(this.terminals, new TerminalStub(options)),
    registerTerminalProfileProvider: (
      id: string,
      provider: { provideTerminalProfile: () => Promise<TerminalProfile> },
    ) => {
      this.profiles.set(id, provider);
      return new Disposable(() => this.profiles.delete(id));
    },
    onDidCloseTerminal: this.#terminalClosed.event,
    onDidOpenTerminal: this.#terminalOpened.event,
    createStatusBarItem: (...args: unknown[]) => {
      const id = typeof args[0] === "string" ? args[0] : "";
      return this.#kept(this.statusBarItems, new StatusBarItem(id));
    },
    setStatusBarMessage: (text: string) => {
      this.statusMessages.push(text);
      return new Disposable(() => undefined);
    },
    createTreeView: (id: string, options: vscode.TreeViewOptions<unknown>) => {
      const changes = new EventEmitter<vscode.TreeViewVisibilityChangeEvent>();
      const tree: Tree = {
        ...options,
        visible: false,
        selection: [],
        onDidChangeVisibility: changes.event,
        show: (visible) => {
          tree.visible = visible;
          changes.fire({ visible });
        },
        dispose: () => undefined,
      };
      this.trees.set(id, tree);
      return tree;
    },
    createOutputChannel: (name: string) => this.#createOutputChannel(name),
    showTextDocument: (document: unknown) => Promise.resolve({ document }),
    showNotebookDocument: (notebook: unknown) => Promise.resolve({ notebook }),
    state: { focused: true, active: true },
    showOpenDialog: () => Promise.resolve(this.dialogAnswer && [this.dialogAnswer]),
    showSaveDialog: () => Promise.resolve(this.dialogAnswer),
    tabGroups: { all: [] as vscode.TabGroup[], close: () => Promise.resolve(true) },
  };

  #kept<T>(list: unknown[], one: T): T {
    list.push(one);
    return one;
  }

  async #show(kind: Message["kind"], text: string, rest: unknown[]): Promise<Button | undefined> {
    const [first] = rest;
    const options = isOptions(first) ? first : undefined;
    const buttons = (options ? rest.slice(1) : rest) as Button[];
    const message: Message = {
      kind,
      text,
      modal: options?.modal ?? false,
      detail: options?.detail,
      buttons: buttons.map(titleOf),
    };
    this.messages.push(message);
    const title = await this.answer(message);
    return buttons.find((button) => titleOf(button) === title);
  }

  #showInputBox(options: vscode.InputBoxOptions): Promise<string | undefined> {
    const box = this.api.createInputBox();
    Object.assign(box, options, { placeholder: options.placeHolder });
    return new Promise((resolve) => {
      box.onDidChangeValue((value) => {
        box.validationMessage = (options.validateInput?.(value) ?? undefined) as string | undefined;
      });
      box.onDidAccept(() => {
        if (box.validationMessage) return;
        resolve(box.value);
        box.hide();
      });
      box.onDidHide(() => resolve(undefined));
      box.show();
    });
  }

  #showQuickPick(
    items: readonly (string | vscode.QuickPickItem)[],
    options: vscode.QuickPickOptions,
  ): Promise<unknown> {
    const pick = this.api.createQuickPick();
    Object.assign(pick, options, { placeholder: options.placeHolder });
    const rows = items.map((item) => (typeof item === "string" ? { label: item } : item));
    pick.items = rows;
    return new Promise((resolve) => {
      pick.onDidAccept(() => {
        const [row] = pick.selectedItems;
        resolve(row && items[rows.indexOf(row)]);
        pick.hide();
      });
      pick.onDidHide(() => resolve(undefined));
      pick.show();
    });
  }

  async #withProgress<T>(options: vscode.ProgressOptions, task: ProgressTask<T>): Promise<T> {
    const source = new CancellationTokenSource();
    const progress: Progress = {
      options,
      reports: [],
      cancel: () => source.cancel(),
      done: false,
    };
    this.progresses.push(progress);
    try {
      return await task({ report: (value) => progress.reports.push(value) }, source.token);
    } finally {
      progress.done = true;
    }
  }

  #createOutputChannel(name: string): unknown {
    const output: Output = { name, lines: [], shown: false, disposed: false };
    this.outputs.push(output);
    const at = (level: string) => (text: string | Error) => {
      output.lines.push({ level, text: String(text) });
    };
    return {
      name,
      logLevel: 3,
      onDidChangeLogLevel: () => new Disposable(() => undefined),
      trace: at("trace"),
      debug: at("debug"),
      info: at("info"),
      warn: at("warn"),
      error: at("error"),
      append: at("append"),
      appendLine: at("append"),
      show: () => (output.shown = true),
      dispose: () => (output.disposed = true),
    };
  }
}

type ProgressTask<T> = (
  progress: { report: (value: { message?: string; increment?: number }) => void },
  token: vscode.CancellationToken,
) => PromiseLike<T>;

/** StatusBarItem is a plain record. */
export class StatusBarItem {
  text = "";
  name: string | undefined;
  tooltip: string | vscode.MarkdownString | undefined;
  command: string | vscode.Command | undefined;
  color: unknown;
  backgroundColor: vscode.ThemeColor | undefined;
  accessibilityInformation: vscode.AccessibilityInformation | undefined;
  visible = false;
  disposed = false;

  constructor(readonly id: string) {}

  show(): void {
    this.visible = true;
  }

  hide(): void {
    this.visible = false;
  }

  dispose(): void {
    this.visible = false;
    this.disposed = true;
  }
}

function titleOf(button: Button): string {
  return typeof button === "string" ? button : button.title;
}

function isOptions(value: unknown): value is vscode.MessageOptions {
  return typeof value === "object" && value !== null && !("title" in value);
}
