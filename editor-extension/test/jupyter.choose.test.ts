import assert from "node:assert/strict";
import { test } from "node:test";
import { choose } from "../src/jupyter/choose.js";
import type { Collection } from "../src/jupyter/collection.js";
import { createLog } from "../src/log.js";
import { FakeRest } from "./fakes/jupyter.js";
import { FakeKernels, ready } from "./fakes/kernels.js";
import { editorOf, notebook } from "./fakes/notebooks.js";
import { settle } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

const SELECT = "jupyter.kernel.selectJupyterServerKernel";
const ACCEPT = "workbench.action.acceptSelectedQuickOpenItem";

/** made has a picker that gives `id` once Enter was pressed in it so often. */
function made(kernels = new FakeKernels(ready), metadata = {}) {
  const stub = createStub();
  const rest = new FakeRest();
  const editor = editorOf(notebook("/home/alice/analysis.ipynb", { metadata }));
  stub.window.api.activeNotebookEditor = editor;
  const picker = { id: "9f.python3.", presses: 2, commands: true, opened: [] as boolean[] };
  let enter: (() => void) | undefined;
  stub.commands.api.registerCommand(SELECT, async () => {
    picker.opened.push(picker.commands);
    // With the commands there is a question before the list of kernels, for the person.
    if (!picker.commands) await new Promise<void>((done) => (enter = done));
    return picker.id;
  });
  stub.commands.api.registerCommand(ACCEPT, () => {
    if (--picker.presses <= 0) enter?.();
  });
  stub.commands.api.registerCommand("notebook.selectKernel", () => true);
  const collection: Collection = {
    label: "Sunbird",
    withoutCommands: async (work) => {
      picker.commands = false;
      return work().finally(() => (picker.commands = true));
    },
    dispose: () => undefined,
  };
  const chosen: string[] = [];
  const run = () => {
    const kernel = kernels.get(ready.id);
    assert.ok(kernel);
    const deps = {
      kernels,
      collection,
      extension: "sa2c.sunpyter",
      rest,
      log: createLog(stub.vs, { level: () => "debug" }),
      chosen: (one: typeof editor) => chosen.push(one.notebook.uri.path),
      times: { first: 1, several: 2, between: 1, last: 1000 },
    };
    return choose(stub.vs, deps, kernel).then(settle);
  };
  return { ...stub, rest, editor, picker, chosen, run };
}

test("choose: the only kernel is selected without a click", async () => {
  const { run, commands, picker, chosen, editor, window } = made();
  await run();
  assert.deepEqual(picker.opened, [false], "the list was opened once, without the commands");
  assert.deepEqual(chosen, ["/home/alice/analysis.ipynb"]);
  assert.deepEqual(commands.executed.at(-1), {
    id: "notebook.selectKernel",
    args: [{ notebookEditor: editor, id: "9f.python3.", extension: "ms-toolsai.jupyter" }],
  });
  assert.deepEqual(window.texts, []);
});

test("choose: with another kernel in the window the person picks", async () => {
  const { run, picker, commands, chosen } = made(
    new FakeKernels(ready, { ...ready, id: "other", node: "scs0152" }),
  );
  await run();
  assert.deepEqual(picker.opened, [true]);
  assert.ok(!commands.executed.some(({ id }) => id === ACCEPT));
  assert.equal(chosen.length, 1);
});

test("choose: where something runs already the person picks", async () => {
  const { run, rest, picker } = made();
  rest.sessions = [{ name: "b-1.ipynb", kernel: { id: "j", last_activity: "1" } }];
  await run();
  assert.deepEqual(picker.opened, [true]);
});

test("choose: a kernelspec that does not fit the notebook is not taken", async () => {
  const metadata = { metadata: { kernelspec: { name: "ir" } } };
  const { run, rest, picker, commands } = made(undefined, metadata);
  rest.specs = ["python3", "ir"];
  await run();
  assert.deepEqual(picker.opened, [false, true], "then the person picks");
  assert.ok(!commands.executed.some(({ id }) => id.endsWith("SelectNext")));
});

test("choose: a list that is left, or a Jupyter that does not answer, is said with a way on", async () => {
  const { run, rest, window, commands, chosen } = made();
  rest.up = false;
  window.answer = () => "Select Kernel…";
  await run();
  assert.match(window.texts[0] ?? "", /scs0151 is ready, but analysis\.ipynb does not use it/u);
  assert.ok(commands.executed.some(({ id }) => id === SELECT));
  assert.equal(chosen.length, 1);
});
