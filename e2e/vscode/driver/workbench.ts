import type { Locator, Page } from "playwright-core";
import { limitOf, pace, patient, sleep, until } from "./deadline.ts";
import { Dialog } from "./dialog.ts";
import { keyOf, type Command } from "./keys.ts";
import { Notices } from "./notices.ts";
import type { Theme } from "./pictures.ts";
import { QuickInput } from "./quick.ts";

/** Workbench is one window of VS Code, with what a user sees and does. */
export class Workbench {
  readonly page: Page;
  readonly quick: QuickInput;
  readonly notices: Notices;
  readonly dialog: Dialog;

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(limitOf(patient));
    this.quick = new QuickInput(page);
    this.notices = new Notices(page);
    this.dialog = new Dialog(page);
  }

  /**
   * open goes to a folder's address and waits until the workbench is there. Once in some hundred
   * starts VS Code's page stays empty, long before an extension runs; then it is loaded once more.
   */
  async open(url: string): Promise<this> {
    await this.page.goto(url);
    const isThere = this.page.waitForSelector(".monaco-workbench", { timeout: 30_000 * pace });
    await isThere.catch(() => this.page.reload());
    await this.settled();
    return this;
  }

  /**
   * remembered waits until VS Code has written what it remembers, such as trusted folders, or the servers that the
   * Jupyter extension has used: in a browser it does so every 5 s only, on the desktop when a window
   * ends.
   */
  async remembered(): Promise<void> {
    await sleep(7000 * Math.min(pace, 2));
  }

  /** reload reloads the window, as "Developer: Reload Window" does. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.settled();
  }

  /** settled waits for the workbench with its Explorer. */
  async settled(): Promise<void> {
    await this.page.waitForSelector(".monaco-workbench");
    await this.row("notebook.ipynb").waitFor();
  }

  /** row is a row of the Explorer. */
  row(name: string) {
    return this.page.locator(`.explorer-folders-view .monaco-list-row[aria-label^="${name}"]`);
  }

  /** openRow opens a row of the Explorer, and waits for its tab. */
  async openRow(name: string): Promise<void> {
    const timeout = 5_000 * pace;
    const tab = this.page.locator(`.tab.active[data-resource-name="${name}"]`);
    await until(`the tab of ${name}`, async () => {
      try {
        await this.row(name).dblclick({ timeout });
      } finally {
        await this.page.mouse.move(0, 0); // what pops up under a mouse that rests there hides rows
      }
      // The click is lost if the Explorer lists the folder again at that moment.
      await tab.waitFor({ timeout });
      return true;
    });
  }

  /** pause waits as long as a person takes: VS Code does not show a fourth notification within 0.8 s. */
  async pause(): Promise<void> {
    await sleep(900);
  }

  /** menu picks an item of a row's context menu. */
  async menu(row: Locator, item: string): Promise<void> {
    const menu = this.page.locator(".monaco-menu");
    const wanted = menu.locator(".action-menu-item", { hasText: item });
    await until(`${item} in the menu`, async () => {
      if (!(await menu.isVisible())) await row.click({ button: "right", timeout: 5_000 * pace });
      await menu.waitFor({ timeout: 5_000 * pace });
      await this.pause(); // a menu ignores clicks for a moment after it has opened
      await wanted.click({ timeout: 5_000 * pace });
      // A second click would run the action again, so a slow menu gets time to close.
      const closed = menu.waitFor({ state: "hidden", timeout: 5_000 * pace });
      return closed.then(
        () => true,
        async () => !(await menu.isVisible()),
      );
    });
    await this.page.mouse.move(0, 0);
  }

  /** palette runs a command by its exact title. */
  async palette(title: string): Promise<void> {
    await this.quick.command(title);
  }

  /** run runs a command of VS Code's own by its key. */
  async run(command: Command): Promise<void> {
    await this.page.keyboard.press(keyOf(command));
  }

  /** offers reports whether the palette has a command now. */
  async offers(title: string): Promise<boolean> {
    await this.quick.search(title);
    const has = (await this.quick.rows()).some((row) => named(row, title));
    await this.quick.close();
    return has;
  }

  /** status is the text of the status bar's item of ours; undefined if there is none. */
  async status(): Promise<string | undefined> {
    const item = this.page.locator('.statusbar-item[id^="sa2c.sunpyter"]').first();
    return (await item.count()) === 0 ? undefined : await item.innerText();
  }

  /** statusBar waits for a text in any item of the status bar. */
  async statusBar(text: RegExp): Promise<void> {
    await this.page.locator(".statusbar-item", { hasText: text }).first().waitFor();
  }

  /** statusSays waits for a text in the status bar's item of ours. */
  statusSays(text: RegExp): Promise<string> {
    const look = async () => {
      const status = await this.status();
      return status !== undefined && text.test(status) ? status : undefined;
    };
    return until(`${text} in the status bar`, look);
  }

  /** output is what the panel shows of the output channel, which has to be open. */
  async output(): Promise<string> {
    const lines = await this.page.locator(".part.panel .view-lines .view-line").allInnerTexts();
    return lines.join("\n").replaceAll("\u00a0", " ");
  }

  /** theme chooses a colour theme, and waits until the window has it. */
  async theme({ name, class: of }: Theme): Promise<void> {
    await this.quick.command("Preferences: Color Theme");
    await this.quick.asks(/Select Color Theme/); // until then the palette's own input is there
    await this.quick.input.fill(name);
    await this.quick.pick(name);
    await this.page.locator(`.monaco-workbench.${of}`).waitFor();
  }
}

/** named reports whether a row's label for screen readers begins with this name. */
export function named(label: string, name: string): boolean {
  return label === name || label.startsWith(`${name}, `);
}
