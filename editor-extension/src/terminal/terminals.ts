import type { Disposable, ExtensionTerminalOptions, Memento, Pseudoterminal } from "vscode";
import { type Clock, systemClock } from "../common/time.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernel, Kernels } from "../kernels/types.js";
import type { Server } from "../server/types.js";
import { locationOf } from "../text/session.js";
import { createMessagePty, type PtyDeps, ShellPty } from "./pty.js";
import { createStoredTerminals, restoreTerminals, type StoredTerminal } from "./stored.js";

/** Terminals are this window's terminals on nodes. */
export interface Terminals extends Disposable {
  /** open shows a new terminal in a kernel's job, in a folder or in the kernel's working directory. */
  open(kernel: Kernel, directory?: string): void;
  /** profileFor returns what VS Code needs to make such a terminal itself, for its own command. */
  profileFor(kernel: Kernel): ExtensionTerminalOptions;
  /** explain returns those of a terminal that only shows a text. */
  explain(text: string): ExtensionTerminalOptions;
  /** isAnyOpen reports whether a shell would end with the program. */
  isAnyOpen(): boolean;
}

/** TerminalsDeps is what {@link createTerminals} needs. */
interface TerminalsDeps {
  readonly server: PtyDeps["server"] & Pick<Server, "request">;
  readonly kernels: Pick<Kernels, "get" | "restored" | "onDidChange">;
  /** memento is the workspace's state: `context.workspaceState`. */
  readonly memento: Memento;
  readonly clock?: Clock;
}

/** createTerminals also returns to the terminals that the window had before it was reloaded. */
export function createTerminals(vscode: VSCode, deps: TerminalsDeps): Terminals {
  const { server, kernels, memento, clock = systemClock } = deps;
  const open = new Map<Pseudoterminal, { sessionId: string; shell: ShellPty }>();
  const stored = createStoredTerminals(memento);
  const store = (): void => {
    const known = [...open.values()].map(({ sessionId, shell: { key } }) => ({ sessionId, key }));
    stored.set(known.filter((one): one is StoredTerminal => one.key !== undefined));
  };
  const optionsFor = (
    { session }: Kernel,
    where: { directory?: string; key?: string } = {},
  ): ExtensionTerminalOptions => {
    const pty = new ShellPty(vscode, { server, kernels, clock }, { session, ...where });
    open.set(pty, { sessionId: session.id, shell: pty });
    pty.onDidChangeKey(store);
    store();
    return terminalOptions(vscode, locationOf(session), pty);
  };
  // VS Code leaves a terminal that it makes for us behind the one that is shown.
  const behind = new Set<Pseudoterminal>();
  const forProfile = (options: ExtensionTerminalOptions): ExtensionTerminalOptions => {
    behind.add(options.pty);
    return options;
  };
  const subscriptions = vscode.Disposable.from(
    vscode.window.onDidOpenTerminal((terminal) => {
      const { pty } = terminal.creationOptions as Partial<ExtensionTerminalOptions>;
      if (pty && behind.delete(pty)) terminal.show();
    }),
    vscode.window.onDidCloseTerminal(({ creationOptions, exitStatus }) => {
      const { pty } = creationOptions as Partial<ExtensionTerminalOptions>;
      const found = pty && open.get(pty);
      // The shells of those that a reload closes run on, for the reloaded window.
      if (!found || exitStatus?.reason === vscode.TerminalExitReason.Shutdown) return;
      open.delete(pty);
      found.shell.endShell();
      store();
    }),
    restoreTerminals(kernels, stored, (kernel, { key }) =>
      vscode.window.createTerminal(optionsFor(kernel, { key })).show(true),
    ),
  );
  return {
    open: (kernel, directory) => {
      const where = directory === undefined ? {} : { directory };
      vscode.window.createTerminal(optionsFor(kernel, where)).show();
    },
    profileFor: (kernel) => forProfile(optionsFor(kernel)),
    explain: (text) =>
      forProfile(terminalOptions(vscode, "Sunpyter", createMessagePty(vscode, text))),
    isAnyOpen: () => open.size > 0,
    dispose: () => {
      subscriptions.dispose();
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
