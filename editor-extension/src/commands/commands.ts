import type { Disposable } from "vscode";
import type { Log } from "../common/log.js";
import type { VSCode } from "../common/vscode.js";
import type { Place } from "../common/windowhost.js";
import type { Jupyter } from "../jupyter/types.js";
import type { Kernels } from "../kernels/types.js";
import type { Prompts } from "../prompts/prompts.js";
import type { Session } from "../protocol.js";
import type { Server } from "../server/types.js";
import type { Slots } from "../slots/slots.js";
import type { Starter } from "../start/starter.js";
import { isUsable } from "../text/session.js";
import { createKernelsView } from "../ui/kernellist.js";
import { createActions, look, showEnded } from "./actions.js";
import { copyUrl, openInBrowser } from "./browser.js";
import { createCheck } from "./check.js";
import { takeOver } from "./connect.js";
import { createLogs } from "./log.js";
import type { Start } from "./start.js";
import { createStop, pickKernel } from "./stop.js";

/** CommandDeps is what the commands need. */
export interface CommandDeps {
  readonly server: Pick<Server, "request" | "onNotification">;
  readonly kernels: Kernels;
  readonly starter: Pick<Starter, "pickCluster">;
  readonly start: Start;
  /** reconnect makes the connection to a kernel again, with the person's help. */
  readonly reconnect: (session: Session) => Promise<void>;
  readonly slots: Slots;
  readonly jupyter: Pick<Jupyter, "use" | "confirm" | "uses">;
  readonly place: Pick<Place, "refuse">;
  readonly prompts: Pick<Prompts, "forgetAll">;
  readonly log: Log;
}

/**
 * registerCommands registers what the palette shows, and sets the context keys that enable it.
 * Each command tells its own failures.
 */
export function registerCommands(vs: VSCode, deps: CommandDeps): Disposable {
  const { kernels, start } = deps;
  const logs = createLogs(vs, deps);
  const stop = createStop(vs, deps);
  const view = createKernelsView(vs, {
    kernels,
    start: () => start.run(),
    look: () => look(vs, deps),
    showEnded: (session) => showEnded(vs, (like, change) => start.again(like, change), session),
    run: createActions(vs, {
      ...deps,
      stop,
      openInBrowser: (kernel) => openInBrowser(vs, deps, kernel),
      copyUrl: (kernel) => copyUrl(vs, kernel),
      showLog: (session) => logs.jupyter(session),
      reconnect: deps.reconnect,
      takeOver: (entry) => takeOver(vs, deps, entry),
    }),
  });
  /** withReady runs a function with a kernel whose Jupyter has an address. */
  const withReady = async (title: string, run: typeof copyUrl): Promise<void> => {
    const ready = kernels.own.filter(({ session }) => isUsable(session));
    const none = "No kernel of this window is ready.";
    const kernel = await pickKernel(vs, ready, { title, none });
    if (kernel) await run(vs, kernel);
  };
  const commands: Readonly<Record<string, () => Promise<void>>> = {
    "sunpyter.start": () => start.run(),
    "sunpyter.startAsLastTime": () => start.asLastTime(),
    "sunpyter.stop": () => stop.run(),
    "sunpyter.kernels": () => view.show(),
    "sunpyter.check": createCheck(vs, deps),
    "sunpyter.log": () => logs.run(),
    "sunpyter.openInBrowser": () =>
      withReady("Open Sunbird Jupyter in browser", (_, kernel) => openInBrowser(vs, deps, kernel)),
    "sunpyter.copyUrl": () => withReady("Copy Sunbird Jupyter URL", copyUrl),
    "sunpyter.forget": () => forget(vs, deps.prompts),
  };
  return vs.Disposable.from(
    ...Object.entries(commands).map(([id, run]) => vs.commands.registerCommand(id, run)),
    createContextKeys(vs, deps),
    logs,
  );
}

/** The keys by which the manifest enables commands, and when each is true. */
const keys: Readonly<Record<string, (sessions: readonly Session[]) => boolean>> = {
  "sunpyter.hasKernel": (sessions) => sessions.length > 0,
  "sunpyter.ready": (sessions) => sessions.some(isUsable),
  "sunpyter.starting": (sessions) =>
    sessions.some((session) => !isUsable(session) && session.state !== "ending"),
};

/** createContextKeys is the one place where the keys are set: from the kernels, and only then. */
export function createContextKeys(
  vs: VSCode,
  { kernels }: { kernels: Pick<Kernels, "own" | "onDidChange"> },
): Disposable {
  const set = new Map<string, boolean>();
  const update = (): void => {
    const sessions = kernels.own.map(({ session }) => session);
    for (const [key, holds] of Object.entries(keys)) {
      const value = holds(sessions);
      if (set.get(key) === value) continue;
      set.set(key, value);
      void vs.commands.executeCommand("setContext", key, value);
    }
  };
  update();
  return kernels.onDidChange(update);
}

/** forget removes the passwords and passphrases that the person let us keep. */
export async function forget(vs: VSCode, prompts: Pick<Prompts, "forgetAll">): Promise<void> {
  await prompts.forgetAll();
  await vs.window.showInformationMessage(
    "No password or passphrase of yours is kept now. You are asked again when one is needed.",
  );
}
