import type { Kernel, KernelMessage } from "@jupyterlab/services";
import {
  NotebookCellOutput,
  NotebookCellOutputItem,
  type NotebookCell,
  type NotebookCellExecution,
  type NotebookController,
} from "vscode";

/** Running is what cells need to run. */
export interface Running {
  /** kernel returns the notebook's kernel; it may have to start first. */
  readonly kernel: () => Promise<Kernel.IKernelConnection>;
  /** refused: there is no kernel. */
  readonly refused: () => Promise<void>;
  readonly ran: () => void;
}

/** runCells runs cells one after the other, up to the first that fails. */
export async function runCells(
  controller: NotebookController,
  cells: readonly NotebookCell[],
  { kernel, refused, ran }: Running,
): Promise<void> {
  const executions = cells.map((cell) => controller.createNotebookCellExecution(cell));
  let well = true;
  for (const execution of executions) {
    if (!well) {
      execution.start();
      execution.end(undefined);
      continue;
    }
    well = await runCell(execution, async () => {
      const started = await kernel().catch(async (err: unknown) => {
        await refused();
        throw err;
      });
      return runIn(started, execution);
    });
    ran();
  }
}

/** runCell runs one cell; work throws what the cell is to show. */
export async function runCell(
  execution: NotebookCellExecution,
  work: () => Promise<boolean>,
): Promise<boolean> {
  execution.start(Date.now());
  await execution.clearOutput();
  let success = false;
  try {
    success = await work();
  } catch (err) {
    const error = err instanceof Error ? err : new Error(String(err));
    await execution.appendOutput(new NotebookCellOutput([NotebookCellOutputItem.error(error)]));
  }
  execution.end(success, Date.now());
  return success;
}

/** runIn runs a cell's code in a remote kernel. */
async function runIn(
  kernel: Kernel.IKernelConnection,
  execution: NotebookCellExecution,
): Promise<boolean> {
  const code = execution.cell.document.getText();
  const future = kernel.requestExecute({ code, stop_on_error: true, store_history: true });
  future.onIOPub = (message) => {
    const output = outputOf(message, execution);
    if (output !== undefined) void execution.appendOutput(output);
  };
  const reply = await future.done;
  return reply.content.status === "ok";
}

function outputOf(
  message: KernelMessage.IIOPubMessage,
  execution: NotebookCellExecution,
): NotebookCellOutput | undefined {
  const content = message.content as Record<string, unknown>;
  switch (message.header.msg_type) {
    case "execute_input":
      execution.executionOrder = content["execution_count"] as number;
      return undefined;
    case "stream":
      return new NotebookCellOutput([
        NotebookCellOutputItem[content["name"] as "stdout" | "stderr"](content["text"] as string),
      ]);
    case "execute_result":
    case "display_data":
      return new NotebookCellOutput(items(content["data"] as Record<string, unknown>));
    case "error":
      return new NotebookCellOutput([
        NotebookCellOutputItem.error(
          new Error([content["ename"], content["evalue"]].filter(Boolean).join(": ")),
        ),
      ]);
    default:
      return undefined;
  }
}

function items(data: Record<string, unknown>): NotebookCellOutputItem[] {
  return Object.entries(data).map(([mime, value]) =>
    NotebookCellOutputItem.text(typeof value === "string" ? value : JSON.stringify(value), mime),
  );
}
