import { execFile } from "node:child_process";
import {
  commands,
  NotebookCellOutput,
  NotebookCellOutputItem,
  notebooks,
  window,
  type NotebookCellExecution,
  type NotebookController,
} from "vscode";
import { runCell } from "./cells.js";

const FIRST = "local.python3";

/** Local is the kernel on this computer, into which the real extension falls back in silence. */
export interface Local {
  /** select makes it the kernel of the notebooks that are shown. */
  select(): Promise<void>;
  dispose(): void;
}

/**
 * createLocal registers two kernels of this computer: a lone one would be selected by VS Code
 * before anybody has chosen.
 */
export function createLocal(): Local {
  const controllers = [register(FIRST, "Python 3"), register("local.venv", "Python 3 in .venv")];
  return {
    select: async () => {
      for (const notebookEditor of window.visibleNotebookEditors) {
        const kernel = { notebookEditor, id: FIRST, extension: "ms-toolsai.jupyter" };
        await commands.executeCommand("notebook.selectKernel", kernel);
      }
    },
    dispose: () => {
      for (const controller of controllers) controller.dispose();
    },
  };
}

/** register makes a kernel in which each cell is a Python process of its own. */
function register(id: string, label: string): NotebookController {
  const controller = notebooks.createNotebookController(id, "jupyter-notebook", label);
  controller.description = "on this computer";
  controller.supportedLanguages = ["python"];
  controller.supportsExecutionOrder = true;
  let order = 0;
  controller.executeHandler = async (cells) => {
    for (const cell of cells) {
      await runCell(controller, cell, (execution) => {
        execution.executionOrder = ++order;
        return runHere(execution);
      });
    }
  };
  return controller;
}

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
