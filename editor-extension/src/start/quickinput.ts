import type { QuickInput, QuickInputButton, QuickPick, QuickPickItem } from "vscode";
import type { VSCode } from "../common/vscode.js";

/** back is the answer of a person who pressed Back. */
export const back = Symbol("back");

/** Answer is what a person chose or typed; undefined when they dismissed the question. */
export type Answer<T> = T | typeof back | undefined;

/** Position is where a question stands among others. */
export interface Position {
  readonly step?: number;
  readonly totalSteps?: number;
  readonly canGoBack?: boolean;
}

/** Row is a line to choose. One without a value is a separator. */
export interface Row<T> extends QuickPickItem {
  readonly value?: T;
}

/** Choice asks for one of some rows. */
interface Choice<T> extends Position {
  readonly title: string;
  readonly placeholder: string;
  readonly rows: readonly Row<T>[];
  /** active tells which row is marked at first; without it, the first. */
  readonly active?: (value: T) => boolean;
  /** onButton is told of a click on a row's button, and gives the rows from then on. */
  readonly onButton?: (value: T) => Promise<readonly Row<T>[]>;
}

/** Question asks for a line of text. */
interface Question extends Position {
  readonly title: string;
  readonly prompt: string;
  readonly value?: string;
  readonly placeholder?: string;
  /** check says what is wrong with a text, as it is typed. */
  readonly check: (text: string) => string | undefined;
}

/** choose lets the person choose a row. */
export function choose<T>(vscode: VSCode, choice: Choice<T>): Promise<Answer<T>> {
  const input = vscode.window.createQuickPick<Row<T>>();
  input.placeholder = choice.placeholder;
  input.matchOnDescription = true;
  input.matchOnDetail = true;
  input.items = choice.rows;
  const active = choice.rows.find(({ value }) => value !== undefined && choice.active?.(value));
  if (active) input.activeItems = [active];
  if (choice.onButton) followButtons(input, choice.onButton);
  return showInput(vscode, input, choice, (settle) => {
    input.onDidAccept(() => {
      const value = input.selectedItems[0]?.value;
      if (value !== undefined) settle(value);
    });
  });
}

/** ask lets the person type a line, which is given without spaces around it. */
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

/** showInput shows an input until it is answered or dismissed, and disposes it. */
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
    input.onDidTriggerButton(() => {
      settle(back);
    });
    input.onDidHide(() => {
      settle(undefined);
    });
    listen(settle);
    input.show();
  });
}

/** Step asks for one thing and gives the draft with the answer in it. */
export type Step<D> = (draft: D, position: Position) => Promise<Answer<D>>;

/**
 * runSteps asks one step after the other, with Back in all but the first. Which steps there
 * are may depend on what was answered before. It gives undefined once the person dismisses
 * one: a draft changes nothing by itself.
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

/** position numbers the questions, where there is more than one. */
function position(at: number, of: number): Position {
  return of > 1 ? { step: at + 1, totalSteps: of, canGoBack: at > 0 } : {};
}
