import type { Locator } from "playwright-core";
import { actUntil, until } from "./deadline.ts";
import { press } from "./press.ts";
import { expand } from "./tree.ts";
import type { Workbench } from "./workbench.ts";

/** SideBar is our view container, with the views Kernels and Files. */
export class SideBar {
  readonly bench: Workbench;

  constructor(bench: Workbench) {
    this.bench = bench;
  }

  /** open clicks our icon in the activity bar. */
  async open(): Promise<void> {
    const icon = this.bench.page.locator('.activitybar [aria-label^="Sunpyter"]');
    await until("our icon", () => press(icon));
    await this.view("Kernels").waitFor();
  }

  /** view is one of the views. */
  view(name: "Kernels" | "Files"): Locator {
    const header = this.bench.page.locator(`.pane-header[aria-label^="${name}"]`);
    return this.bench.page.locator(".sidebar .pane").filter({ has: header });
  }

  /** row is a row by the beginning of its label for screen readers. */
  row(name: string): Locator {
    const label = JSON.stringify(name);
    return this.bench.page.locator(`.sidebar .pane .monaco-list-row[aria-label^=${label}]`).first();
  }

  /** rowSaying returns the first row whose label has a text anywhere. */
  rowSaying(text: string): Locator {
    const label = JSON.stringify(text);
    return this.bench.page.locator(`.sidebar .pane .monaco-list-row[aria-label*=${label}]`).first();
  }

  /** welcome presses the button of a view's welcome text. */
  async welcome(button: string): Promise<void> {
    const wanted = this.bench.page.locator(".welcome-view-content .monaco-button", {
      hasText: button,
    });
    await until(`the button ${button}`, () => press(wanted));
  }

  /** expand expands a folder. */
  async expand(name: string): Promise<void> {
    await expand(this.row(name));
  }

  /** action presses a button of a row, which shows while the mouse is over it. */
  async action(name: string, action: string): Promise<void> {
    const row = this.row(name);
    await until(`${action} of ${name}`, async () => {
      await row.hover();
      return press(row.locator(`.action-label[aria-label^="${action}"]`));
    });
    await this.bench.page.mouse.move(0, 0);
  }

  /** asks presses a button of a row that asks something. */
  async asks(name: string, action: string): Promise<void> {
    const isAsked = () => this.bench.quick.input.isVisible();
    await actUntil(`a question of ${action}`, isAsked, () => this.action(name, action));
  }

  /** drop drops files of the computer that runs the extensions on a row, as from the Explorer. */
  async drop(name: string, ...files: readonly string[]): Promise<void> {
    await this.bench.pause();
    await this.row(name).evaluate((row, paths) => {
      const dataTransfer = new DataTransfer();
      const uris = paths.map((path) => `vscode-remote://${location.host}${path}`);
      dataTransfer.setData("text/uri-list", uris.join("\r\n"));
      for (const type of ["dragenter", "dragover", "drop"])
        row.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
    }, files);
  }

  /** select selects a row, and opens a file to the side. */
  async select(name: string): Promise<void> {
    const row = this.row(name);
    const isSelected = async () => (await row.getAttribute("aria-selected")) === "true";
    const click = () => row.click({ modifiers: ["ControlOrMeta"] });
    await actUntil(`${name} to be selected`, isSelected, click);
    await this.bench.page.mouse.move(0, 0);
  }
}
