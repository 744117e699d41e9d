import { until } from "./deadline.ts";
import type { Workbench } from "./workbench.ts";

const cells = ".notebookOverlay .code-cell-row";

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
      await bench.row(name).dblclick();
      await cell.or(text).first().waitFor();
      if (await cell.isVisible()) return true;
      await bench.quick.command("View: Close All Editors");
      return false;
    };
    await until("the notebook", look, { ms: 60_000 });
    return new Notebook(bench);
  }

  /** of is the notebook that a window shows already, after a reload for example. */
  static async of(bench: Workbench): Promise<Notebook> {
    await bench.page.locator(cells).first().waitFor();
    return new Notebook(bench);
  }

  /** kernel is the label of the kernel that is selected. */
  async kernel(): Promise<string> {
    return (await this.bench.page.locator(".kernel-label").first().innerText()).trim();
  }

  /** kernelIs waits for a label of the selected kernel. */
  kernelIs(label: RegExp, ms = 30_000): Promise<string> {
    const look = async () => {
      const kernel = await this.kernel();
      return label.test(kernel) ? kernel : undefined;
    };
    return until(`the kernel ${label}`, look, { ms });
  }

  /** runAll runs every cell in the kernel that is selected by then. */
  async runAll(): Promise<void> {
    await this.kernelIs(/^(?!Select Kernel|Detecting|Connecting)./);
    await this.bench.quick.command("Notebook: Run All");
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

  /** prints waits for a text in an output and gives what matched. */
  async prints(text: RegExp, ms = 60_000): Promise<RegExpExecArray> {
    let seen = "";
    const look = async () => {
      seen = await this.outputs();
      return text.exec(seen) ?? undefined;
    };
    return until(`${text} in an output`, look, { ms }).catch((err: unknown) => {
      throw new Error(`the outputs say: ${seen || "nothing"}`, { cause: err });
    });
  }

  /** selectKernel opens the kernel picker, as a click on the kernel's label does. */
  async selectKernel(): Promise<void> {
    await this.bench.page.locator(".kernel-label").first().click();
    await this.bench.quick.widget.waitFor();
  }
}
