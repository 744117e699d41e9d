import type { Kernel, KernelMessage } from "@jupyterlab/services";
import {
  NotebookCellOutput,
  NotebookCellOutputItem,
  type NotebookCell,
  type NotebookCellExecution,
  type NotebookController,
} from "vscode";

/** runCell runs one cell and shows what it gives; work throws what the cell shall show. */
export async function runCell(
  controller: NotebookController,
  cell: NotebookCell,
  work: (execution: NotebookCellExecution) => Promise<boolean>,
): Promise<void> {
  const execution = controller.createNotebookCellExecution(cell);
  execution.start(Date.now());
  await execution.clearOutput();
  let success = false;
  try {
    success = await work(execution);
  } catch (err) {
    const error = err instanceof Error ? err : new Error(String(err));
    await execution.appendOutput(new NotebookCellOutput([NotebookCellOutputItem.error(error)]));
  }
  execution.end(success, Date.now());
}

/** runIn runs a cell's code in a remote kernel. */
export async function runIn(
  kernel: Kernel.IKernelConnection,
  execution: NotebookCellExecution,
): Promise<boolean> {
  const code = execution.cell.document.getText();
  const future = kernel.requestExecute({ code, stop_on_error: true });
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
          new Error(`${String(content["ename"])}: ${String(content["evalue"])}`),
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
