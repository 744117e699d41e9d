import type { Locator, Page } from "playwright-core";
import { patient, until } from "./deadline.ts";
import { press } from "./press.ts";

/** Notices are the notifications in the corner, progress among them. */
export class Notices {
  readonly page: Page;
  readonly toasts: Locator;
  readonly centre: Locator;

  constructor(page: Page) {
    this.page = page;
    this.toasts = page.locator(".notifications-toasts .notification-list-item");
    this.centre = page.locator(".notifications-center");
  }

  /** texts are what the notifications say that are on the screen. */
  async texts(): Promise<readonly string[]> {
    return this.toasts.locator(".notification-list-item-message").allInnerTexts();
  }

  /** all are those of the screen and of the notification centre, which it opens for that. */
  async all(): Promise<readonly string[]> {
    const before = await this.texts();
    await this.openCentre();
    const items = this.centre.locator(".notification-list-item-message");
    return [...new Set([...before, ...(await items.allInnerTexts())])];
  }

  /** openCentre opens the notification centre, which keeps what is no longer in the corner. */
  async openCentre(): Promise<void> {
    const item = this.centre.locator(".notification-list-item").first();
    const none = this.centre.getByText(/no new notifications/i);
    let pressed = false; // a second click would close it
    await until("the notification centre", async () => {
      pressed ||=
        (await this.centre.isVisible()) ||
        (await press(this.page.locator('[id="status.notifications"] a')));
      return (await item.isVisible()) || (await none.isVisible());
    });
  }

  /** says waits for a notification with a text, and returns all of it. */
  async says(text: RegExp, ms = patient.ms): Promise<string> {
    const seen = new Set<string>();
    const look = async () => {
      const texts = await this.texts();
      for (const one of texts) seen.add(one);
      return texts.find((one) => text.test(one));
    };
    return until(`a notification with ${text}`, look, { ms }).catch((err: unknown) => {
      throw new Error(`notifications: ${[...seen].join(" | ") || "none"}`, { cause: err });
    });
  }

  /** gone waits until no notification has a text. */
  async gone(text: RegExp): Promise<void> {
    const look = async () => !(await this.texts()).some((t) => text.test(t));
    await until(`no notification with ${text}`, look);
  }

  /** buttons are the names of the buttons of the notification with a text. */
  async buttons(text: RegExp): Promise<readonly string[]> {
    return this.with(text).locator(".monaco-text-button").allInnerTexts();
  }

  /** press presses a button of the notification with a text. */
  async press(text: RegExp, button: string): Promise<void> {
    await this.says(text);
    const wanted = this.with(text).locator(".monaco-text-button", { hasText: button });
    await until(`the button ${button}`, () => press(wanted));
  }

  /** with is the notification with a text. */
  private with(text: RegExp): Locator {
    return this.toasts.filter({ hasText: text });
  }
}
