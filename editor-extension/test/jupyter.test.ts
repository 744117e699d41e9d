import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog } from "../src/common/log.js";
import { createJupyter } from "../src/jupyter/jupyter.js";
import type { Session } from "../src/protocol.js";
import { Slots, type Slot } from "../src/slots/slots.js";
import { FakeJupyterExtension, FakeRest } from "./fakes/jupyter.js";
import { ended, FakeKernels, pending, ready } from "./fakes/kernels.js";
import { editorOf, notebook } from "./fakes/notebooks.js";
import { MemoryStub } from "./stub/context.js";
import { CancellationTokenSource } from "./stub/events.js";
import { settle } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

const sunbird: Slot = { id: "sunbird", cluster: "sunbird", label: "Sunbird" };
const { token } = new CancellationTokenSource();

function made(kernels = new FakeKernels(), open = [notebook()], state = new MemoryStub()) {
  const stub = createStub();
  const extension = new FakeJupyterExtension();
  const rest = new FakeRest();
  stub.extensions.set("ms-toolsai.jupyter", extension);
  stub.workspace.api.notebookDocuments = open;
  const slots = new Slots(stub.vscode, {
    kernels,
    globalState: state,
    workspaceState: state,
    defaultSite: () => ({ cluster: "sunbird", title: "Sunbird" }),
  });
  const started: string[] = [];
  const asked: string[] = [];
  const make = () =>
    createJupyter(stub.vscode, {
      kernels,
      slots,
      start: ({ id }: Slot) => Promise.resolve(void started.push(`start in ${id}`)),
      takeOver: ({ id }: Session) => Promise.resolve(void started.push(`take over ${id}`)),
      startForCell: ({ id }: Slot) => {
        asked.push(id);
        return Promise.resolve(undefined);
      },
      pathIn: (_kernel, path) => path,
      log: createLog(stub.vscode, { level: () => "debug" }),
      defaultTitle: () => "Sunbird",
      extension: "sa2c.sunpyter",
      workspaceState: state,
      globalState: state,
      rest,
    });
  return { ...stub, extension, rest, kernels, slots, state, make, started, asked };
}

test("jupyter: nothing is made while there is no notebook and no kernel", async () => {
  const { make, extension, workspace, kernels, slots } = made(new FakeKernels(), []);
  const jupyter = make();
  await settle();
  workspace.api.notebookDocuments = [notebook("/a.md", { notebookType: "other" })];
  workspace.notebookOpened.fire(notebook());
  await settle();
  assert.equal(extension.isActive, false, "a notebook of another kind");
  kernels.change(ready);
  await settle();
  assert.deepEqual(
    extension.collections.map(({ id, label }) => [id, label]),
    [["sunpyter:sunbird", "Sunbird"]],
  );
  kernels.change({ ...ready, id: "b" });
  await settle();
  assert.equal(extension.collections[1]?.label, "Sunbird 2");
  jupyter.dispose();
  slots.dispose();
  assert.deepEqual([extension.collections[0]?.disposed, kernels.listeners], [true, 0]);
});

test("jupyter: a slot's list is the same server, whatever happens to its kernels, and asks nothing", async () => {
  const { make, extension, kernels, asked } = made();
  const jupyter = make();
  await settle();
  const provider = extension.collections[0]?.provider;
  assert.ok(provider);
  const list = async () => provider.provideJupyterServers(token);
  const only = [{ id: "sunbird", label: "Sunbird" }];
  assert.deepEqual(await list(), only);
  const [server] = only;
  assert.ok(server);
  const first = await provider.resolveJupyterServer(server, token);
  for (const session of [pending, ready, ended(ready, "ended.node-failed")]) {
    kernels.change(session);
    assert.deepEqual(await list(), only, session.state);
    const again = await provider.resolveJupyterServer(server, token);
    assert.deepEqual(again?.connectionInformation, first?.connectionInformation);
  }
  const { baseUrl, headers, token: inUrl } = first?.connectionInformation ?? {};
  assert.match(String(baseUrl), /^http:\/\/127\.0\.0\.1:\d+\/$/u);
  assert.match(String((headers as Record<string, string>)["Authorization"]), /^token \w{64}$/u);
  assert.equal(inUrl, undefined, "it would stand in the websockets' URLs");
  assert.deepEqual(asked, []);
  jupyter.dispose();
});

test("jupyter: proxy settings that apply to this computer are named", async () => {
  const { make, extension, rest, window } = made();
  rest.up = false;
  rest.get = () => Promise.resolve({ status: 502, body: "" });
  rest.past = "HTTP/1.1 200 OK";
  const jupyter = make();
  await settle();
  const { provider } = extension.collections[0] ?? {};
  await assert.rejects(
    Promise.resolve(provider?.resolveJupyterServer({ id: "sunbird", label: "Sunbird" }, token)),
  );
  assert.match(window.texts[0] ?? "", /Couldn't connect notebooks to Sunbird. .*127\.0\.0\.1/u);
  assert.equal(window.messages[0]?.buttons[0], "Open Settings");
  jupyter.dispose();
});

test("jupyter: the rows in the picker close it, and do their work", async () => {
  const { make, extension, kernels, started, commands, window } = made();
  kernels.elsewhere = [{ ...ready, id: "e", owned: false }];
  const jupyter = make();
  await settle();
  const offers = extension.collections[0]?.commandProvider;
  assert.ok(offers);
  const rows = (await offers.provideCommands(undefined, token)) ?? [];
  assert.deepEqual(
    rows.map(({ label }) => label),
    ["Start Sunbird kernel…", "Use the kernel of another window…"],
  );
  for (const row of rows) {
    await assert.rejects(Promise.resolve(offers.handleCommand(row, token)));
    assert.equal(commands.executed.at(-1)?.id, "workbench.action.closeQuickOpen");
  }
  (await window.quickPick("Use the kernel of another window")).pick("scs0151");
  await settle();
  assert.deepEqual(started, ["start in sunbird", "take over e"]);
  jupyter.dispose();
});

test("jupyter: the notebook is selected and confirmed by VS Code, and what remains is shown", async () => {
  const document = notebook();
  const { make, window, commands } = made(new FakeKernels(ready), [document]);
  let selected = true;
  commands.api.registerCommand("notebook.selectKernel", () => selected);
  window.api.activeNotebookEditor = editorOf(document);
  const jupyter = make();
  const chosen = await jupyter.use(sunbird);
  assert.deepEqual([jupyter.activeSlot(), jupyter.isUsed(sunbird)], ["sunbird", true]);
  assert.equal(await jupyter.confirm(sunbird, chosen, { session: ready }), undefined);
  selected = false;
  const left = await jupyter.confirm(sunbird, chosen, { session: ready });
  assert.equal(left?.text, "analysis.ipynb does not use it yet.");
  assert.equal(left.actions[0]?.title, "Select Kernel…");
  jupyter.dispose();
});

test("jupyter: no open notebook: that remains to be done; of several visible ones the user picks one", async () => {
  const none = made(new FakeKernels(ready), []);
  const jupyter = none.make();
  const left = await jupyter.confirm(sunbird, await jupyter.use(sunbird), { session: ready });
  assert.equal(left?.text, 'Open a notebook, then select it with "Select Kernel" › Sunbird.');
  for (const { run } of left.actions) await run();
  assert.deepEqual(
    none.commands.executed.slice(-2).map(({ id }) => id),
    ["workbench.action.quickOpen", "ipynb.newUntitledIpynb"],
  );
  jupyter.dispose();

  const several = made(new FakeKernels(ready));
  const editors = [editorOf(notebook("/a.ipynb")), editorOf(notebook("/b.ipynb"))];
  several.window.api.visibleNotebookEditors = editors;
  const other = several.make();
  const using = other.use(sunbird);
  const pick = await several.window.quickPick("Which notebook");
  assert.deepEqual(
    pick.items.map(({ label }) => label),
    ["a.ipynb", "b.ipynb"],
  );
  pick.hide();
  assert.equal(await using, undefined);
  other.dispose();
});

test("jupyter: without the Jupyter extension, or with an old one, the user is told what to do", async () => {
  const missing = made(new FakeKernels(ready));
  missing.extensions.clear();
  missing.window.answer = () => "Install";
  const jupyter = missing.make();
  await jupyter.confirm(sunbird, await jupyter.use(sunbird), { session: ready });
  assert.match(
    missing.window.texts[0] ?? "",
    /Jupyter extension.*not installed, or it is disabled/u,
  );
  assert.deepEqual(missing.window.messages[0]?.buttons, ["Install", "Open in Browser"]);
  assert.equal(missing.commands.executed.at(-1)?.id, "workbench.extensions.installExtension");

  const old = made(new FakeKernels(ready));
  old.extension.exports = {};
  old.extension.packageJSON = { version: "2023.1.0" };
  await old.make().confirm(sunbird, undefined, { session: ready });
  assert.match(old.window.texts[0] ?? "", /\(2023\.1\.0\) is too old/u);
  assert.equal(old.window.messages[0]?.buttons[0], "Update");
});

test("jupyter: whether several notebooks run in a kernel; one that does not answer counts as shared", async () => {
  const { make, rest } = made(new FakeKernels(ready));
  const jupyter = make();
  const kernel = { id: "j1", last_activity: "1" };
  rest.sessions = [{ name: "a-4f.ipynb", kernel }];
  assert.equal(await jupyter.isShared({ session: ready }), false);
  rest.sessions = [...rest.sessions, { name: "b-5e.ipynb", kernel }];
  assert.equal(await jupyter.isShared({ session: ready }), true);
  rest.up = false;
  assert.equal(await jupyter.isShared({ session: ready }), true);
  jupyter.dispose();
});
