import assert from "node:assert/strict";
import { test } from "node:test";
import { createJupyter } from "../src/jupyter/jupyter.js";
import { createLog } from "../src/log.js";
import { FakeJupyterExtension, FakeRest } from "./fakes/jupyter.js";
import { ended, FakeKernels, pending, ready } from "./fakes/kernels.js";
import { editorOf, notebook, ran } from "./fakes/notebooks.js";
import { MemoryStub } from "./stub/context.js";
import { CancellationTokenSource } from "./stub/events.js";
import { settle } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

function made(kernels = new FakeKernels(), open = [notebook()]) {
  const stub = createStub();
  const extension = new FakeJupyterExtension();
  const rest = new FakeRest();
  const state = new MemoryStub();
  stub.extensions.set("ms-toolsai.jupyter", extension);
  stub.workspace.api.notebookDocuments = open;
  const make = () =>
    createJupyter(stub.vs, {
      kernels,
      starter: { start: () => Promise.resolve(undefined) },
      log: createLog(stub.vs, { level: () => "debug" }),
      title: "Sunbird",
      extension: "sa2c.sunpyter",
      workspaceState: state,
      globalState: state,
      rest,
    });
  return { ...stub, extension, rest, kernels, state, make };
}

const { token } = new CancellationTokenSource();

test("jupyter: nothing is made while there is no notebook and no kernel", async () => {
  const { make, extension, workspace, kernels } = made(new FakeKernels(), []);
  const jupyter = make();
  await settle();
  assert.equal(extension.isActive, false);
  workspace.api.notebookDocuments = [notebook("/a.md", { notebookType: "other" })];
  workspace.notebookOpened.fire(notebook());
  await settle();
  assert.equal(extension.isActive, false, "a notebook of another kind");
  kernels.change(pending);
  await settle();
  assert.deepEqual(
    extension.collections.map(({ id, label }) => [id, label]),
    [["sunpyter", "Sunbird"]],
  );
  workspace.notebookOpened.fire(notebook());
  kernels.change({ ...ready, title: "Isambard" });
  await settle();
  assert.equal(extension.collections.length, 1, "a second one would throw");
  assert.equal(extension.collections[0]?.label, "Isambard");
  jupyter.dispose();
  assert.equal(extension.collections[0].disposed, true);
  assert.equal(kernels.listeners, 0);
});

test("jupyter: the picker has the kernels in which cells can run, by ids that stay", async () => {
  const { make, extension, kernels } = made(new FakeKernels(ready, pending));
  make();
  await settle();
  const provider = extension.collections[0]?.provider;
  const list = async () => (await provider?.provideJupyterServers(token)) ?? [];
  const [first, second] = await list();
  assert.equal(first?.id, "k3v9q2");
  assert.match(first.label, /^scs0151 · 1 CPU · 4 GB · until .*13:00$/u);
  assert.equal(second, undefined);
  let fired = 0;
  provider?.onDidChangeServers?.(() => fired++);
  kernels.change({ ...ready, state: "disconnected" });
  assert.equal((await list())[0]?.id, "k3v9q2", "a lost connection takes nothing off the list");
  kernels.change({ ...pending, state: "starting" });
  kernels.change({ ...pending, state: "ready", node: "scs0152" });
  assert.equal((await list()).length, 2);
  kernels.change({ ...ready, state: "ending" });
  assert.equal(fired, 2);
  assert.deepEqual(
    (await list()).map(({ id }) => id),
    ["p7x2m4"],
  );
});

test("jupyter: without the Jupyter extension the person is told, and can install it", async () => {
  const { make, extensions, window, commands } = made(new FakeKernels(ready));
  extensions.clear();
  const jupyter = make();
  window.answer = () => "Install";
  const kernel = { session: ready };
  await jupyter.choose(kernel);
  assert.match(window.texts[0] ?? "", /Jupyter extension.*not installed, or it is disabled/u);
  assert.deepEqual(window.messages[0]?.buttons, ["Install", "Open in Browser"]);
  assert.deepEqual(commands.executed.at(-1), {
    id: "workbench.extensions.installExtension",
    args: ["ms-toolsai.jupyter"],
  });
  window.answer = () => "Open in Browser";
  await jupyter.choose(kernel);
  assert.deepEqual(commands.executed.at(-1), { id: "sunpyter.openInBrowser", args: ["k3v9q2"] });
});

test("jupyter: a Jupyter extension that is too old is told as such", async () => {
  const { make, extension, window } = made(new FakeKernels(ready));
  extension.exports = {};
  extension.packageJSON = { version: "2023.1.0" };
  await make().choose({ session: ready });
  assert.match(window.texts[0] ?? "", /2023\.1\.0 is too old/u);
  assert.equal(window.messages[0]?.buttons[0], "Update");
});

test("jupyter: a notebook whose kernel ended is to be reopened, also after a reload", async () => {
  const document = notebook();
  const { make, state, kernels, window, workspace, rest } = made(new FakeKernels(ready), [
    document,
  ]);
  rest.sessions = [{ name: "analysis-4f.ipynb", kernel: { id: "j1", last_activity: "1" } }];
  const first = make();
  await settle();
  rest.sessions = [{ name: "analysis-4f.ipynb", kernel: { id: "j1", last_activity: "2" } }];
  workspace.notebookChanged.fire(ran(document));
  await settle();
  first.dispose();
  assert.equal(state.keys().length, 1);
  const jupyter = make();
  await settle();
  const tab = { input: { notebookType: "jupyter-notebook", uri: document.uri } };
  window.api.tabGroups.all = [{ tabs: [tab] }] as never;
  kernels.change(ended(ready, "ended.time-limit"));
  await settle();
  assert.deepEqual(window.texts, [], "who tells of the end tells this, too");
  const lost = jupyter.lost(ready.id);
  assert.equal(
    lost?.advice,
    "Close and reopen analysis.ipynb before you run its cells on the cluster again.",
  );
  await lost.reopen?.run();
  assert.deepEqual(workspace.opened, [document.uri]);
});

test("jupyter: who stopped the kernel is told by the command, and only there", async () => {
  const document = notebook();
  const { make, kernels, window, state } = made(new FakeKernels(ready), [document]);
  const use = { [document.uri.toString()]: { kernel: ready.id, place: "scs0151" } };
  await state.update("notebooks", use);
  const jupyter = make();
  kernels.change(ended(ready, "cancelled"));
  await settle();
  assert.deepEqual(window.texts, []);
  const lost = jupyter.lost(ready.id);
  assert.match(lost?.advice ?? "", /^Close and reopen analysis\.ipynb before you run its cells/u);
  assert.equal(lost?.reopen?.title, "Reopen Notebook");
  assert.equal(jupyter.lost("another"), undefined);
});

test("jupyter: whether several notebooks run in a kernel; who cannot be asked may", async () => {
  const { make, rest } = made(new FakeKernels(ready));
  const jupyter = make();
  const kernel = { id: "j1", last_activity: "1" };
  rest.sessions = [{ name: "a-4f.ipynb", kernel }];
  assert.equal(await jupyter.isShared({ session: ready }), false);
  rest.sessions = [...rest.sessions, { name: "b-5e.ipynb", kernel }];
  assert.equal(await jupyter.isShared({ session: ready }), true);
  rest.up = false;
  assert.equal(await jupyter.isShared({ session: ready }), true);
});

test("jupyter: an ended kernel that no open notebook used is not told here", async () => {
  const { make, kernels, window } = made(new FakeKernels(ready));
  make();
  kernels.change(ended(ready, "ended.time-limit"));
  await settle();
  assert.deepEqual(window.texts, []);
});

test("jupyter: no open notebook: that is left to do", async () => {
  const { make, window, commands } = made(new FakeKernels(ready), []);
  const left = await make().choose({ session: ready });
  assert.deepEqual(window.texts, []);
  assert.equal(left?.text, 'Open a notebook, then select it with "Select Kernel" › Sunbird.');
  for (const { run } of left.actions) await run();
  assert.deepEqual(
    commands.executed.slice(-2).map(({ id }) => id),
    ["workbench.action.quickOpen", "ipynb.newUntitledIpynb"],
  );
});

test("jupyter: of several visible notebooks the person names one", async () => {
  const { make, window, commands } = made(new FakeKernels(ready));
  const editors = [editorOf(notebook("/a.ipynb")), editorOf(notebook("/b.ipynb"))];
  window.api.visibleNotebookEditors = editors;
  const chosen = make().choose({ session: ready });
  const pick = await window.quickPick("Which notebook");
  assert.deepEqual(
    pick.items.map(({ label }) => label),
    ["a.ipynb", "b.ipynb"],
  );
  pick.hide();
  await chosen;
  assert.ok(!commands.executed.some(({ id }) => id === "notebook.selectKernel"));
});
