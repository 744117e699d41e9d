import type { Disposable, Uri } from "vscode";
import type { Log } from "../common/log.js";
import type { VSCode } from "../common/vscode.js";
import type { Access } from "../files/access.js";
import type { Jupyter } from "../jupyter/types.js";
import type { Kernel, Kernels } from "../kernels/types.js";
import type { BringBack } from "../project/bringback.js";
import type { Sender } from "../project/send.js";
import type { ProjectState } from "../project/state.js";
import type { Prompts } from "../prompts/prompts.js";
import type { Session } from "../protocol.js";
import type { Server } from "../server/types.js";
import type { Slots } from "../slots/slots.js";
import type { Starter } from "../start/starter.js";
import { isUsable } from "../text/session.js";
import type { Terminals } from "../terminal/terminals.js";
import { chooseAction, showKernels } from "../ui/kernellist.js";
import type { Entry } from "../ui/kernelrows.js";
import type { KernelTree } from "../ui/kernelview.js";
import type { Uses } from "../ui/uses.js";
import { addFolder } from "./addfolder.js";
import { type Actions, createActions, findOnCluster, showEnded } from "./actions.js";
import { copyUrl, openInBrowser } from "./browser.js";
import { createCheck } from "./check.js";
import { createLogs } from "./log.js";
import type { Start } from "./start.js";
import { createStop, pickKernel } from "./stop.js";
import { registerTerminals } from "./terminal.js";

/** CommandDeps is what the commands need. */
interface CommandDeps {
  readonly sender: Pick<Sender, "run">;
  readonly bringBack: Pick<BringBack, "run">;
  readonly server: Pick<Server, "request" | "onNotification">;
  readonly kernels: Kernels;
  readonly starter: Pick<Starter, "pickCluster">;
  readonly start: Start;
  /** reconnect restores the connection to a kernel, with the user's help. */
  readonly reconnect: (session: Session) => Promise<void>;
  readonly slots: Slots;
  readonly jupyter: Pick<Jupyter, "use" | "confirm" | "isUsed">;
  readonly refuseOnCluster: () => Promise<boolean>;
  readonly prompts: Pick<Prompts, "forgetAll">;
  readonly project: Pick<ProjectState, "forgetDecisions">;
  readonly access: Access;
  readonly terminals: Terminals;
  readonly kernelTree: KernelTree;
  readonly uses: Pick<Uses, "watch">;
  readonly log: Log;
}

/**
 * registerCommands registers what the palette shows, and sets the context keys that enable it.
 * Each command reports its own failures.
 */
export function registerCommands(vscode: VSCode, deps: CommandDeps): Disposable {
  const { kernels, start } = deps;
  const logs = createLogs(vscode, deps);
  const stop = createStop(vscode, deps);
  const actions = createActions(vscode, { ...deps, stop, logs });
  const showList = (): Promise<void> =>
    showKernels(vscode, {
      kernels,
      start: () => start.run(),
      findMore: () => findOnCluster(vscode, deps),
      showEnded: (session) =>
        showEnded(vscode, (like, change) => start.restart(like, change), session),
      run: (action, entry) => actions[action](entry),
    });
  /** withReady runs a function with a kernel whose Jupyter has an address: the one with the id, or a choice. */
  const withReady = async (
    title: string,
    run: (kernel: Kernel) => Promise<void>,
    id?: string,
  ): Promise<void> => {
    const usable = kernels.own.filter(({ session }) => isUsable(session));
    const named = usable.filter(({ session }) => session.id === id);
    const ready = named.length > 0 ? named : usable;
    const none = "No kernel in this window is ready.";
    const kernel = await pickKernel(vscode, ready, { title, none });
    if (kernel) await run(kernel);
  };
  const commands: Readonly<Record<string, (id?: string) => Promise<void>>> = {
    "sunpyter.start": () => start.run(),
    "sunpyter.startOnCluster": () => start.run(),
    "sunpyter.startAsLastTime": () => start.repeatLast(),
    "sunpyter.stop": () => stop.run(),
    "sunpyter.kernels": showList,
    "sunpyter.clusterKernels": showList,
    "sunpyter.check": createCheck(vscode, deps),
    "sunpyter.log": () => logs.run(),
    "sunpyter.openInBrowser": (id) =>
      withReady("Open Jupyter in Browser", (kernel) => openInBrowser(vscode, deps, kernel), id),
    "sunpyter.copyUrl": () => withReady("Copy Jupyter URL", (kernel) => copyUrl(vscode, kernel)),
    "sunpyter.addFolder": () => addFolder(vscode, deps),
    "sunpyter.bringBack": () => deps.bringBack.run(),
    "sunpyter.forget": async () => {
      await deps.prompts.forgetAll();
      await vscode.window.showInformationMessage(
        "Saved passwords and passphrases were removed. You'll be asked again when one is needed.",
      );
    },
    "sunpyter.forgetFolders": async () => {
      await deps.project.forgetDecisions();
      const text = "Starts ask again whether to copy a notebook's folder.";
      await vscode.window.showInformationMessage(text);
    },
  };
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([id, run]) => vscode.commands.registerCommand(id, run)),
    registerTerminals(vscode, deps),
    vscode.commands.registerCommand("sunpyter.send", (uri?: Uri, uris?: readonly Uri[]) =>
      deps.sender.run(uri, uris),
    ),
    registerKernelCommands(vscode, deps, actions),
    createContextKeys(vscode, deps),
    logs,
  );
}

/** registerKernelCommands shows the view Kernels, and registers the commands of its rows. */
function registerKernelCommands(vscode: VSCode, deps: CommandDeps, actions: Actions): Disposable {
  const { kernelTree, uses } = deps;
  const find = async (): Promise<void> => {
    const found = await findOnCluster(vscode, deps);
    if (found) kernelTree.setFound(found);
  };
  const choose = async (entry: Entry): Promise<void> => {
    const action = await chooseAction(vscode, entry);
    if (action) await actions[action](entry);
  };
  const view = vscode.window.createTreeView("sunpyter.kernelsView", {
    treeDataProvider: kernelTree,
  });
  uses.watch(view.visible);
  return vscode.Disposable.from(
    view,
    view.onDidChangeVisibility(({ visible }) => uses.watch(visible)),
    vscode.commands.registerCommand("sunpyter.findKernels", find),
    vscode.commands.registerCommand("sunpyter.kernel.actions", choose),
    ...Object.entries(actions).map(([name, run]) =>
      vscode.commands.registerCommand(`sunpyter.kernel.${name}`, run),
    ),
  );
}

/** The context keys that enable commands in the manifest, and when each is true. */
const keys: Readonly<Record<string, (sessions: readonly Session[]) => boolean>> = {
  "sunpyter.hasKernel": (sessions) => sessions.length > 0,
  "sunpyter.ready": (sessions) => sessions.some(isUsable),
};

/** createContextKeys is the only place where the keys are set. */
function createContextKeys(
  vscode: VSCode,
  { kernels }: { kernels: Pick<Kernels, "own" | "onDidChange"> },
): Disposable {
  const set = new Map<string, boolean>();
  const update = (): void => {
    const sessions = kernels.own.map(({ session }) => session);
    for (const [key, holds] of Object.entries(keys)) {
      const value = holds(sessions);
      if (set.get(key) === value) continue;
      set.set(key, value);
      void vscode.commands.executeCommand("setContext", key, value);
    }
  };
  update();
  return kernels.onDidChange(update);
}
