import assert from "node:assert/strict";
import { test } from "node:test";
import { createKernelTree } from "../src/ui/kernelview.js";
import { FakeClock } from "./fakes/clock.js";
import { ended, FakeKernels, ready } from "./fakes/kernels.js";
import { createStub } from "./stub/vscode.js";

function made() {
  const { vscode } = createStub();
  const kernels = new FakeKernels();
  const clock = new FakeClock("2026-11-28T12:00:00Z");
  const tree = createKernelTree(vscode, { kernels, clock });
  let changes = 0;
  tree.onDidChangeTreeData?.(() => (changes += 1));
  const items = async () => {
    const entries = (await tree.getChildren()) ?? [];
    return Promise.all(entries.map(async (entry) => tree.getTreeItem(entry)));
  };
  return { kernels, clock, tree, items, changes: () => changes };
}

test("kernels view: a kernel has its node, state and time left, and its actions", async () => {
  const { kernels, clock, items, changes } = made();
  assert.deepEqual(await items(), []);
  kernels.change({ ...ready, endsAt: "2026-11-28T14:00:30Z" });
  const [item] = await items();
  assert.equal(item?.label, "Sunbird scs0151");
  assert.match(String(item.description), /^ready · 2 h left/u);
  assert.equal(item.contextValue, "kernel;openTerminal;openInBrowser;copyUrl;showLog;stop;");
  assert.match(item.accessibilityInformation?.label ?? "", /kernel, ready, 2 h left/u);
  const before = changes();
  clock.turn(31);
  assert.equal(changes(), before + 1, "the time left changes");
  kernels.change(ended(ready, "cancelled"));
  assert.deepEqual(await items(), []);
});

test("kernels view: an idle kernel says when it stops, and can be kept", async () => {
  const { kernels, items } = made();
  kernels.change({ ...ready, idleEndsAt: "2026-11-28T12:10:00Z" });
  const [item] = await items();
  assert.match(String(item?.description), /idle, stops at/u);
  assert.match(item?.contextValue ?? "", /;keep;/u);
});

test("kernels view: kernels that were looked for are shown with where they belong", async () => {
  const { kernels, tree, items } = made();
  const other = { ...ready, id: "k9", node: "scs0009", owned: false };
  tree.setFound({ others: [other], ended: [] });
  const [item] = await items();
  assert.match(String(item?.description), /Other windows on this computer$/u);
  assert.equal(item?.contextValue, "kernel;takeOver;stop;");
  kernels.change({ ...other, owned: true });
  assert.equal((await items()).length, 1, "it was moved to this window");
  kernels.change(ended(other, "cancelled"));
  assert.deepEqual(await items(), []);
});
