import type { Disposable } from "vscode";
import type { VSCode } from "../common/vscode.js";
import type { Kernel, Kernels } from "../kernels/types.js";
import type { Terminals } from "../terminal/terminals.js";
import { isUsable } from "../text/session.js";
import { pickKernel } from "./stop.js";

/** TerminalDeps is what opening terminals needs. */
interface TerminalDeps {
  readonly kernels: Pick<Kernels, "own" | "restored">;
  readonly terminals: Pick<Terminals, "open" | "optionsFor" | "explain">;
}

/** profileId is that of the manifest. */
const profileId = "sunpyter.node";

const texts = {
  title: "Open Terminal on the Node",
  none: "No kernel in this window is ready. A terminal on the node needs one.",
};

/** openTerminal is the command. */
export async function openTerminal(vscode: VSCode, deps: TerminalDeps): Promise<void> {
  const kernel = await pickKernel(vscode, await usableKernels(deps.kernels), texts);
  if (kernel) deps.terminals.open(kernel);
}

/** registerTerminalProfile offers the same among VS Code's own terminals. */
export function registerTerminalProfile(vscode: VSCode, deps: TerminalDeps): Disposable {
  return vscode.window.registerTerminalProfileProvider(profileId, async () => {
    const usable = await usableKernels(deps.kernels);
    const picked = pickKernel(vscode, usable, texts);
    // VS Code reports an error if it gets no terminal, and the offer to start a kernel can wait long.
    if (usable.length === 0) return deps.terminals.explain(texts.none);
    const kernel = await picked;
    return kernel
      ? deps.terminals.optionsFor(kernel)
      : deps.terminals.explain("No kernel was chosen.");
  });
}

async function usableKernels(kernels: TerminalDeps["kernels"]): Promise<readonly Kernel[]> {
  await kernels.restored().catch(() => undefined);
  return kernels.own.filter(({ session }) => isUsable(session));
}
