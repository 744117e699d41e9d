import assert from "node:assert/strict";
import { test } from "node:test";
import { createFallbackWatch } from "../src/jupyter/fallback.js";
import { createUses } from "../src/jupyter/uses.js";
import { FakeRest } from "./fakes/jupyter.js";
import { ended, FakeKernels, ready } from "./fakes/kernels.js";
import { notebook, ran } from "./fakes/notebooks.js";
import { MemoryStub } from "./stub/context.js";
import { settle } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

const document = notebook();

async function made(state = new MemoryStub()) {
  const stub = createStub();
  const kernels = new FakeKernels(ready);
  const rest = new FakeRest();
  const uses = createUses(state);
  const quiet = new MemoryStub();
  const watch = createFallbackWatch(stub.vs, { kernels, rest, uses, quiet });
  const happened = (last_activity: string, name = "analysis-4f.ipynb") => {
    rest.sessions = [{ name, kernel: { id: "j1", last_activity } }];
  };
  const cell = async (...args: [Parameters<typeof ran>[1]?]) => {
    stub.workspace.notebookChanged.fire(ran(document, ...args));
    await settle();
  };
  happened("1");
  await watch.look();
  return { ...stub, kernels, rest, uses, watch, happened, cell };
}

const TEXT = "This cell ran on this computer, not on scs0151.";

test("fallback: a cell that ran on the cluster says which kernel the notebook has", async () => {
  const { happened, cell, uses, window } = await made();
  happened("2");
  await cell();
  const { seen, ...use } = uses.of(document) ?? {};
  assert.deepEqual(use, { kernel: "k3v9q2", place: "scs0151" });
  assert.deepEqual([seen?.id, seen?.last], ["j1", "2"]);
  assert.deepEqual(window.texts, []);
});

test("fallback: a cell that then runs elsewhere is told once, until it is on the cluster again", async () => {
  const { happened, cell, window, commands } = await made();
  happened("2");
  await cell();
  window.answer = () => "Select Kernel…";
  await cell();
  await cell();
  assert.deepEqual(window.texts, [TEXT]);
  assert.equal(window.messages[0]?.kind, "error", "it stays until it is read");
  assert.equal(commands.executed.at(-1)?.id, "notebook.selectKernel");
  happened("3");
  await cell();
  await cell();
  assert.deepEqual(window.texts, [TEXT, TEXT]);
});

test("fallback: a notebook that never ran on the cluster is left alone", async () => {
  const { happened, cell, window, uses } = await made();
  happened("2", "other-1.ipynb");
  await cell();
  await cell();
  assert.deepEqual(window.texts, []);
  assert.equal(uses.of(document), undefined);
});

test("fallback: nothing is said where it is not certain", async () => {
  const { happened, cell, window, rest, kernels } = await made();
  happened("2");
  await cell();
  rest.up = false;
  await cell();
  await cell();
  assert.deepEqual(window.texts, [], "the kernel could not be asked");
  rest.up = true;
  happened("2.1");
  await cell();
  assert.deepEqual(window.texts, [], "something happened since it could be asked last");
  const before = { startTime: Date.now() - 60_000, endTime: Date.now() };
  await cell({ timing: before });
  assert.deepEqual(window.texts, [], "the cell began before the look before");
  await cell({ executionOrder: undefined as never });
  assert.deepEqual(window.texts, [], "the cell only failed to connect");
  happened("3", "other-1.ipynb");
  await cell();
  assert.deepEqual(window.texts, [], "something else ran on the cluster meanwhile");
  kernels.change({ ...ready, state: "disconnected" });
  rest.up = false;
  await cell();
  assert.deepEqual(window.texts, [], "the connection is lost");
});

test("fallback: the first cell after a reload is compared with what was remembered", async () => {
  const state = new MemoryStub();
  const first = await made(state);
  first.happened("2");
  await first.cell();
  const { window, happened, cell, rest, watch } = await made(state);
  rest.up = false;
  await watch.look();
  rest.up = true;
  happened("2");
  await cell();
  assert.deepEqual(window.texts, [TEXT], "nothing happened in the kernel since");
});

test("fallback: after a reload a cell that ran on the cluster is not told", async () => {
  const state = new MemoryStub();
  const first = await made(state);
  first.happened("2");
  await first.cell();
  const { window, happened, cell, rest, watch } = await made(state);
  rest.up = false;
  await watch.look();
  rest.up = true;
  happened("3");
  await cell();
  assert.deepEqual(window.texts, []);
});

test("fallback: a kernel that is taken over while a cell runs elsewhere hides nothing", async () => {
  const state = new MemoryStub();
  const first = await made(state);
  first.happened("2");
  await first.cell();
  const { window, happened, cell, rest, watch } = await made(state);
  rest.sessions = []; // not this window's yet
  await watch.look();
  happened("2");
  await cell();
  assert.deepEqual(window.texts, [TEXT]);
});

test("fallback: after the kernel's end a cell can only run elsewhere", async () => {
  const { happened, cell, window, kernels } = await made();
  happened("2");
  await cell();
  kernels.change(ended(ready, "ended.time-limit"));
  await settle();
  await cell();
  assert.deepEqual(window.texts, [TEXT]);
});

test("fallback: who does not want to know is not told again; nothing listens after the end", async () => {
  const { happened, cell, window, watch, kernels } = await made();
  window.answer = () => "Don't Show Again";
  for (const last of ["2", "3"]) {
    happened(last);
    await cell();
    await cell();
  }
  assert.deepEqual(window.texts, [TEXT]);
  watch.dispose();
  assert.equal(kernels.listeners, 0);
});
