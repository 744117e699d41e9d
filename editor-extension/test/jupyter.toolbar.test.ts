import assert from "node:assert/strict";
import { test } from "node:test";
import { createSlotState } from "../src/jupyter/slotstate.js";
import { createToolbar } from "../src/jupyter/toolbar.js";
import { Slots } from "../src/slots/slots.js";
import { ended, FakeKernels, ready } from "./fakes/kernels.js";
import { MemoryStub } from "./stub/context.js";
import { EventEmitter } from "./stub/events.js";
import { createStub } from "./stub/vscode.js";

test("toolbar: the key has the controllers of the slots that have a kernel", () => {
  const stub = createStub();
  const kernels = new FakeKernels();
  const state = new MemoryStub();
  const stores = { globalState: state, workspaceState: state };
  const defaultSite = () => ({ cluster: "sunbird", title: "Sunbird" });
  const slots = new Slots(stub.vscode, { kernels, ...stores, defaultSite });
  const memory = createSlotState(stores);
  const ran = new EventEmitter<never>();
  createToolbar(stub.vscode, {
    slots,
    memory,
    defaultTitle: () => "Sunbird",
    entries: { onDidRun: ran.event },
    extension: "sa2c.sunpyter",
  });
  const keys = () =>
    stub.commands.executed
      .filter(({ args }) => args[0] === "sunpyter.runningControllers")
      .map(({ args }) => args[1]);
  assert.deepEqual(keys(), [], "no kernel, no key");

  kernels.change(ready);
  const spec = /^ms-toolsai\.jupyter\/[0-9a-f]{64}\.\.python3\./u;
  const [[only, ...others] = []] = keys() as string[][];
  assert.match(only ?? "", spec);
  assert.deepEqual(others, []);

  const [slot] = slots.all();
  assert.ok(slot);
  const notebook = { path: "a-jvsc-1.ipynb", name: "a", type: "notebook", spec: "python3" };
  memory(slot).saveSessions([{ id: "s1", kernelId: "k1", notebook }]);
  ran.fire(undefined as never);
  assert.deepEqual(
    keys().at(-1),
    [only, "ms-toolsai.jupyter/k1"],
    "after a reload a session is one",
  );

  kernels.change(ended(ready, "cancelled"));
  assert.deepEqual(keys().at(-1), []);
});

test("toolbar: buttons that say Sunbird are not for other clusters", () => {
  const stub = createStub();
  const kernels = new FakeKernels();
  const state = new MemoryStub();
  const stores = { globalState: state, workspaceState: state };
  let site = { cluster: "sunbird", title: "Sunbird" };
  const slots = new Slots(stub.vscode, { kernels, ...stores, defaultSite: () => site });
  createToolbar(stub.vscode, {
    slots,
    memory: createSlotState(stores),
    defaultTitle: () => site.title,
    entries: { onDidRun: new EventEmitter<never>().event },
    extension: "sa2c.sunpyter",
  });
  const key = (name: string) => stub.commands.contextKeys.get(`sunpyter.${name}`) as string[];
  kernels.change(ready);
  assert.equal(key("otherControllers"), undefined);

  site = { cluster: "mylab", title: "My Lab" };
  stub.workspace.set({ "sunpyter.cluster": "mylab" });
  assert.equal(key("otherCluster"), true);
  kernels.change({ ...ready, id: "k2", cluster: "mylab", title: "My Lab" });
  assert.equal(key("runningControllers").length, 2);
  assert.equal(key("otherControllers").length, 1);
  assert.ok(key("runningControllers").includes(key("otherControllers")[0] ?? ""));
});
