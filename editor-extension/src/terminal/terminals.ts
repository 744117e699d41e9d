import type { Disposable, ExtensionTerminalOptions, Memento, Pseudoterminal } from "vscode";
import { type Clock, systemClock } from "../common/time.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernel, Kernels } from "../kernels/types.js";
import type { Server } from "../server/types.js";
import { isUsable, locationOf } from "../text/session.js";
import { createMessagePty, createPty, type PtyDeps } from "./pty.js";

/** Terminals are this window's terminals on nodes. */
export interface Terminals extends Disposable {
  /** open shows a new terminal in a kernel's job, in a folder or in the kernel's working directory. */
  open(kernel: Kernel, directory?: string): void;
  /** optionsFor returns what VS Code needs to make such a terminal itself. */
  optionsFor(kernel: Kernel): ExtensionTerminalOptions;
  /** explain returns those of a terminal that only shows a text. */
  explain(text: string): ExtensionTerminalOptions;
  /** isAnyOpen reports whether a shell would end with the program. */
  isAnyOpen(): boolean;
}

/** TerminalsDeps is what {@link createTerminals} needs. */
interface TerminalsDeps {
  readonly server: PtyDeps["server"] & Pick<Server, "request">;
  readonly kernels: Pick<Kernels, "own" | "restored" | "onDidChange">;
  /** memento is the workspace's state: `context.workspaceState`. */
  readonly memento: Memento;
  readonly clock?: Clock;
}

/** key is where the kernels with an open terminal are stored, by their ids. */
const key = "sunpyter.terminals.1";

/** createTerminals also says which terminals a reload of the window has closed. */
export function createTerminals(vscode: VSCode, deps: TerminalsDeps): Terminals {
  const { server, kernels, memento, clock = systemClock } = deps;
  const open = new Map<Pseudoterminal, string>();
  const store = (): void => {
    const ids = open.size > 0 ? [...open.values()] : undefined;
    // Without it, only the notice after a reload is missing.
    void Promise.resolve(memento.update(key, ids)).catch(() => undefined);
  };
  const optionsFor = ({ session }: Kernel, directory?: string): ExtensionTerminalOptions => {
    const place = { session, ...(directory === undefined ? {} : { directory }) };
    const pty = createPty(vscode, { server, kernels, clock }, place);
    open.set(pty, session.id);
    store();
    return terminalOptions(vscode, locationOf(session), pty);
  };
  const show = (kernel: Kernel, directory?: string): void =>
    vscode.window.createTerminal(optionsFor(kernel, directory)).show();
  const closed = vscode.window.onDidCloseTerminal(({ creationOptions, exitStatus }) => {
    const { pty } = creationOptions as Partial<ExtensionTerminalOptions>;
    // Those that a reload closes stay stored.
    if (exitStatus?.reason === vscode.TerminalExitReason.Shutdown) return;
    if (pty && open.delete(pty)) store();
  });
  void reportClosed(vscode, deps, show);
  return {
    open: show,
    optionsFor,
    explain: (text) => terminalOptions(vscode, "Sunpyter", createMessagePty(vscode, text)),
    isAnyOpen: () => open.size > 0,
    dispose: () => {
      closed.dispose();
    },
  };
}

function terminalOptions(
  vscode: VSCode,
  name: string,
  pty: Pseudoterminal,
): ExtensionTerminalOptions {
  return { name, pty, iconPath: new vscode.ThemeIcon("server-environment") };
}

/** reportClosed says that the reload of the window has ended shells of kernels that still run. */
async function reportClosed(
  vscode: VSCode,
  { kernels, memento }: TerminalsDeps,
  open: (kernel: Kernel) => void,
): Promise<void> {
  const ids = memento.get<readonly string[]>(key) ?? [];
  if (ids.length === 0) return;
  await memento.update(key, undefined);
  await kernels.restored().catch(() => undefined);
  const still = kernels.own.filter(({ session }) => isUsable(session) && ids.includes(session.id));
  const [kernel] = still;
  if (!kernel) return; // its end is reported
  const what = ids.length === 1 ? "the terminal" : "the terminals";
  const where = still.map(({ session }) => locationOf(session)).join(" and ");
  const text = `Reloading the window closed ${what} on ${where}.`;
  const again = "Open Terminal";
  if ((await vscode.window.showInformationMessage(text, again)) === again) {
    for (const one of still) open(one);
  }
}
