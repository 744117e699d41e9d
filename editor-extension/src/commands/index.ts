import type { Disposable } from "vscode";
import type { Jupyter } from "../jupyter/jupyter.js";
import type { Kernels } from "../kernels/kernels.js";
import type { Log } from "../log.js";
import type { Place } from "../place.js";
import type { Prompts } from "../prompts/prompts.js";
import type { Session } from "../protocol.js";
import type { Server } from "../server/server.js";
import type { Starter } from "../start/starter.js";
import type { Slots } from "../slots/slots.js";
import { createKernelsView } from "../ui/kernelsview.js";
import { isUsable } from "../ui/statustext.js";
import type { VSCode } from "../vs.js";
import { createActions } from "./actions.js";
import { openInBrowser } from "./browser.js";
import { createCheck } from "./check.js";
import { createContextKeys } from "./contextkeys.js";
import { copyUrl } from "./copyurl.js";
import { showEnded } from "./ended.js";
import { forget } from "./forget.js";
import { createLogs } from "./log.js";
import { look } from "./look.js";
import { pickKernel } from "./pick.js";
import type { Start } from "./start.js";
import { createStop } from "./stop.js";
import { takeOver } from "./takeover.js";

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
