import { basename } from "node:path";
import type * as api from "vscode";
import type { Disposable, ExtensionContext } from "vscode";
import { registerCommands } from "./commands/commands.js";
import { createFilesView } from "./commands/files.js";
import { createReconnect, takeOver } from "./commands/connect.js";
import { createStart } from "./commands/start.js";
import { createLog } from "./common/log.js";
import { RequestProblem, showProblem } from "./common/problems.js";
import { inert, type VSCode } from "./common/vscode.js";
import { refuseOnCluster } from "./common/windowhost.js";
import { createAccess } from "./files/access.js";
import { ClusterFiles } from "./files/provider.js";
import { createTransfers } from "./files/transfer.js";
import { createFileTree, type FileTree } from "./files/tree.js";
import { scheme } from "./files/uris.js";
import { createJupyter } from "./jupyter/jupyter.js";
import { createKernels } from "./kernels/kernels.js";
import { createBringBack } from "./project/bringback.js";
import { createCopies } from "./project/copies.js";
import { fileNamed, sessionPath } from "./project/folders.js";
import { createCopyOffers } from "./project/offers.js";
import { followCopies } from "./project/project.js";
import { createSender } from "./project/send.js";
import { createProjectState } from "./project/state.js";
import { createPrompts } from "./prompts/prompts.js";
import { createRestart, GoServer } from "./server/server.js";
import type { SpawnChild } from "./server/types.js";
import { createSettings, type Settings } from "./settings/settings.js";
import { clusterOf, Slots, type Site } from "./slots/slots.js";
import { rememberEnough } from "./start/enough.js";
import { createStartQuestion } from "./start/question.js";
import { createStarter } from "./start/starter.js";
import { createStartState } from "./start/state.js";
import { createTerminals } from "./terminal/terminals.js";
import { createAnnouncements } from "./ui/announcements.js";
import { createConnectionNotices } from "./ui/connection.js";
import { createEndings, createMemoryNotices } from "./ui/endings.js";
import { createKernelTree } from "./ui/kernelview.js";
import { createMessages } from "./ui/messages.js";
import { createStatusBar } from "./ui/statusbar.js";
import { createUses } from "./ui/uses.js";
import { createIdleWarnings, createTimeWarnings } from "./ui/warnings.js";

/** Extension is the whole extension of a window. */
export interface Extension extends Disposable {
  /**
   * end releases the kernels, or leaves them for a window that is only reloading. The editor
   * waits for it for 5 s, and disposes everything right after it was called.
   */
  end(): Promise<void>;
}

/** SystemDeps is what tests replace of the system. */
interface SystemDeps {
  readonly spawn?: SpawnChild;
  readonly exists?: (file: string) => boolean;
}

/** builtIn is the built-in cluster, which is listed before any use. */
const builtIn = "sunbird";

const builtInTitle = "Sunbird";

/**
 * createExtension wires the modules. Nothing runs and nothing is asked before the user wants
 * something, unless the previous window left kernels.
 */
export function createExtension(
  editor: typeof api,
  context: ExtensionContext,
  outside: SystemDeps = {},
): Extension {
  const vscode: VSCode = inert(editor);
  const settings = createSettings(vscode);
  const log = createLog(vscode, { level: () => settings.logLevel() });
  const question = createStartQuestion(vscode);
  const { secrets } = context;
  const prompts = createPrompts(vscode, { secrets, confirmStart: question.ask, log });
  const server = new GoServer(vscode, {
    ...outside,
    settings,
    log,
    prompter: prompts,
    onAuthRefused: () => prompts.forgetRejected(),
    extensionPath: context.extensionPath,
  });
  const kernels = createKernels(vscode, { server, memento: context.workspaceState, log });
  const terminals = createTerminals(vscode, { server, kernels, memento: context.workspaceState });
  const restart = createRestart(vscode, {
    server,
    isInUse: () => kernels.own.length > 0 || terminals.isAnyOpen(),
    settings,
    log,
  });

  const { globalState, workspaceState } = context;
  const project = createProjectState({ globalState, workspaceState });
  const copies = createCopies(vscode, { kernels, workspaceState });
  const offers = createCopyOffers(vscode, { server, settings, state: project, log });
  const starter = createStarter(vscode, {
    server,
    question,
    kernels,
    settings,
    globalState,
    workspaceState,
    offers,
    onCopied: ({ session, copied }, project) => {
      const path = session.workingDirectory ?? "";
      const copy = copies.add(session, project, copied?.project ?? { path });
      if (copied?.projectProblem) {
        const doing = `copy ${basename(copy.project.folder)} to ${copy.title}`;
        void showProblem(vscode, new RequestProblem(copied.projectProblem), { doing, log });
      }
    },
    onSite: (site) => void start.prepare(site),
    log,
  });
  const announcements = createAnnouncements(vscode, {
    kernels,
    copies,
    showLeftOut: (copy) => sender.chooseLeftOut(copy),
  });
  const slots = new Slots(vscode, {
    kernels,
    globalState,
    workspaceState,
    defaultSite: () => defaultSite(settings),
  });
  // Running a cell starts a kernel, and a start selects it in the notebook: each needs the other.
  const jupyter = createJupyter(vscode, {
    kernels,
    slots,
    start: (slot) => start.inSlot(slot),
    takeOver: (session) =>
      takeOver(vscode, { kernels, slots, jupyter, log }, { session, origin: "computer" }),
    startForCell: (slot, signal) => start.forCell(slot, signal),
    pathIn: (kernel, path, file) =>
      sessionPath(copies.of(kernel)?.project.folder, path, file ?? fileNamed(vscode, path)),
    defaultTitle: () => defaultSite(settings).title,
    log,
    extension: context.extension.id,
    workspaceState,
    globalState,
  });
  const start = createStart(vscode, {
    starter,
    kernels,
    slots,
    jupyter,
    refuseOnCluster: () => refuseOnCluster(vscode),
    settings,
    announcements,
    log,
  });
  const reconnect = createReconnect(vscode, { kernels, log });
  const access = createAccess(vscode, { server, globalState, log });
  const transfers = createTransfers(vscode, { access, server, log });
  const files = new ClusterFiles(vscode, {
    access,
    offerDownload: (uri, entry) => transfers.offerDownload(uri, entry),
  });
  const sender = createSender(vscode, {
    server,
    access,
    kernels,
    copies,
    state: project,
    pickCluster: async () => {
      const found = await starter.pickCluster();
      return found && { ...found.site, ...(found.user ? { user: found.user } : {}) };
    },
    log,
  });
  const bringBack = createBringBack(vscode, { server, kernels, copies, settings, log });
  const fileTree = createFileTree(vscode, { access });
  const uses = createUses(vscode, { kernels });
  const kernelTree = createKernelTree(vscode, { kernels, uses });
  const views = [
    bringBack,
    followCopies(vscode, {
      server,
      access,
      kernels,
      copies,
      sender,
      sessionOf: (notebook) => {
        const slot = slots.get(jupyter.slotIdOf(notebook));
        return slot && slots.kernelIn(slot)?.session;
      },
      log,
    }),
    vscode.workspace.registerFileSystemProvider(scheme, files, { isCaseSensitive: true }),
    files,
    fileTree,
    refreshOnChanges(vscode, files, fileTree),
    createFilesView(vscode, { access, files, tree: fileTree, transfers, starter, log }),
    announcements,
    rememberEnough({ kernels, state: createStartState(globalState, workspaceState) }),
    uses,
    kernelTree,
    registerCommands(vscode, {
      access,
      sender,
      bringBack,
      kernelTree,
      uses,
      server,
      kernels,
      starter,
      start,
      reconnect,
      slots,
      jupyter,
      refuseOnCluster: () => refuseOnCluster(vscode),
      prompts,
      project,
      terminals,
      log,
    }),
    createStatusBar(vscode, { kernels }),
    createTimeWarnings(vscode, { kernels }),
    createIdleWarnings(vscode, { kernels, log }),
    createMemoryNotices(vscode, {
      kernels,
      restartKernel: (like, change) => start.replace(like, change),
    }),
    createEndings(vscode, {
      kernels,
      slots,
      jupyter,
      restartKernel: (like, change) => start.restart(like, change),
    }),
    createConnectionNotices(vscode, { kernels, reconnect }),
    createMessages(vscode, { server, log }),
  ];
  return {
    end: () => server.shutdown(),
    dispose: () => {
      // The order of disposal: what the user sees, then what feeds it, the log last. Prompts go
      // before the program that sends them, and the program before the settings that it starts
      // with. Each is disposed by its creator.
      const order = [
        ...views,
        jupyter,
        slots,
        restart,
        terminals,
        copies,
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

/** refreshOnChanges lists folders again in the view Files when something in them was changed here. */
function refreshOnChanges(vscode: VSCode, files: ClusterFiles, tree: FileTree): Disposable {
  return files.onDidChangeFile((changes) => {
    const changed = changes.filter(({ type }) => type !== vscode.FileChangeType.Changed);
    const folders = changed.map(({ uri }) => vscode.Uri.joinPath(uri, ".."));
    const once = new Map(folders.map((folder) => [folder.toString(), folder]));
    for (const folder of once.values()) tree.refresh(folder);
  });
}

/** defaultSite returns the cluster on which kernels start, according to the settings. */
function defaultSite(settings: Pick<Settings, "clusters" | "defaultCluster">): Site {
  const cluster = settings.defaultCluster() || builtIn;
  const profile = settings.clusters().find(({ name }) => name === cluster);
  return {
    cluster,
    title: profile?.title ?? (cluster === builtIn ? builtInTitle : clusterOf(cluster)),
  };
}
