import type * as vscode from "vscode";
import type { Disposable, ExtensionContext } from "vscode";
import { registerCommands } from "./commands/commands.js";
import { createReconnect, takeOver } from "./commands/connect.js";
import { createStart } from "./commands/start.js";
import { createLog } from "./common/log.js";
import { inert, type VSCode } from "./common/vscode.js";
import { createPlace } from "./common/windowhost.js";
import { createJupyter } from "./jupyter/jupyter.js";
import { createKernels } from "./kernels/kernels.js";
import { createPrompts } from "./prompts/prompts.js";
import { createRestart, createServer } from "./server/server.js";
import type { SpawnChild } from "./server/types.js";
import { createSettings, type Settings } from "./settings/settings.js";
import { createSlots, type Site } from "./slots/slots.js";
import { createStarter } from "./start/starter.js";
import { createAnnouncements } from "./ui/announcements.js";
import { createConnectionNotices } from "./ui/connection.js";
import { createEndings, createMemoryNotices } from "./ui/endings.js";
import { createMessages } from "./ui/messages.js";
import { createStatusBar } from "./ui/statusbar.js";
import { createIdleWarnings, createTimeWarnings } from "./ui/warnings.js";

/** Extension is all of it, while a window lives. */
export interface Extension extends Disposable {
  /**
   * end gives the kernels back, or leaves them for a window that is only reloading. The editor
   * waits for it for 5 s, and disposes everything right after it was called.
   */
  end(): Promise<void>;
}

/** Outside is what tests have in place of the system. */
export interface Outside {
  readonly spawn?: SpawnChild;
  readonly exists?: (file: string) => boolean;
}

/** builtIn is the built-in cluster, and title its name for people: what is listed before any use. */
const builtIn = "sunbird";

const title = "Sunbird";

/**
 * createExtension wires the modules. Nothing is run and nobody is asked before the person wants
 * something, unless the window before left kernels.
 */
export function createExtension(
  editor: typeof vscode,
  context: ExtensionContext,
  outside: Outside = {},
): Extension {
  const vs: VSCode = inert(editor);
  const settings = createSettings(vs);
  const log = createLog(vs, { level: () => settings.logLevel() });
  const prompts = createPrompts(vs, { secrets: context.secrets, log });
  const server = createServer(vs, {
    ...outside,
    settings,
    log,
    person: prompts,
    refused: () => prompts.refused(),
    extensionPath: context.extensionPath,
  });
  const kernels = createKernels(vs, { server, memento: context.workspaceState, log });
  const restart = createRestart(vs, {
    server,
    hasKernels: () => kernels.own.length > 0,
    settings,
    log,
  });

  const place = createPlace(vs);
  const { globalState, workspaceState } = context;
  const starter = createStarter(vs, { server, kernels, settings, globalState, log });
  const announcements = createAnnouncements(vs, { place });
  const slots = createSlots(vs, {
    kernels,
    globalState,
    workspaceState,
    usual: () => usualSite(settings),
  });
  // Running a cell starts a kernel, and a start selects it in the notebook: each needs the other.
  const jupyter = createJupyter(vs, {
    kernels,
    slots,
    start: (slot) => start.inSlot(slot),
    takeOver: (session) =>
      takeOver(vs, { kernels, slots, jupyter, log }, { session, origin: "computer" }),
    startForCell: (slot, signal) => start.forCell(slot, signal),
    log,
    extension: context.extension.id,
    workspaceState,
    globalState,
  });
  const start = createStart(vs, {
    starter,
    kernels,
    slots,
    jupyter,
    place,
    settings,
    announcements,
    log,
  });
  const reconnect = createReconnect(vs, { kernels, log });
  const surroundings = [
    registerCommands(vs, {
      server,
      kernels,
      starter,
      start,
      reconnect,
      slots,
      jupyter,
      place,
      prompts,
      log,
    }),
    createStatusBar(vs, { kernels }),
    createTimeWarnings(vs, { kernels }),
    createIdleWarnings(vs, { kernels, log }),
    createMemoryNotices(vs, { kernels, startAgain: (like, change) => start.instead(like, change) }),
    createEndings(vs, {
      kernels,
      slots,
      jupyter,
      startAgain: (like, change) => start.again(like, change),
    }),
    createConnectionNotices(vs, { kernels, reconnect }),
    createMessages(vs, { server, log }),
  ];
  return {
    end: () => server.shutdown(),
    dispose: () => {
      // The order: what a person sees, then what feeds it, the log last of all. The questions go
      // before the program that asks them, and the program before the settings that it is begun
      // with. Each is disposed by who made it.
      const order = [
        ...surroundings,
        jupyter,
        slots,
        restart,
        kernels,
        prompts,
        server,
        settings,
        log,
      ];
      for (const one of order) one.dispose();
    },
  };
}

/** usualSite is the cluster on which kernels start, as far as the settings say. */
function usualSite(settings: Pick<Settings, "clusters" | "defaultCluster">): Site {
  const cluster = settings.defaultCluster() || builtIn;
  const profile = settings.clusters().find(({ name }) => name === cluster);
  return { cluster, title: profile?.title ?? (cluster === builtIn ? title : hostOf(cluster)) };
}

function hostOf(cluster: string): string {
  return cluster.slice(cluster.lastIndexOf("@") + 1);
}
