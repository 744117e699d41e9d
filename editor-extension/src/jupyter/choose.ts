import type { NotebookEditor } from "vscode";
import type { Kernel, Kernels } from "../kernels/kernels.js";
import type { Log } from "../log.js";
import type { Action } from "../problems.js";
import type { VSCode } from "../vs.js";
import { where } from "../words.js";
import { collectionId, type Collection } from "./collection.js";
import { sleep } from "./deadline.js";
import { jupyterId } from "./extension.js";
import { whichEditor } from "./notebooks.js";
import { json, type JupyterSession, type Rest } from "./rest.js";
import { usable } from "./servers.js";
import { nameOf } from "./words.js";

/** Choosing is what {@link choose} needs. */
export interface Choosing {
  readonly kernels: Pick<Kernels, "own">;
  readonly collection: Collection;
  /** extension is our own id, under which the Jupyter extension keeps the collection. */
  readonly extension: string;
  readonly rest: Rest;
  readonly log: Log;
  /** chosen is told which notebook has the kernel now. */
  readonly chosen: (editor: NotebookEditor, kernel: Kernel) => void;
  readonly times?: Times;
}

/** Times are in milliseconds. */
interface Times {
  /** first is when the list of kernels can be there; with several kernelspecs it takes longer. */
  readonly first: number;
  readonly several: number;
  readonly between: number;
  /** last is when the list is left to the person. */
  readonly last: number;
}

const TIMES: Times = { first: 300, several: 1500, between: 250, last: 15_000 };

/** Left is what a person still has to do until cells run in a kernel, and buttons for it. */
export interface Left {
  readonly text: string;
  readonly actions: readonly Action[];
}

/**
 * choose gives the open notebook a kernel. It is over when the notebook has it, or when it is the
 * person's turn: they are told what to do, and take their time. Where no notebook is open, what
 * is to be done is for the caller to say.
 */
export async function choose(
  vs: VSCode,
  deps: Choosing,
  kernel: Kernel,
): Promise<Left | undefined> {
  const editor = await whichEditor(vs);
  if (editor === "none") return toOpen(vs, deps);
  if (editor !== undefined) await chooseFor(vs, deps, kernel, editor);
  return undefined;
}

async function chooseFor(
  vs: VSCode,
  deps: Choosing,
  kernel: Kernel,
  editor: NotebookEditor,
): Promise<void> {
  try {
    const id = await withoutClick(vs, deps, kernel, editor);
    if (id !== undefined && (await select(vs, editor, id))) deps.chosen(editor, kernel);
    else leave(deps, byPerson(vs, deps, kernel, editor));
  } catch (err) {
    logged(deps)(err);
    leave(deps, sayPick(vs, deps, kernel, editor));
  }
}

/** byPerson opens the list, and says what there is to do if it is left. */
async function byPerson(
  vs: VSCode,
  deps: Choosing,
  kernel: Kernel,
  editor: NotebookEditor,
): Promise<void> {
  const id = await byPicker(vs, deps, editor).catch(logged(deps));
  if (id !== undefined && (await select(vs, editor, id))) deps.chosen(editor, kernel);
  else await sayPick(vs, deps, kernel, editor);
}

/** leave leaves something to the person. */
function leave(deps: Choosing, turn: Promise<void>): void {
  void turn.catch(logged(deps));
}

function logged({ log }: Choosing): (err: unknown) => undefined {
  return (err) => {
    log.debug(`The kernel was not selected: ${String(err)}`);
    return undefined;
  };
}

/** select is VS Code's own command; it says whether the notebook has that kernel now. */
async function select(vs: VSCode, notebookEditor: NotebookEditor, id: string): Promise<boolean> {
  const chosen = { notebookEditor, id, extension: jupyterId };
  return (await vs.commands.executeCommand("notebook.selectKernel", chosen)) === true;
}

/**
 * byPicker opens the Jupyter extension's list of our kernels. It gives the id of the kernel that
 * was picked, and undefined when the person left the list.
 */
async function byPicker(
  vs: VSCode,
  deps: Choosing,
  { notebook }: NotebookEditor,
): Promise<string | undefined> {
  return await vs.commands.executeCommand<string | undefined>(
    "jupyter.kernel.selectJupyterServerKernel",
    deps.extension,
    collectionId,
    notebook,
  );
}

/**
 * withoutClick picks in that list for the person. While the collection is one kernel and no
 * command, the list begins with that kernel's kernelspecs, and the one that fits the notebook is
 * marked; accepting it is all that is left. The list is never cut down to one for this: whatever
 * else is missing from it would be forgotten. Undefined: it is left to the person.
 */
async function withoutClick(
  vs: VSCode,
  deps: Choosing,
  kernel: Kernel,
  editor: NotebookEditor,
): Promise<string | undefined> {
  const [only, another] = usable(deps.kernels.own);
  if (only?.session.id !== kernel.session.id || another !== undefined) return undefined;
  const specs = await wanted(deps.rest, kernel, editor);
  if (specs === undefined) return undefined;
  let id: string | undefined;
  await deps.collection.withoutCommands(async () => {
    let open = true;
    const picked = byPicker(vs, deps, editor).finally(() => (open = false));
    await Promise.all([picked.then((one) => (id = one)), accept(vs, deps, specs, () => open)]);
  });
  return id !== undefined && id.includes(`.${specs.name}.`) ? id : undefined;
}

/**
 * accept presses Enter in the list until it is gone. A list that is still empty ignores it. Enter
 * goes to whatever list is open, so it is pressed seldom, and never once this one was left.
 */
async function accept(
  vs: VSCode,
  deps: Choosing,
  specs: Wanted,
  open: () => boolean,
): Promise<void> {
  const times = deps.times ?? TIMES;
  const begin = Date.now();
  await sleep(specs.only ? times.first : times.several);
  while (open() && Date.now() - begin < times.last) {
    // Nothing is marked where the notebook's last kernel is gone. A lone row can only be this one.
    if (specs.only) await vs.commands.executeCommand("workbench.action.quickOpenSelectNext");
    await vs.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
    await sleep(times.between);
  }
}

/** Wanted is the kernelspec that a notebook shall have. */
interface Wanted {
  readonly name: string;
  /** only is true when there is no other. */
  readonly only: boolean;
}

/** Specs is the answer of /api/kernelspecs, as far as it is used here. */
interface Specs {
  readonly default: string;
  readonly kernelspecs: Readonly<Record<string, unknown>>;
}

/** wanted is undefined when something runs there already: then it is for the person to say. */
async function wanted(
  rest: Rest,
  kernel: Kernel,
  { notebook }: NotebookEditor,
): Promise<Wanted | undefined> {
  const [specs, running] = await Promise.all([
    json<Specs>(rest, kernel, "api/kernelspecs"),
    json<JupyterSession[]>(rest, kernel, "api/sessions"),
  ]);
  if (running.length > 0) return undefined;
  const names = Object.keys(specs.kernelspecs);
  const { metadata } = notebook.metadata as { metadata?: { kernelspec?: { name?: string } } };
  const own = metadata?.kernelspec?.name;
  const name = own !== undefined && names.includes(own) ? own : specs.default;
  return { name, only: names.length === 1 };
}

function toOpen(vs: VSCode, { collection }: Choosing): Left {
  const command = (...of: [string, ...string[]]) => vs.commands.executeCommand(...of);
  return {
    text: `Open a notebook, then select it with "Select Kernel" › ${collection.label}.`,
    actions: [
      { title: "Open Notebook…", run: () => command("workbench.action.quickOpen", ".ipynb") },
      { title: "New Notebook", run: () => command("ipynb.newUntitledIpynb") },
    ],
  };
}

async function sayPick(
  vs: VSCode,
  deps: Choosing,
  kernel: Kernel,
  editor: NotebookEditor,
): Promise<void> {
  const place = where(kernel.session);
  const text = `The kernel on ${place} is ready, but ${nameOf(editor.notebook)} does not use it yet.`;
  if ((await vs.window.showInformationMessage(text, "Select Kernel…")) === undefined) return;
  const id = await byPicker(vs, deps, editor).catch(() => undefined);
  if (id !== undefined && (await select(vs, editor, id))) deps.chosen(editor, kernel);
}
