import { actUntil, pace, until } from "./deadline.ts";
import { press } from "./press.ts";
import type { Workbench } from "./workbench.ts";

/** Notebooks in tabs behind the one that is shown stay in the page. */
const cells = ".notebookOverlay:visible .code-cell-row";
const label = ".kernel-label:visible";
/** The signs under cells that run, or wait for their turn, and under those that ran well. */
const busy = ":is(.codicon-notebook-state-executing, .codicon-notebook-state-pending)";
const done = ".codicon-notebook-state-success";

/** Notebook is the notebook that is open in a window. */
export class Notebook {
  readonly bench: Workbench;

  private constructor(bench: Workbench) {
    this.bench = bench;
  }

  /**
   * open opens a notebook from the Explorer. One that is opened before its editor is known comes
   * up as text: then it is closed and opened again.
   */
  static async open(bench: Workbench, name = "notebook.ipynb"): Promise<Notebook> {
    const cell = bench.page.locator(cells).first();
    const text = bench.page.locator(".editor-instance > .monaco-editor").first();
    const look = async () => {
      await bench.openRow(name);
      await cell.or(text).first().waitFor();
      if (await cell.isVisible()) return true;
      await bench.run("closeEditors");
      return false;
    };
    await until("the notebook", look);
    return new Notebook(bench);
  }

  /** of is the notebook that a window shows already, after a reload for example. */
  static async of(bench: Workbench): Promise<Notebook> {
    await bench.page.locator(cells).first().waitFor();
    return new Notebook(bench);
  }

  /** kernel is the label of the kernel that is selected. */
  async kernel(): Promise<string> {
    return (await this.bench.page.locator(label).first().innerText()).trim();
  }

  /** kernelIs waits for a label of the selected kernel. */
  kernelIs(name: RegExp): Promise<string> {
    let kernel = "";
    const look = async () => {
      kernel = await this.kernel();
      return name.test(kernel) ? kernel : undefined;
    };
    return until(`the kernel ${name}`, look).catch((err: unknown) => {
      throw new Error(`the kernel's label: ${kernel}`, { cause: err });
    });
  }

  /**
   * runAll runs every cell in the kernel that is selected by then. VS Code leaves out a cell that
   * still runs, so none may.
   */
  async runAll(): Promise<void> {
    await this.kernelIs(/^(?!Select Kernel|Detecting|Connecting)./);
    await this.idle();
    await this.bench.run("runAll");
  }

  /**
   * ran runs every cell, waits for a text in an output and until all cells are done: what a cell
   * prints is there before that, and only then does the Jupyter extension count its kernel as used.
   */
  async ran(text: RegExp): Promise<RegExpExecArray> {
    await this.runAll();
    const found = await this.prints(text);
    await until("the end of the cells", async () => (await this.signs(done)) > 0);
    await this.idle();
    return found;
  }

  /** idle waits until no cell runs or waits for its turn. */
  private async idle(): Promise<void> {
    await until("no cell to run", async () => (await this.signs(busy)) === 0);
  }

  private signs(sign: string): Promise<number> {
    return this.bench.page.locator(`${cells} ${sign}`).count();
  }

  /** outputs is the text of all outputs, which live in a page within a page. */
  async outputs(): Promise<string> {
    const texts = this.bench.page.frames().map(async (frame) => {
      try {
        const outputs = frame.locator(".output_container");
        return (await outputs.allInnerTexts()).join("\n");
      } catch {
        return ""; // a frame that went away meanwhile
      }
    });
    return (await Promise.all(texts)).join("\n").trim();
  }

  /** prints waits for a text in an output and returns what matched. */
  async prints(text: RegExp): Promise<RegExpExecArray> {
    let seen = "";
    const look = async () => {
      seen = await this.outputs();
      return text.exec(seen) ?? undefined;
    };
    return until(`${text} in an output`, look).catch((err: unknown) => {
      throw new Error(`the outputs say: ${seen || "nothing"}`, { cause: err });
    });
  }

  /** toolbarHas waits until the notebook's toolbar has one of our buttons, and not the other. */
  async toolbarHas(button: "Start Sunbird" | "Sunbird"): Promise<void> {
    const { page } = this.bench;
    const size = page.viewportSize();
    await page.setViewportSize({ width: 2000, height: 760 }); // or some buttons are in a menu
    const left = page.locator(".notebook-toolbar-left"); // the kernel's label is right
    const look = async () => /(Start )?Sunbird/.exec(await left.innerText())?.[0] === button;
    await until(`the button ${button}`, look);
    if (size) await page.setViewportSize(size);
  }

  /** interrupt presses the button that stops the first cell. */
  async interrupt(): Promise<void> {
    const cell = this.bench.page.locator(cells).first();
    const stop = cell.locator(".run-button-container .codicon-notebook-stop");
    await until("the button that stops a cell", async () => {
      await cell.hover();
      return press(stop);
    });
  }

  /**
   * choose selects a kernel in the picker, which may hide it behind other rows. VS Code now and then closes
   * the picker without a choice, such as when a row is clicked while the rows change: then it is opened again.
   */
  async choose(...rows: readonly RegExp[]): Promise<void> {
    const { quick } = this.bench;
    const all = [...rows, /^Select Another Kernel/];
    const isLast = (label: string) => rows[0]?.test(label) ?? false;
    await until(`the kernel ${rows[0]}`, async () => {
      await this.selectKernel();
      if (isLast(await quick.pickFirst(all, { ms: 10_000 }))) return true;
      await quick.widget.waitFor({ timeout: 10_000 * pace }).catch(() => undefined); // the next list
      return false;
    });
  }

  /** toSunbird opens the kernel picker and goes to the cluster's list. */
  async toSunbird(): Promise<void> {
    const { quick } = this.bench;
    const isThere = () => quick.shows(/Start Sunbird kernel…/); // the list before has a row of the same name
    await actUntil("the cluster's list", isThere, () => this.choose(/^Sunbird/));
  }

  /** selectKernel opens the kernel picker, as a click on the kernel's label does. */
  async selectKernel(): Promise<void> {
    const isOpen = () => this.bench.quick.widget.isVisible();
    await actUntil("the kernel picker", isOpen, () => press(this.bench.page.locator(label)));
  }
}
