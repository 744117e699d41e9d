import type { Locator, Page } from "playwright-core";
import { actUntil, until, type Within } from "./deadline.ts";
import { press } from "./press.ts";
import { named } from "./workbench.ts";

/** Row is a row of a list, as for a screen reader. */
interface Row {
  readonly list: string;
  readonly label: string;
}

/** QuickInput is VS Code's quick pick and input box, which share a place on the screen. */
export class QuickInput {
  readonly page: Page;
  readonly widget: Locator;
  readonly input: Locator;

  constructor(page: Page) {
    this.page = page;
    this.widget = page.locator(".quick-input-widget");
    this.input = this.widget.locator(".quick-input-box input");
  }

  /** search opens the palette and types a command's title, without running it. It then has the rows that fit. */
  async search(title: string): Promise<void> {
    if (await this.widget.isVisible()) await this.close(); // what it shows may be out of date
    await this.page.keyboard.press("F1");
    await this.input.waitFor();
    const rows = async () => (await this.rows()).join("\n");
    const all = await until("the palette", async () => (await rows()) || undefined); // it shows these until it has searched
    await this.input.fill(`>${title}`);
    await until("the palette's answer", async () => !["", all].includes(await rows()));
  }

  /** command runs a command by its exact title. */
  async command(title: string): Promise<void> {
    await this.leave(`the command ${title}`, async () => {
      await this.search(title);
      return this.click(title);
    });
  }

  /** rows are the labels of the visible rows, as for a screen reader. */
  async rows(): Promise<readonly string[]> {
    const rows = this.widget.locator(".quick-input-list .monaco-list-row");
    return rows.evaluateAll((all) =>
      all.flatMap((row) => (row.checkVisibility() ? [row.getAttribute("aria-label") ?? ""] : [])),
    );
  }

  /** pick waits for a row and clicks it. */
  async pick(name: string | RegExp): Promise<string> {
    return this.pickFirst([name]);
  }

  /** pickFirst waits for any of some rows and clicks the one that is named first. */
  async pickFirst(names: readonly (string | RegExp)[], within?: Within): Promise<string> {
    const click = async () => {
      for (const name of names) {
        const picked = await this.click(name);
        if (picked) return picked;
      }
      return undefined;
    };
    return this.leave(`any of the rows ${names.join(", ")}`, click, within);
  }

  /** check waits for a row of a list in which any number can be selected, and selects it. */
  async check(name: RegExp): Promise<void> {
    const row = this.widget
      .locator(".quick-input-list .monaco-list-row", { hasText: name })
      .first();
    await until(`the row ${name}`, () => press(row.locator(".quick-input-list-label")));
  }

  /** accept confirms what is selected. */
  async accept(): Promise<void> {
    await this.input.press("Enter");
    await this.widget.waitFor({ state: "hidden" });
  }

  /** leave clicks until the list is left, and returns the row's label. */
  private async leave(
    what: string,
    click: () => Promise<Row | undefined>,
    within?: Within,
  ): Promise<string> {
    let row: Row | undefined;
    const isLeft = async () => row !== undefined && !(await this.has(row));
    const act = async () => {
      const clicked = await click();
      row = clicked ?? row;
      return clicked !== undefined;
    };
    await actUntil(what, isLeft, act, within).catch(async (err: unknown) => {
      const rows = (await this.rows()).join(" | ");
      throw new Error(`${row ? `clicked: ${row.label}; ` : ""}rows: ${rows}`, { cause: err });
    });
    return row?.label ?? "";
  }

  /** click clicks a row if it is there, and returns it; it never clicks twice. */
  private async click(name: string | RegExp): Promise<Row | undefined> {
    const fits = (row: string) => (typeof name === "string" ? named(row, name) : name.test(row));
    const list = await this.list();
    const label = (await this.rows()).find(fits);
    if (label === undefined) return undefined;
    if (await press(this.widget.locator(`.monaco-list-row[aria-label=${JSON.stringify(label)}]`)))
      return { list, label };
    await this.page.mouse.move(0, 0); // what pops up under a mouse that rests hides the rows
    return undefined;
  }

  /** has reports whether a row's list is still on the screen, with that row. */
  private async has({ list, label }: Row): Promise<boolean> {
    if (!(await this.widget.isVisible()) || (await this.list()) !== list) return false;
    return (await this.rows()).includes(label);
  }

  /** list is what tells one list from the next: its title, and what its empty input says. */
  private async list(): Promise<string> {
    const title = await this.widget.locator(".quick-input-title").allTextContents();
    const hint = await this.input.evaluateAll(([input]) => input?.getAttribute("placeholder"));
    return [...title, hint].join("\n");
  }

  /** title is the heading of the input, with its steps. */
  async title(): Promise<string> {
    return this.widget.locator(".quick-input-title").innerText();
  }

  /** message is what stands under an input box. */
  async message(): Promise<string> {
    return this.widget.locator(".quick-input-message").innerText();
  }

  /** asks waits for an input whose heading, place holder or message has a text. */
  async asks(text: RegExp): Promise<string> {
    let seen = "";
    const look = async () => {
      seen = await this.text();
      return text.test(seen) ? seen : undefined;
    };
    return until(`a question with ${text}`, look).catch((err: unknown) => {
      throw new Error(`the input shows: ${seen}`, { cause: err });
    });
  }

  /** shows reports whether an input has a text now. */
  async shows(text: RegExp): Promise<boolean> {
    return text.test(await this.text());
  }

  /** text is all that can be read now; "": there is no input. */
  private async text(): Promise<string> {
    if (!(await this.widget.isVisible())) return "";
    const hint = (await this.input.getAttribute("placeholder")) ?? "";
    return [await this.widget.innerText(), hint].join("\n");
  }

  /** masked reports whether what is typed is hidden. */
  async masked(): Promise<boolean> {
    return (await this.input.getAttribute("type")) === "password";
  }

  /** answer types a text and accepts it. */
  async answer(text: string): Promise<void> {
    await this.input.fill(text);
    await this.input.press("Enter");
  }

  /** back goes to the question before. */
  async back(): Promise<void> {
    await this.widget.locator('.quick-input-titlebar [aria-label^="Back"]').click();
  }

  /** close dismisses it. */
  async close(): Promise<void> {
    await this.page.keyboard.press("Escape");
    await this.widget.waitFor({ state: "hidden" });
  }
}
