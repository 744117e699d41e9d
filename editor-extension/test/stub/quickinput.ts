import type * as vscode from "vscode";
import { EventEmitter } from "./events.js";

/** QuickInput is what input boxes and quick picks have in common. */
class QuickInput {
  title: string | undefined;
  step: number | undefined;
  totalSteps: number | undefined;
  enabled = true;
  busy = false;
  ignoreFocusOut = false;
  value = "";
  placeholder: string | undefined;
  buttons: readonly vscode.QuickInputButton[] = [];
  /** visible and disposed tell a test what became of it. */
  visible = false;
  disposed = false;

  readonly #accept = new EventEmitter<void>();
  readonly #hide = new EventEmitter<{ reason: number }>();
  readonly #value = new EventEmitter<string>();
  readonly #button = new EventEmitter<vscode.QuickInputButton>();
  readonly onDidAccept = this.#accept.event;
  readonly onDidHide = this.#hide.event;
  readonly onDidChangeValue = this.#value.event;
  readonly onDidTriggerButton = this.#button.event;

  show(): void {
    this.visible = true;
  }

  hide(): void {
    if (!this.visible) return;
    this.visible = false;
    this.#hide.fire({ reason: 1 });
  }

  dispose(): void {
    this.hide();
    this.disposed = true;
    for (const emitter of [this.#accept, this.#hide, this.#value, this.#button]) emitter.dispose();
  }

  /** type is what a user does: it replaces the value. */
  type(value: string): void {
    this.value = value;
    this.#value.fire(value);
  }

  /** accept presses Enter. */
  accept(): void {
    this.#accept.fire();
  }

  /** press clicks the button whose tooltip contains the text. */
  press(tooltip: string): void {
    const button = this.buttons.find((one) => one.tooltip?.includes(tooltip));
    if (!button) throw new Error(`no button "${tooltip}"`);
    this.#button.fire(button);
  }
}

/** InputBox is a stub that a test types into. */
export class InputBox extends QuickInput {
  password = false;
  prompt: string | undefined;
  validationMessage: string | vscode.InputBoxValidationMessage | undefined;
  valueSelection: readonly [number, number] | undefined;

  /** answer types the value and presses Enter. */
  answer(value: string): void {
    this.type(value);
    this.accept();
  }
}

/** QuickPick is a stub that a test picks from. */
export class QuickPick<T extends vscode.QuickPickItem = vscode.QuickPickItem> extends QuickInput {
  canSelectMany = false;
  matchOnDescription = false;
  matchOnDetail = false;
  keepScrollPosition = false;
  prompt: string | undefined;
  items: readonly T[] = [];
  activeItems: readonly T[] = [];
  selectedItems: readonly T[] = [];

  readonly #active = new EventEmitter<readonly T[]>();
  readonly #selection = new EventEmitter<readonly T[]>();
  readonly #itemButton = new EventEmitter<vscode.QuickPickItemButtonEvent<T>>();
  readonly onDidChangeActive = this.#active.event;
  readonly onDidChangeSelection = this.#selection.event;
  readonly onDidTriggerItemButton = this.#itemButton.event;

  /** labels are the rows, separators left out. */
  get labels(): string[] {
    return this.items.filter((item) => !isSeparator(item)).map((item) => item.label);
  }

  /** row finds the first row whose label contains the text. */
  row(label: string): T {
    const row = this.items.find((item) => !isSeparator(item) && item.label.includes(label));
    if (!row) throw new Error(`no row "${label}" in ${this.labels.join(" | ")}`);
    return row;
  }

  /** pick chooses the row and presses Enter. */
  pick(label: string): void {
    const row = this.row(label);
    this.activeItems = [row];
    this.selectedItems = [row];
    this.#active.fire([row]);
    this.#selection.fire([row]);
    this.accept();
  }

  /** pickAll ticks all rows and presses Enter. */
  pickAll(): void {
    this.selectedItems = this.items;
    this.accept();
  }

  /** pressOn clicks a row's button by its tooltip. */
  pressOn(label: string, tooltip: string): void {
    const item = this.row(label);
    const button = item.buttons?.find((one) => one.tooltip?.includes(tooltip));
    if (!button) throw new Error(`no button "${tooltip}" on "${label}"`);
    this.#itemButton.fire({ item, button });
  }
}

function isSeparator(item: vscode.QuickPickItem): boolean {
  return (item.kind as number | undefined) === -1;
}
