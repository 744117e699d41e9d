import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Memento, NotebookDocument, NotebookEditor } from "vscode";
import type { Log } from "../common/log.js";
import type { VSCode } from "../common/vscode.js";
import { commandOf, type NamedKernel, specNameFor } from "../gateway/kernelspecs.js";
import { jupyterId } from "./extension.js";
import type { SlotState } from "./slotstate.js";
import type { Entry } from "./types.js";

/** SelectDeps is what {@link createSelect} needs. */
interface SelectDeps {
  /** extension is our own id: "sa2c.sunpyter". */
  readonly extension: string;
  readonly memory: SlotState;
  /** state remembers the slots that the Jupyter extension lists by itself. */
  readonly state: Memento;
  readonly log: Log;
  readonly times?: SelectTimes;
}

/** SelectTimes are in milliseconds. */
export interface SelectTimes {
  /** interval is the pause between attempts. */
  readonly interval: number;
  /** timeout is how long to wait for a controller that the Jupyter extension creates without a picker. */
  readonly timeout: number;
  /** listWait is how long to wait at start-up for a list that the Jupyter extension requests by itself. */
  readonly listWait: number;
  /** ownWait is how long to wait for the notebook's own kernelspec before another one is selected. */
  readonly ownWait: number;
}

const defaultTimes: SelectTimes = {
  interval: 50,
  timeout: 15_000,
  listWait: 1_000,
  ownWait: 3_000,
};

/** Select selects slots in notebooks, and reports whether VS Code confirmed it. */
export interface Select {
  /** trySelect tries once, without a picker; if the notebook's own kernelspec is not listed, with the default one. */
  trySelect(editor: NotebookEditor, entry: Entry): Promise<boolean>;
  /** select waits for the slot's controller, and opens the picker if the Jupyter extension needs it. */
  select(editor: NotebookEditor, entry: Entry): Promise<boolean>;
  /** selectByUser opens the picker for the user. */
  selectByUser(editor: NotebookEditor, entry: Entry): Promise<boolean>;
  /**
   * listKernels makes the Jupyter extension list the slot's kernels, without showing anything. VS Code then
   * selects the one that the notebook had in an earlier window, unless the user has chosen another.
   */
  listKernels(notebook: NotebookDocument, entry: Entry): Promise<void>;
  /**
   * prepare lists the kernels of a slot that is probably selected soon, if the Jupyter extension would
   * need its picker for that. Nothing is shown.
   */
  prepare(notebook: NotebookDocument, entry: Entry): Promise<void>;
}

const key = "sunpyter.selected.v1";

/**
 * createSelect selects by VS Code's own command and the id of the notebook controller, which lasts as
 * long as the slot. The Jupyter extension creates the controller as soon as it knows the server: at
 * start-up if a cell has ever run in it, and otherwise only when its picker is opened on it. So
 * the first time, the picker is opened, and closed as soon as the notebook has the kernel.
 */
export function createSelect(vscode: VSCode, deps: SelectDeps): Select {
  const { state, log, times = defaultTimes } = deps;
  const known = () => state.get<readonly string[]>(key, []);
  /** listing has the slots whose kernels are being listed without a picker. */
  const listing = new Set<string>();
  // A list that was requested, or used before, needs no picker.
  const isComing = ({ gateway, slot }: Entry) =>
    gateway.kernelsRequested || listing.has(slot.id) || known().includes(slot.id);

  const select = async (notebookEditor: NotebookEditor, id: string): Promise<boolean> => {
    const choice = { notebookEditor, id, extension: jupyterId };
    return (await vscode.commands.executeCommand("notebook.selectKernel", choice)) === true;
  };
  /** selectOwn selects the kernelspec that the notebook names, and trySelect another one if need be. */
  const selectOwn = async (editor: NotebookEditor, entry: Entry): Promise<boolean> => {
    if (!(await select(editor, controllerIdFor("own", editor, entry, deps)))) return false;
    if (!known().includes(entry.slot.id)) void state.update(key, [...known(), entry.slot.id]);
    return true;
  };
  const trySelect: Select["trySelect"] = async (editor, entry) =>
    (await selectOwn(editor, entry)) ||
    select(editor, controllerIdFor("default", editor, entry, deps));
  const open = async (notebook: NotebookDocument, { collection }: Entry) =>
    await vscode.commands.executeCommand<string | undefined>(
      "jupyter.kernel.selectJupyterServerKernel",
      deps.extension,
      collection.id,
      notebook,
    );
  /** pick opens the picker; it returns the controller's id, or undefined if it was dismissed. */
  const pick = async ({ notebook }: NotebookEditor, entry: Entry): Promise<string | undefined> => {
    try {
      return await entry.collection.withoutCommands(() => open(notebook, entry));
    } catch (err) {
      log.debug(`The kernel picker was closed: ${String(err)}`);
      return undefined;
    }
  };
  /** throughPicker retries while the picker is open, and closes it at the first success. */
  const throughPicker = async (editor: NotebookEditor, entry: Entry): Promise<boolean> => {
    let open = true;
    const isOpen = () => open;
    const picked = pick(editor, entry).finally(() => (open = false));
    while (isOpen()) {
      if (await selectOwn(editor, entry)) {
        if (isOpen()) await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
        return true;
      }
      await sleep(times.interval);
    }
    const id = await picked;
    return id === undefined ? trySelect(editor, entry) : select(editor, id);
  };
  const listSilently = async (notebook: NotebookDocument, entry: Entry): Promise<void> => {
    const { slot, collection } = entry;
    listing.add(slot.id);
    try {
      await collection.listSilently(() => open(notebook, entry));
    } catch (err) {
      log.debug(`The kernels of ${slot.label} are listed: ${String(err)}`);
    } finally {
      listing.delete(slot.id);
    }
  };
  return {
    trySelect,
    select: async (editor, entry) => {
      const startedAt = Date.now();
      do {
        // Kernelspecs are listed together: if only the notebook's is missing, it is not in the list yet.
        const isLate = Date.now() - startedAt > times.ownWait;
        if (await (isLate ? trySelect : selectOwn)(editor, entry)) return true;
        if (!isComing(entry)) break;
        await sleep(times.interval);
      } while (Date.now() - startedAt < times.timeout);
      return throughPicker(editor, entry);
    },
    selectByUser: async (editor, entry) => {
      const id = await pick(editor, entry);
      return id !== undefined && (await select(editor, id));
    },
    listKernels: async (notebook, entry) => {
      const begin = Date.now();
      while (!entry.gateway.kernelsRequested && Date.now() - begin < times.listWait) {
        await sleep(times.interval);
      }
      if (!entry.gateway.kernelsRequested) await listSilently(notebook, entry);
    },
    prepare: async (notebook, entry) => {
      if (!isComing(entry)) await listSilently(notebook, entry);
    },
  };
}

/** controllerIdFor returns the controller of the kernelspec that the notebook names, or of the default one. */
function controllerIdFor(
  which: "own" | "default",
  { notebook }: NotebookEditor,
  { slot, collection }: Entry,
  { extension, memory }: SelectDeps,
): string {
  const { metadata } = notebook.metadata as { metadata?: NamedKernel };
  const specs = memory(slot).specs();
  const name = which === "own" ? specNameFor(metadata, specs, slot.label) : specs.default;
  const language = specs.kernelspecs[name]?.spec.language ?? "python";
  const server = { extension, collection: collection.id, server: slot.id };
  const id = controllerIdOf({ ...server, name, language });
  // The window in which cells of a Python file run has controllers of its own.
  return notebook.notebookType === "interactive" ? `${id} (Interactive)` : id;
}

/** ControllerSpec is a kernelspec of a server, as the Jupyter extension identifies it. */
interface ControllerSpec {
  /** extension, collection and server identify the server. */
  readonly extension: string;
  readonly collection: string;
  readonly server: string;
  readonly name: string;
  readonly language: string;
}

/**
 * controllerIdOf returns the id of the notebook controller that the Jupyter extension creates for a
 * kernelspec of a server (getKernelId and computeServerId in its sources). It is used to select the
 * kernel without a picker; should it be wrong one day, VS Code knows no such kernel, and the picker is
 * opened.
 */
export function controllerIdOf(
  { extension, collection, server, name, language }: ControllerSpec,
  platform: NodeJS.Platform = process.platform,
): string {
  const address = `https://remote/?id=${collection}&uriHandle=${encodeURI(server)}&extensionId=${encodeURI(extension)}`;
  const hash = createHash("sha256").update(address).digest("hex");
  const [program = "", ...args] = commandOf(name, language);
  const path = platform === "win32" ? program : `/${program}`;
  const command =
    language === "python"
      ? args.filter((arg) => arg !== "-f" && arg !== "{connection_file}")
      : [program, ...args];
  // What the Jupyter extension turns the path of no interpreter into.
  const root = platform === "win32" ? "\\" : "/";
  return `${hash}..${name}.${path}.${root}.${command.join("#").toLowerCase()}`;
}
