import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { createLog } from "../src/common/log.js";
import { type NamedKernel, shownSpecs, specNameFor } from "../src/gateway/kernelspecs.js";
import { controllerIdOf, createSelect } from "../src/jupyter/select.js";
import { createSlotState } from "../src/jupyter/slotstate.js";
import type { Entry } from "../src/jupyter/types.js";
import { editorOf, notebook } from "./fakes/notebooks.js";
import { MemoryStub } from "./stub/context.js";
import { settle, until } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

const picker = "jupyter.kernel.selectJupyterServerKernel";
const close = "workbench.action.closeQuickOpen";

const python = controllerIdOf({
  extension: "sa2c.sunpyter",
  collection: "sunpyter:sunbird",
  server: "sunbird",
  name: "python3",
  language: "python",
});

/** made has a Jupyter extension that knows the controllers in `known`. */
function made(state = new MemoryStub(), most = 40) {
  const stub = createStub();
  const jupyter = {
    known: [] as string[],
    selected: "local",
    kernelsRequested: false,
    alone: false,
    /** listings is how many lists without a picker there were, and listed ends the last one. */
    listings: 0,
    listed: (): void => undefined,
  };
  let leave: (id?: string) => void = () => undefined;
  stub.commands.api.registerCommand("notebook.selectKernel", (wanted) => {
    const { id } = wanted as { id: string };
    if (jupyter.known.includes(id)) jupyter.selected = id;
    return jupyter.known.includes(id);
  });
  stub.commands.api.registerCommand(picker, () => {
    jupyter.kernelsRequested = jupyter.alone;
    return new Promise((done, failed) => {
      leave = (id) => {
        if (id === undefined) failed(new Error("Canceled"));
        else done(id);
      };
      setTimeout(leave, 30_000).unref(); // or a selection that never succeeds would not end
    });
  });
  stub.commands.api.registerCommand(close, () => leave());
  const entry = {
    slot: { id: "sunbird", cluster: "sunbird", label: "Sunbird" },
    gateway: jupyter,
    collection: {
      id: "sunpyter:sunbird",
      withoutCommands: async (work: () => Promise<unknown>) => {
        jupyter.alone = true;
        return work().finally(() => (jupyter.alone = false));
      },
      listSilently: () => {
        jupyter.listings += 1;
        return new Promise<void>((resolve) => (jupyter.listed = resolve));
      },
    },
  } as unknown as Entry;
  const select = createSelect(stub.vscode, {
    extension: "sa2c.sunpyter",
    memory: createSlotState({ globalState: state, workspaceState: state }),
    state,
    log: createLog(stub.vscode, { level: () => "debug" }),
    times: { interval: 1, timeout: most, listWait: 5, ownWait: 5 },
  });
  const ids = () => stub.commands.executed.map(({ id }) => id);
  return {
    ...stub,
    jupyter,
    entry,
    select,
    state,
    ids,
    leave: (id?: string) => leave(id),
  };
}

const editor = editorOf(notebook());

/** inR is a notebook of R, whose kernelspec withR adds to the slot's. */
const inR = notebook("/r.ipynb", { metadata: { metadata: { kernelspec: { name: "ir" } } } });

async function withR(state: MemoryStub): Promise<void> {
  const spec = { name: "ir", spec: { argv: [], display_name: "R", language: "R" }, resources: {} };
  const specs = { default: "python3", kernelspecs: { ir: spec } };
  await state.update("sunpyter.kernelspecs.v1", { sunbird: specs });
}

test("select: the id is the one that the Jupyter extension computes, on each system", () => {
  const of = {
    extension: "sa2c.sunpyter",
    collection: "sunpyter:sunbird",
    server: "sunbird",
    name: "python3",
    language: "python",
  };
  const address = "https://remote/?id=sunpyter:sunbird&uriHandle=sunbird&extensionId=sa2c.sunpyter";
  const hash = createHash("sha256").update(address).digest("hex");
  assert.equal(controllerIdOf(of, "linux"), `${hash}..python3./python./.-m#ipykernel_launcher`);
  assert.equal(controllerIdOf(of, "win32"), `${hash}..python3.python.\\.-m#ipykernel_launcher`);
});

test("select: a controller that is there is selected at once, with no picker", async () => {
  const { select, entry, jupyter, ids } = made();
  jupyter.known.push(python);
  assert.equal(await select.select(editor, entry), true);
  assert.equal(jupyter.selected, python);
  assert.ok(!ids().includes(picker));
});

test("select: the first time the picker is opened, and closed as soon as the notebook has the kernel", async () => {
  const { select, entry, jupyter, ids, state } = made();
  const selecting = select.select(editor, entry);
  await until("the picker", () => ids().includes(picker));
  assert.equal(jupyter.kernelsRequested, true, "with the server alone in the list");
  jupyter.known.push(python);
  assert.equal(await selecting, true);
  assert.equal(ids().at(-1), close);

  const later = made(state, 30_000); // it does not give up while the machine is busy
  const waiting = later.select.select(editor, later.entry);
  await settle();
  assert.ok(!later.ids().includes(picker), "one that was selected before comes by itself");
  later.jupyter.known.push(python);
  assert.equal(await waiting, true);
  assert.ok(!later.ids().includes(close));
});

test("select: what the user picks or leaves counts, and no other list is closed", async () => {
  for (const [left, selected] of [
    ["conda.", true],
    [undefined, false],
  ] as const) {
    const { select, entry, jupyter, ids, leave } = made();
    const selecting = select.select(editor, entry);
    await until("the picker", () => ids().includes(picker));
    if (left) jupyter.known.push(left);
    leave(left);
    assert.equal(await selecting, selected);
    assert.ok(!ids().includes(close));
  }
});

test("select: the notebook's own kernelspec, where the slot has it; a Python file's window has its own", async () => {
  const { select, entry, jupyter, state } = made();
  await withR(state);
  const of = { extension: "sa2c.sunpyter", collection: "sunpyter:sunbird", server: "sunbird" };
  const r = controllerIdOf({ ...of, name: "ir", language: "R" });
  jupyter.known.push(r, `${python} (Interactive)`);
  assert.equal(await select.trySelect(editorOf(inR), entry), true);
  assert.equal(jupyter.selected, r);
  const interactive = notebook("/a.interactive", { notebookType: "interactive" });
  assert.equal(await select.trySelect(editorOf(interactive), entry), true);
});

test("select: another kernelspec is selected if only the notebook's own is not listed yet", async () => {
  const { select, entry, jupyter, ids, state } = made(new MemoryStub(), 30_000);
  await withR(state);
  jupyter.kernelsRequested = true;
  const selecting = select.select(editorOf(inR), entry);
  await settle();
  jupyter.known.push(python);
  assert.equal(await selecting, true);
  assert.equal(jupyter.selected, python);
  assert.ok(!ids().includes(picker));
});

test("select: what a notebook's metadata name is found by name, title, environment or language", () => {
  const spec = (title: string, language: string, sunpyter?: object) => ({
    spec: { argv: [], display_name: title, language, metadata: { sunpyter } },
    resources: {},
  });
  const of = (environment: string) => ({
    environment,
    python: "3.12",
    path: `/home/a/${environment}`,
  });
  const kernelspecs = {
    ir: { name: "ir", ...spec("R", "R") },
    "ml-7": { name: "ml-7", ...spec("Python 3.12 (ml, Lab)", "python", of("ml")) },
    python3: { name: "python3", ...spec("Python 3 (ipykernel)", "python") },
    "julia-1.10": { name: "julia-1.10", ...spec("Julia 1.10", "julia") },
  };
  const specs = { default: "python3", kernelspecs };
  assert.equal(Object.keys(shownSpecs(specs, "Lab").kernelspecs)[0], "python3");
  for (const [metadata, wanted] of [
    [undefined, "python3"],
    [{}, "python3"],
    [{ kernelspec: { name: "ml-7", display_name: "R (Lab)" } }, "ml-7"],
    [{ kernelspec: { name: "python3", display_name: "Python 3.12 (ml, Lab)" } }, "python3"],
    [{ kernelspec: { name: "ml-8", display_name: "Python 3.12 (ml, Lab)" } }, "ml-7"],
    [{ kernelspec: { name: "conda-env-ml-py", display_name: "ml" } }, "ml-7"],
    [
      { kernelspec: { name: "other", display_name: "Python (other)", language: "python" } },
      "python3",
    ],
    [
      { kernelspec: { name: "julia-1.9", display_name: "Julia 1.9", language: "julia" } },
      "julia-1.10",
    ],
    [{ language_info: { name: "R" } }, "ir"],
    [{ language_info: { name: "ocaml" } }, "python3"],
    [{ kernelspec: { name: 7 }, language_info: 3 }, "python3"],
  ] as const) {
    assert.equal(
      specNameFor(metadata as NamedKernel, specs, "Lab"),
      wanted,
      JSON.stringify(metadata),
    );
  }
});

test("select: nothing is listed if the Jupyter extension lists the kernels by itself", async () => {
  const { select, entry, jupyter, ids } = made();
  jupyter.kernelsRequested = true;
  await select.listKernels(editor.notebook, entry);
  assert.deepEqual(ids(), []);
});

test("select: a first use that was prepared needs no picker, not even before the list is there", async () => {
  const { select, entry, jupyter, ids, state } = made(new MemoryStub(), 30_000);
  const preparing = select.prepare(editor.notebook, entry);
  await select.prepare(editor.notebook, entry);
  assert.equal(jupyter.listings, 1, "one list at a time");
  const selecting = select.select(editor, entry);
  await settle();
  jupyter.kernelsRequested = true;
  jupyter.listed();
  await preparing;
  jupyter.known.push(python);
  assert.equal(await selecting, true);
  assert.ok(!ids().includes(picker));

  const later = made(state);
  await later.select.prepare(editor.notebook, later.entry);
  assert.equal(later.jupyter.listings, 0, "one that was selected before comes by itself");
});

test("select: a list that comes to nothing leaves the picker for the selection", async () => {
  const { select, entry, jupyter, ids } = made();
  const preparing = select.prepare(editor.notebook, entry);
  jupyter.listed();
  await preparing;
  const selecting = select.select(editor, entry);
  await until("the picker", () => ids().includes(picker));
  jupyter.known.push(python);
  assert.equal(await selecting, true);
});
