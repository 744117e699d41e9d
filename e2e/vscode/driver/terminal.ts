import { actUntil, until } from "./deadline.ts";
import type { Workbench } from "./workbench.ts";

/** readable has the terminal draw its text as elements of the page, which a test can read. */
export const readable = {
  "terminal.integrated.gpuAcceleration": "off",
  "terminal.integrated.enableMultiLinePasteWarning": "never",
};

/** Terminal is the terminal that VS Code shows in its panel. */
export class Terminal {
  readonly bench: Workbench;

  constructor(bench: Workbench) {
    this.bench = bench;
  }

  private get screen() {
    return this.bench.page.locator(".terminal-wrapper.active");
  }

  /** text is what its screen shows. */
  async text(): Promise<string> {
    const rows = await this.screen.locator(".xterm-rows > div").allInnerTexts();
    return rows.map((row) => row.replaceAll("\u00a0", " ").trimEnd()).join("\n");
  }

  /** shows waits for a text on the screen. */
  shows(text: RegExp): Promise<RegExpExecArray> {
    let seen = "";
    const look = async () => {
      seen = await this.text();
      return text.exec(seen) ?? undefined;
    };
    return until(`${text} in the terminal`, look).catch((err: unknown) => {
      throw new Error(`the terminal shows: ${seen}`, { cause: err });
    });
  }

  /** gone waits until a text is no longer on the screen. */
  async gone(text: RegExp): Promise<void> {
    await until(`no ${text} in the terminal`, async () => !text.test(await this.text()));
  }

  /** focus moves the keys there. */
  async focus(): Promise<void> {
    await this.screen.locator("textarea.xterm-helper-textarea").focus();
  }

  /** type types a line and Enter. */
  async type(line: string): Promise<void> {
    await this.focus();
    await this.bench.page.keyboard.type(line);
    await this.bench.page.keyboard.press("Enter");
  }

  /** press presses a key. */
  async press(key: string): Promise<void> {
    await this.focus();
    await this.bench.page.keyboard.press(key);
  }

  /**
   * interrupt presses Ctrl+C until the shell prompts: a window that is being restored may take the
   * focus between the terminal's and the key, and bash goes on with a loop if a command of it has
   * just ended by itself.
   */
  async interrupt(): Promise<void> {
    const prompts = async () => (await this.text()).trimEnd().endsWith("$");
    await actUntil("the shell's prompt", prompts, () => this.press("Control+C"));
  }

  /** closed waits until VS Code shows none. */
  async closed(): Promise<void> {
    await until("no terminal", async () => (await this.screen.count()) === 0);
  }
}
