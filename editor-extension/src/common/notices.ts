import type { CancellationToken, Progress } from "vscode";
import type { Log } from "./log.js";
import type { VSCode } from "./vscode.js";

/** Action is a button under a message, and what it does. */
export interface Action {
  readonly title: string;
  readonly run: () => unknown;
}

/**
 * offer shows a message with buttons, the most useful first, and does what the user chooses. It
 * resolves when the message is closed and the chosen action is done.
 */
export async function offer(
  vscode: VSCode,
  level: "error" | "info" | "warning",
  text: string,
  ...actions: readonly Action[]
): Promise<void> {
  const { showErrorMessage, showInformationMessage, showWarningMessage } = vscode.window;
  const shows = {
    error: showErrorMessage,
    info: showInformationMessage,
    warning: showWarningMessage,
  };
  const chosen = await shows[level](text, ...actions.map(({ title }) => title));
  await actions.find(({ title }) => title === chosen)?.run();
}

/** createWarnings returns a function that shows each warning once, and reports whether it was new. */
export function createWarnings(vscode: VSCode): (text: string, action: Action) => boolean {
  const shown = new Set<string>();
  return (text, action) => {
    if (shown.has(text)) return false;
    shown.add(text);
    void offer(vscode, "warning", text, action);
    return true;
  };
}

/** runCommand is an action that runs a command. */
export function runCommand(
  vscode: VSCode,
  title: string,
  command: string,
  ...args: unknown[]
): Action {
  return { title, run: () => vscode.commands.executeCommand(command, ...args) };
}

/** openSettings is the action that shows a setting. */
export function openSettings(vscode: VSCode, key: string | undefined): Action {
  return runCommand(vscode, "Open Settings", "workbench.action.openSettings", key);
}

/** showLog is the action that shows the log. */
export function showLog(log: Pick<Log, "show">): Action {
  return { title: "Show Log", run: () => log.show() };
}

/** confirm asks in a dialog, and reports whether the user pressed the button. */
export async function confirm(
  vscode: VSCode,
  text: string,
  button: string,
  detail?: string,
): Promise<boolean> {
  const options = { modal: true, ...(detail === undefined ? {} : { detail }) };
  return (await vscode.window.showWarningMessage(text, options, button)) === button;
}

/** withProgress shows a notification with Cancel while a task runs. */
export function withProgress<T>(
  vscode: VSCode,
  title: string,
  task: (
    token: CancellationToken,
    progress: Progress<{ message?: string; increment?: number }>,
  ) => Thenable<T>,
): Thenable<T> {
  const location = vscode.ProgressLocation.Notification;
  return vscode.window.withProgress({ location, title, cancellable: true }, (progress, token) =>
    task(token, progress),
  );
}
