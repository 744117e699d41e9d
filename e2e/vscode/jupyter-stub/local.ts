import { execFile } from "node:child_process";
import {
  NotebookCellOutput,
  NotebookCellOutputItem,
  NotebookControllerAffinity,
  notebooks,
  workspace,
  type NotebookCellExecution,
} from "vscode";
import { runCell } from "./cells.js";

/** Local is the kernel on this computer, into which the real extension falls back in silence. */
export interface Local {
  /** suggest makes it the one that open notebooks run in when they have no other. */
  suggest(): void;
  dispose(): void;
}

/** createLocal registers the local kernel. Each cell is a Python process of its own. */
export function createLocal(): Local {
  const controller = notebooks.createNotebookController(
    "local.python3",
    "jupyter-notebook",
    "Python 3 (on this computer)",
  );
  controller.supportedLanguages = ["python"];
  let order = 0;
  controller.executeHandler = async (cells) => {
    for (const cell of cells) {
      await runCell(controller, cell, (execution) => {
        execution.executionOrder = ++order;
        return runHere(execution);
      });
    }
  };
  return {
    suggest: () => {
      for (const notebook of workspace.notebookDocuments) {
        controller.updateNotebookAffinity(notebook, NotebookControllerAffinity.Preferred);
      }
    },
    dispose: () => {
      controller.dispose();
    },
  };
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
