import type { CancellationToken } from "vscode";
import type { Kernel } from "../kernels/kernels.js";
import { sleep } from "./deadline.js";
import { json, type Rest } from "./rest.js";

/** Wait is how often and how long to look, in milliseconds. */
export interface Wait {
  readonly every: number;
  readonly most: number;
}

/** Jupyter sees after 3 s at most that a kernel has died, and takes 1-2 s to restart it. */
const WAIT: Wait = { every: 250, most: 10_000 };

/** JupyterKernel is one of /api/kernels. */
interface JupyterKernel {
  readonly execution_state: string;
}

/**
 * restarted waits until a Jupyter has restarted by itself what died in it. The one that died keeps
 * its state, "busy", until the one in its place has begun.
 */
export async function restarted(
  rest: Rest,
  kernel: Kernel,
  token: Pick<CancellationToken, "isCancellationRequested">,
  { every, most }: Wait = WAIT,
): Promise<void> {
  const deadline = Date.now() + most;
  while (!token.isCancellationRequested && Date.now() < deadline) {
    const kernels = await json<JupyterKernel[]>(rest, kernel, "api/kernels").catch(() => []);
    if (kernels.every((one) => one.execution_state === "idle")) return;
    await sleep(every);
  }
}
