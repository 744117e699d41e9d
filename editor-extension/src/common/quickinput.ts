import type { QuickInput, QuickInputButton, QuickPick, QuickPickItem } from "vscode";
import type { VSCode } from "./vscode.js";

/** back is the answer if the user pressed Back. */
export const back = Symbol("back");

/** Answer is what the user chose or typed; undefined if they dismissed the question. */
export type Answer<T> = T | typeof back | undefined;

/** Position is a question's place in a sequence. */
export interface Position {
  readonly step?: number;
  readonly totalSteps?: number;
  readonly canGoBack?: boolean;
}

/** Row is a row to choose. One without a value is a separator. */
export interface Row<T> extends QuickPickItem {
  readonly value?: T;
}

/** rowOf returns a row with one of the editor's icons. */
export function rowOf<T>(
  vscode: VSCode,
  icon: string,
  value: T,
  texts: Pick<QuickPickItem, "label" | "description" | "detail">,
): Row<T> {
  return { ...texts, iconPath: new vscode.ThemeIcon(icon), value };
}

/** separator returns the line above other rows, with a text if that is not empty. */
export function separator(vscode: VSCode, label: string): Row<never> {
  return { label, kind: vscode.QuickPickItemKind.Separator };
}

/** Choice is a question with rows. */
interface Choice<T> extends Position {
  readonly title: string;
  readonly placeholder: string;
  readonly rows: readonly Row<T>[];
  /** active reports which row is active at first; default: the first. */
  readonly active?: (value: T) => boolean;
  /** onButton is called for a click on a row's button, and returns the new rows. */
  readonly onButton?: (value: T) => Promise<readonly Row<T>[]>;
}

/** Question is a question for a line of text. */
interface Question extends Position {
  readonly title: string;
  readonly prompt: string;
  readonly value?: string;
  readonly placeholder?: string;
  /** check returns what is wrong with a text as it is typed. */
  readonly check: (text: string) => string | undefined;
}

/** choose lets the user choose a row. */
export function choose<T>(vscode: VSCode, choice: Choice<T>): Promise<Answer<T>> {
  const input = vscode.window.createQuickPick<Row<T>>();
  input.placeholder = choice.placeholder;
  input.matchOnDescription = true;
  input.matchOnDetail = true;
  input.items = choice.rows;
  const active = choice.rows.find(({ value }) => value !== undefined && choice.active?.(value));
  if (active) input.activeItems = [active];
  if (choice.onButton) followButtons(input, choice.onButton);
  return showInput(vscode, input, choice, (settle) =>
    input.onDidAccept(() => {
      const value = input.selectedItems[0]?.value;
      if (value !== undefined) settle(value);
    }),
  );
}

/** chooseSome lets the user select any number of rows; it returns none if they dismissed the question. */
export async function chooseSome<T>(
  vscode: VSCode,
  selection: Pick<Choice<T>, "title" | "placeholder" | "rows">,
): Promise<readonly T[]> {
  const input = vscode.window.createQuickPick<Row<T>>();
  input.placeholder = selection.placeholder;
  input.matchOnDescription = true;
  input.canSelectMany = true;
  input.ignoreFocusOut = true;
  input.items = selection.rows;
  const chosen = await showInput<readonly T[]>(vscode, input, selection, (settle) =>
    input.onDidAccept(() =>
      settle(input.selectedItems.flatMap(({ value }) => (value === undefined ? [] : [value]))),
    ),
  );
  return chosen === undefined || chosen === back ? [] : chosen;
}

/** ask lets the user type a line, which is returned trimmed. */
export function ask(vscode: VSCode, question: Question): Promise<Answer<string>> {
  const input = vscode.window.createInputBox();
  input.prompt = question.prompt;
  input.placeholder = question.placeholder;
  input.value = question.value ?? "";
  input.ignoreFocusOut = true; // the answer may be in another window
  return showInput(vscode, input, question, (settle) => {
    const check = (): string | undefined => question.check(input.value.trim());
    if (input.value !== "") input.validationMessage = check();
    input.onDidChangeValue(() => {
      input.validationMessage = check();
    });
    input.onDidAccept(() => {
      input.validationMessage = check();
      if (input.validationMessage === undefined) settle(input.value.trim());
    });
  });
}

function followButtons<T>(
  input: QuickPick<Row<T>>,
  onButton: (value: T) => Promise<readonly Row<T>[]>,
): void {
  input.onDidTriggerItemButton(async ({ item }) => {
    if (item.value === undefined) return;
    input.busy = true;
    input.items = await onButton(item.value);
    input.busy = false;
  });
}

/** showInput shows an input until it is answered or dismissed, then disposes it. */
function showInput<T>(
  vscode: VSCode,
  input: QuickInput & {
    buttons: readonly QuickInputButton[];
    onDidTriggerButton: QuickPick<QuickPickItem>["onDidTriggerButton"];
  },
  options: Position & { readonly title: string },
  listen: (settle: (answer: T) => void) => void,
): Promise<Answer<T>> {
  input.title = options.title;
  input.step = options.step;
  input.totalSteps = options.totalSteps;
  if (options.canGoBack) input.buttons = [vscode.QuickInputButtons.Back];
  return new Promise((resolve) => {
    const settle = (answer: Answer<T>): void => {
      resolve(answer);
      input.dispose();
    };
    input.onDidTriggerButton(() => settle(back));
    input.onDidHide(() => settle(undefined));
    listen(settle);
    input.show();
  });
}

/** Step asks for one value and returns the draft with the answer. */
export type Step<D> = (draft: D, position: Position) => Promise<Answer<D>>;

/**
 * runSteps runs one step after the other, with Back in all but the first. Which steps there
 * are may depend on earlier answers. It returns undefined if the user dismisses
 * one; a draft changes nothing by itself.
 */
export async function runSteps<D>(
  first: D,
  steps: (draft: D) => readonly Step<D>[],
): Promise<D | undefined> {
  let draft = first;
  for (let at = 0; ;) {
    const all = steps(draft);
    const step = all[at];
    if (step === undefined) return draft;
    const answer = await step(draft, position(at, all.length));
    if (answer === undefined) return undefined;
    if (answer === back) {
      at--;
    } else {
      draft = answer;
      at++;
    }
  }
}

/** position numbers the questions, if there is more than one. */
function position(at: number, of: number): Position {
  return of > 1 ? { step: at + 1, totalSteps: of, canGoBack: at > 0 } : {};
}
