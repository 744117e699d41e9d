import type { Disposable, Uri } from "vscode";
import type { VSCode } from "../common/vscode.js";
import { remotePathOf } from "../files/uris.js";
import type { Kernel, Kernels } from "../kernels/types.js";
import type { Session } from "../protocol.js";
import type { Terminals } from "../terminal/terminals.js";
import { isUsable } from "../text/session.js";
import { pickKernel } from "./stop.js";

/** TerminalDeps is what opening terminals needs. */
interface TerminalDeps {
  readonly kernels: Pick<Kernels, "own" | "restored">;
  readonly terminals: Pick<Terminals, "open" | "profileFor" | "explain">;
}

/** profileId is that of the manifest. */
const profileId = "sunpyter.node";

const texts = {
  title: "Open Terminal on the Node",
  none: "No kernel in this window is ready. A terminal on the node needs one.",
};

/** registerTerminals registers the commands and VS Code's own way to open terminals. */
export function registerTerminals(vscode: VSCode, deps: TerminalDeps): Disposable {
  const { commands, window } = vscode;
  return vscode.Disposable.from(
    commands.registerCommand("sunpyter.openTerminal", () => openTerminal(vscode, deps)),
    commands.registerCommand("sunpyter.openTerminalHere", (folder: Uri) =>
      openTerminalHere(vscode, deps, folder),
    ),
    window.registerTerminalProfileProvider(profileId, async () => {
      const usable = await usableKernels(deps.kernels);
      const picked = pickKernel(vscode, usable, texts);
      // VS Code reports an error if it gets no terminal, and the offer to start a kernel can wait long.
      if (usable.length === 0) return deps.terminals.explain(texts.none);
      const kernel = await picked;
      return kernel
        ? deps.terminals.profileFor(kernel)
        : deps.terminals.explain("No kernel was chosen.");
    }),
  );
}

async function openTerminal(vscode: VSCode, deps: TerminalDeps): Promise<void> {
  const kernel = await pickKernel(vscode, await usableKernels(deps.kernels), texts);
  if (kernel) deps.terminals.open(kernel);
}

/** openTerminalHere opens one in a folder of a cluster, in the job of a kernel there. */
async function openTerminalHere(vscode: VSCode, deps: TerminalDeps, folder: Uri): Promise<void> {
  const { cluster, path } = remotePathOf(folder);
  const usable = (await usableKernels(deps.kernels)).filter(({ session }) =>
    isOn(session, cluster),
  );
  const kernel = await pickKernel(vscode, usable, {
    ...texts,
    none: `No kernel on ${cluster} is ready in this window. A terminal there needs one.`,
  });
  if (kernel) deps.terminals.open(kernel, path);
}

/** isOn reports whether a kernel runs on the cluster that a URI names; see authorityOf. */
function isOn({ cluster, user = "" }: Session, named: string): boolean {
  const name = cluster.replace(/^@/u, "");
  return [name, `${user}@${name}`].some((one) => one.toLowerCase() === named.toLowerCase());
}

async function usableKernels(kernels: TerminalDeps["kernels"]): Promise<readonly Kernel[]> {
  await kernels.restored().catch(() => undefined);
  return kernels.own.filter(({ session }) => isUsable(session));
}
