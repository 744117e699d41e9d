import assert from "node:assert/strict";
import { test } from "node:test";
import { Slots } from "../src/slots/slots.js";
import { ended, FakeKernels, ready } from "./fakes/kernels.js";
import { MemoryStub } from "./stub/context.js";
import { createStub } from "./stub/vscode.js";

function made(globalState = new MemoryStub(), workspaceState = new MemoryStub()) {
  const kernels = new FakeKernels();
  const usual = () => ({ cluster: "sunbird", title: "Sunbird" });
  const slots = new Slots(createStub().vscode, {
    kernels,
    globalState,
    workspaceState,
    defaultSite: usual,
  });
  return { kernels, slots, globalState, workspaceState };
}

const labels = ({ slots }: ReturnType<typeof made>) => slots.all().map(({ label }) => label);

test("slots: the usual cluster has one before any use, and every slot that was used stays", () => {
  const first = made();
  assert.deepEqual(labels(first), ["Sunbird"]);
  first.kernels.change(ready);
  first.kernels.change({ ...ready, id: "b" });
  first.kernels.change({ ...ready, id: "c", cluster: "lab", title: "My Lab" });
  assert.deepEqual(labels(first), ["Sunbird", "Sunbird 2", "My Lab"]);
  assert.deepEqual(
    ["b", "c"].map((id) => first.slots.slotOfKernel(id)?.id),
    ["sunbird/2", "lab"],
  );
  const tomorrow = made(first.globalState);
  assert.deepEqual(labels(tomorrow), ["Sunbird", "Sunbird 2", "My Lab"]);
});

test("slots: an ended kernel's slot is the next one's; the user in front of a host does not matter", () => {
  const { kernels, slots } = made();
  kernels.change(ready);
  assert.equal(slots.freeSlot({ cluster: "sunbird", title: "Sunbird" }).id, "sunbird/2");
  kernels.change(ended(ready, "ended.idle"));
  assert.equal(slots.freeSlot({ cluster: "sunbird", title: "Sunbird" }).id, "sunbird");
  assert.equal(slots.listedSlot({ cluster: "login.example" }), undefined, "it adds none");
  const host = slots.freeSlot({ cluster: "alice@login.example", title: "login.example" });
  assert.deepEqual(host, { id: "login.example", cluster: "login.example", label: "login.example" });
  assert.deepEqual(slots.listedSlot({ cluster: "login.example" }), host);
  assert.deepEqual(slots.lastSession({ ...host, id: "sunbird" })?.cause?.code, "ended.idle");
});

test("slots: a reloaded window finds its kernel in the same slot", () => {
  const before = made();
  before.kernels.change(ready);
  before.kernels.change({ ...ready, id: "b" });
  const after = made(before.globalState, before.workspaceState);
  after.kernels.change({ ...ready, id: "b", state: "disconnected" });
  const slot = after.slots.slotOfKernel("b");
  assert.equal(slot?.label, "Sunbird 2");
  assert.equal(after.slots.kernelIn(slot)?.session.id, "b");
});

test("slots: a kernel that is started for a slot takes it from the one that is there", async () => {
  const { kernels, slots } = made();
  kernels.change(ready);
  const slot = slots.slotOfKernel(ready.id);
  assert.ok(slot);
  const changed: string[] = [];
  slots.onDidChange(({ id }) => changed.push(id));
  const filling = slots.startIn(slot, () => {
    kernels.change({ ...ready, id: "new" });
    return Promise.resolve(kernels.get("new"));
  });
  assert.equal(slots.pendingStart(slot), filling);
  await filling;
  assert.deepEqual(
    [slots.kernelIn(slot)?.session.id, slots.pendingStart(slot), slots.all().length],
    ["new", undefined, 1],
  );
  assert.ok(changed.includes("sunbird"));
});
