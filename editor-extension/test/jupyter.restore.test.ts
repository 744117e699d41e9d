import assert from "node:assert/strict";
import { test } from "node:test";
import type { JupyterServer } from "@vscode/jupyter-extension";
import type { NotebookDocument } from "vscode";
import { createLog } from "../src/common/log.js";
import { createJupyter } from "../src/jupyter/jupyter.js";
import { createNotebookSlots } from "../src/jupyter/notebooks.js";
import { Slots } from "../src/slots/slots.js";
import { FakeJupyterExtension, FakeRest } from "./fakes/jupyter.js";
import { FakeKernels } from "./fakes/kernels.js";
import { notebook } from "./fakes/notebooks.js";
import { MemoryStub } from "./stub/context.js";
import { CancellationTokenSource } from "./stub/events.js";
import { settle, until } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

const picker = "jupyter.kernel.selectJupyterServerKernel";

/** made is a window that opens with these notebooks; `used` ran in the slot before a reload. */
function made(open: NotebookDocument[], used: NotebookDocument[]) {
  const stub = createStub();
  const extension = new FakeJupyterExtension();
  stub.extensions.set("ms-toolsai.jupyter", extension);
  stub.workspace.api.notebookDocuments = open;
  const state = new MemoryStub();
  for (const one of used) createNotebookSlots(state).set(one, "sunbird");
  const kernels = new FakeKernels();
  const usual = () => ({ cluster: "sunbird", title: "Sunbird" });
  const slots = new Slots(stub.vscode, {
    kernels,
    globalState: state,
    workspaceState: state,
    defaultSite: usual,
  });
  const seen = { shown: 0, looking: [] as string[] };
  let token = new CancellationTokenSource();
  /** select does what the Jupyter extension does until its picker would be shown. */
  const select = async (): Promise<void> => {
    token.cancel();
    const mine = (token = new CancellationTokenSource());
    const [collection] = extension.collections;
    assert.ok(collection);
    assert.equal(collection.commandProvider, undefined, "with commands it shows a list");
    const servers = (await collection.provider.provideJupyterServers(mine.token)) ?? [];
    const [row] = servers.map((server: JupyterServer) => ({ server, label: server.label }));
    if (row) seen.looking.push(row.server.label);
    await settle();
    if (mine.token.isCancellationRequested) throw new Error("Canceled");
    seen.shown += 1;
  };
  stub.commands.api.registerCommand(picker, select);
  const jupyter = createJupyter(stub.vscode, {
    kernels,
    slots,
    start: () => assert.fail("nothing is started"),
    takeOver: () => assert.fail("nothing is started"),
    startForCell: () => assert.fail("nobody is asked"),
    pathIn: (_kernel, path) => path,
    log: createLog(stub.vscode, { level: () => "debug" }),
    defaultTitle: () => "Sunbird",
    extension: "sa2c.sunpyter",
    workspaceState: state,
    globalState: state,
    rest: new FakeRest(),
    times: { interval: 1, timeout: 40, listWait: 5, ownWait: 5 },
  });
  const executed = () => stub.commands.executed.map(({ id }) => id);
  return { ...stub, extension, jupyter, seen, executed };
}

test("restore: the kernels of a notebook's slot are listed where the Jupyter extension has forgotten it", async () => {
  const [a, b] = [notebook("/a.ipynb"), notebook("/b.ipynb")];
  const { seen, executed, extension, window, jupyter, workspace } = made([a, b], [a, b]);
  await until("the kernels to be looked for", () => seen.looking.length > 0);
  const [collection] = extension.collections;
  await until("the end of the picker", () => collection?.commandProvider);
  assert.deepEqual(seen, { shown: 0, looking: ["Sunbird"] }, "once, with no picker");
  assert.deepEqual(executed(), [picker, picker], "and no kernel is selected in place of the user");
  assert.deepEqual(window.texts, []);
  const { token } = new CancellationTokenSource();
  assert.deepEqual(await collection?.provider.provideJupyterServers(token), [
    { id: "sunbird", label: "Sunbird" },
  ]);
  workspace.notebookOpened.fire(b);
  await settle();
  assert.equal(executed().length, 2);
  jupyter.dispose();
});

test("restore: a notebook that is opened later, and none that never used a slot", async () => {
  const [other, used] = [notebook("/other.ipynb"), notebook("/used.ipynb")];
  const { commands, workspace, executed, jupyter } = made([other], [used]);
  await settle();
  workspace.notebookOpened.fire(used);
  await until("the kernels to be looked for", () => executed().length === 2);
  for (const { args } of commands.executed) assert.equal(args[2], used);
  jupyter.dispose();
});
