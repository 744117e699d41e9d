import type { Locator, Page } from "playwright-core";
import { until } from "./deadline.ts";
import { press } from "./press.ts";

/** Dialog is the modal dialog in the middle of the window. */
export class Dialog {
  readonly box: Locator;

  constructor(page: Page) {
    this.box = page.locator(".monaco-dialog-box");
  }

  /** text waits for the dialog and returns its message and detail. */
  async text(): Promise<string> {
    await this.box.waitFor();
    return this.box.locator(".dialog-message-container").innerText();
  }

  /** buttons are the names of its buttons. */
  async buttons(): Promise<readonly string[]> {
    return this.box.locator(".dialog-buttons .monaco-button").allInnerTexts();
  }

  /** press presses a button, and waits until the dialog is gone. */
  async press(button: string): Promise<void> {
    const wanted = this.box.locator(".dialog-buttons .monaco-button", { hasText: button });
    await until(`the button ${button}`, () => press(wanted));
    await this.box.waitFor({ state: "hidden" });
  }
}
