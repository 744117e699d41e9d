import { execFile } from "node:child_process";
import {
  NotebookCellOutput,
  NotebookCellOutputItem,
  notebooks,
  window,
  type NotebookCellExecution,
} from "vscode";
import { runCell } from "./cells.js";

const ID = "local.python3";
const LABEL = "Python 3 (ipykernel)";

/** pickLocal is behind the row "Jupyter Kernel..." of the notebook's kernel picker. */
export async function pickLocal(): Promise<string | undefined> {
  return (await window.showQuickPick([LABEL])) && ID;
}

/**
 * createLocal registers the kernel of this computer. It is the only one while no other was ever
 * picked, so that VS Code gives it to a notebook unasked, also where the notebook's own is gone.
 */
export function createLocal(): { dispose(): void } {
  const controller = notebooks.createNotebookController(ID, "jupyter-notebook", LABEL);
  controller.supportedLanguages = ["python"];
  controller.supportsExecutionOrder = true;
  let order = 0;
  controller.executeHandler = async (cells) => {
    for (const cell of cells) {
      const execution = controller.createNotebookCellExecution(cell);
      execution.executionOrder = ++order;
      await runCell(execution, () => runHere(execution));
    }
  };
  return controller;
}

/** runHere runs a cell as a Python process of its own. */
async function runHere(execution: NotebookCellExecution): Promise<boolean> {
  const code = execution.cell.document.getText();
  const text = await new Promise<string>((done, failed) => {
    execFile("python3", ["-c", code], (err, stdout, stderr) => {
      if (err) failed(new Error(stderr));
      else done(stdout);
    });
  });
  await execution.appendOutput(new NotebookCellOutput([NotebookCellOutputItem.stdout(text)]));
  return true;
}
