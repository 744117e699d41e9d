import { createHash } from "node:crypto";
import type { Memento, NotebookDocument, NotebookEditor } from "vscode";
import type { Log } from "../common/log.js";
import { sleep } from "../common/time.js";
import type { VSCode } from "../common/vscode.js";
import { commandOf } from "../gateway/kernelspecs.js";
import { jupyterId } from "./extension.js";
import type { SlotMemory } from "./slotstate.js";
import type { Entry } from "./types.js";

/** Selecting is what {@link createSelect} needs. */
export interface Selecting {
  /** extension is our own id: "sa2c.sunpyter". */
  readonly extension: string;
  readonly memory: SlotMemory;
  /** state remembers the slots that the Jupyter extension lists by itself. */
  readonly state: Memento;
  readonly log: Log;
  readonly times?: Times;
}

/** Times are in milliseconds. */
export interface Times {
  /** between is how long to wait before VS Code is asked again. */
  readonly between: number;
  /** most is how long a controller can take that the Jupyter extension makes without a picker. */
  readonly most: number;
  /** unasked is how long to wait at start-up for a list that the Jupyter extension makes by itself. */
  readonly unasked: number;
}

const usualTimes: Times = { between: 50, most: 15_000, unasked: 1_000 };

/** Select makes a notebook use a slot, and says whether VS Code has confirmed that it does. */
export interface Select {
  /** now tries once, without a picker. */
  now(editor: NotebookEditor, entry: Entry): Promise<boolean>;
  /** soon waits for the slot's controller, and opens the picker where the Jupyter extension needs it. */
  soon(editor: NotebookEditor, entry: Entry): Promise<boolean>;
  /** byUser opens the picker for the user. */
  byUser(editor: NotebookEditor, entry: Entry): Promise<boolean>;
  /**
   * list makes the Jupyter extension list the slot's kernels, without showing anything. VS Code then
   * selects the one that the notebook had in an earlier window, unless the user has chosen another.
   */
  list(notebook: NotebookDocument, entry: Entry): Promise<void>;
}

const key = "sunpyter.selected.v1";

/**
 * createSelect selects by VS Code's own command and the id of the notebook controller, which lasts as
 * long as the slot. The Jupyter extension makes the controller as soon as it knows the server: at
 * start-up where a cell has run in it once, and before that only when its picker is opened on it. So
 * the very first time the picker is opened, and closed as soon as the notebook has the kernel.
 */
export function createSelect(vs: VSCode, deps: Selecting): Select {
  const { state, log, times = usualTimes } = deps;
  const known = () => state.get<readonly string[]>(key, []);

  const select = async (notebookEditor: NotebookEditor, id: string): Promise<boolean> => {
    const wanted = { notebookEditor, id, extension: jupyterId };
    return (await vs.commands.executeCommand("notebook.selectKernel", wanted)) === true;
  };
  const now: Select["now"] = async (editor, entry) => {
    const id = idFor(editor, entry, deps);
    if (!(await select(editor, id))) return false;
    if (!known().includes(entry.slot.id)) void state.update(key, [...known(), entry.slot.id]);
    return true;
  };
  const open = async (notebook: NotebookDocument, { collection }: Entry) =>
    await vs.commands.executeCommand<string | undefined>(
      "jupyter.kernel.selectJupyterServerKernel",
      deps.extension,
      collection.id,
      notebook,
    );
  /** pick opens the picker; it returns the controller's id, and undefined when it was left. */
  const pick = async ({ notebook }: NotebookEditor, entry: Entry): Promise<string | undefined> => {
    try {
      return await entry.collection.withoutCommands(() => open(notebook, entry));
    } catch (err) {
      log.debug(`The kernel picker was closed: ${String(err)}`);
      return undefined;
    }
  };
  /** throughPicker asks VS Code while the picker is open, and closes it with the first yes. */
  const throughPicker = async (editor: NotebookEditor, entry: Entry): Promise<boolean> => {
    let open = true;
    const isOpen = () => open;
    const picked = pick(editor, entry).finally(() => (open = false));
    while (isOpen()) {
      if (await now(editor, entry)) {
        if (isOpen()) await vs.commands.executeCommand("workbench.action.closeQuickOpen");
        return true;
      }
      await sleep(times.between);
    }
    const id = await picked;
    return id === undefined ? now(editor, entry) : select(editor, id);
  };
  return {
    now,
    soon: async (editor, entry) => {
      const begin = Date.now();
      // A list that was asked for, or that was used before, comes without the picker.
      const isComing = () => entry.gateway.asked || known().includes(entry.slot.id);
      do {
        if (await now(editor, entry)) return true;
        if (!isComing()) break;
        await sleep(times.between);
      } while (Date.now() - begin < times.most);
      return throughPicker(editor, entry);
    },
    byUser: async (editor, entry) => {
      const id = await pick(editor, entry);
      return id !== undefined && (await select(editor, id));
    },
    list: async (notebook, entry) => {
      const begin = Date.now();
      while (!entry.gateway.asked && Date.now() - begin < times.unasked) {
        await sleep(times.between);
      }
      if (entry.gateway.asked) return;
      await entry.collection
        .quietly(() => open(notebook, entry))
        .catch((err: unknown) => {
          log.debug(`The kernels of ${entry.slot.label} are listed: ${String(err)}`);
        });
    },
  };
}

/** idFor is the controller of the notebook's own kernelspec, where the slot has it, or of the default. */
function idFor(
  { notebook }: NotebookEditor,
  { slot, collection }: Entry,
  { extension, memory }: Selecting,
): string {
  const { default: usual, kernelspecs } = memory(slot).specs();
  const { metadata } = notebook.metadata as { metadata?: { kernelspec?: { name?: string } } };
  const own = metadata?.kernelspec?.name;
  const name = own !== undefined && own in kernelspecs ? own : usual;
  const language = kernelspecs[name]?.spec.language ?? "python";
  const id = controllerIdOf({
    extension,
    collection: collection.id,
    server: slot.id,
    name,
    language,
  });
  // The window in which cells of a Python file run has controllers of its own.
  return notebook.notebookType === "interactive" ? `${id} (Interactive)` : id;
}

/** Identified is a kernelspec of a server, as the Jupyter extension identifies it. */
export interface Identified {
  /** extension, collection and server say whose server it is. */
  readonly extension: string;
  readonly collection: string;
  readonly server: string;
  readonly name: string;
  readonly language: string;
}

/**
 * controllerIdOf is the id of the notebook controller that the Jupyter extension makes of a
 * kernelspec of a server (getKernelId and computeServerId in its sources). It is used to select the
 * kernel without a picker; where it is wrong one day, VS Code knows no such kernel, and the picker is
 * opened.
 */
export function controllerIdOf(
  { extension, collection, server, name, language }: Identified,
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
  return `${hash}..${name}.${path}.${rootOf(platform)}.${command.join("#").toLowerCase()}`;
}

/** rootOf is what the Jupyter extension makes of the path of no interpreter. */
function rootOf(platform: NodeJS.Platform): string {
  return platform === "win32" ? "\\" : "/";
}
