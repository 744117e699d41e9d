import assert from "node:assert/strict";
import { test } from "node:test";
import { createKernelTree } from "../src/ui/kernelview.js";
import { createUses } from "../src/ui/uses.js";
import { FakeClock } from "./fakes/clock.js";
import { ended, FakeKernels, ready } from "./fakes/kernels.js";
import { createStub } from "./stub/vscode.js";

function made() {
  const { vscode } = createStub();
  const kernels = new FakeKernels();
  const clock = new FakeClock("2026-11-28T12:00:00Z");
  const uses = createUses(vscode, { kernels, clock });
  const tree = createKernelTree(vscode, { kernels, uses, clock });
  let changes = 0;
  tree.onDidChangeTreeData?.(() => (changes += 1));
  const items = async () => {
    const entries = (await tree.getChildren()) ?? [];
    return Promise.all(entries.map(async (entry) => tree.getTreeItem(entry)));
  };
  return { kernels, clock, tree, uses, items, changes: () => changes };
}

test("kernels view: use is polled every 5 s while the view is visible, and not after disposal", async () => {
  const { kernels, clock, uses, items, changes } = made();
  const text = async () => String((await items())[0]?.description);
  let polls = 0;
  kernels.using = () => {
    polls += 1;
    const gpus = [{ percent: 35, memoryMiB: 1234, totalMiB: 40_960 }];
    return Promise.resolve({
      cpuPercent: 100 * polls,
      mostCpuPercent: 412,
      memoryMiB: 3174,
      mostMemoryMiB: 4301,
      memoryLimitMiB: 16_384,
      ...(polls > 1 ? { gpus } : {}),
    });
  };
  const use = { cpuPercent: 20, mostCpuPercent: 30, memoryMiB: 512, memoryLimitMiB: 4096 };
  kernels.change({ ...ready, endsAt: "2026-11-29T14:00:30Z", use });
  assert.match(
    await text(),
    /uses 0\.2 of 1 CPU, 0\.5 of 4 GB/u,
    "what the program reports by itself",
  );
  assert.equal(polls, 0);
  uses.watch(true);
  await settled();
  assert.match(await text(), /uses 1\.0 of 1 CPU, 3\.1 of 16 GB/u);
  const before = changes();
  clock.turn(5);
  await settled();
  assert.match(await text(), /uses 2\.0 of 1 CPU/u);
  assert.equal(changes(), before + 1);
  assert.equal(
    (await items())[0]?.tooltip,
    "/cdt_storage/alice, job 4711\nUses 2.0 of 1 CPU, 3.1 of 16 GB\nAt most so far: 4.1 of 1 CPU, 4.2 GB\nGPU: 35 %, 1.2 of 40 GB",
  );
  uses.watch(false);
  clock.turn(60);
  await settled();
  assert.equal(polls, 2, "the view is hidden");
  assert.match(await text(), /uses 0\.2 of 1 CPU/u);
  const timers = clock.pending;
  uses.watch(true);
  uses.dispose();
  await settled();
  assert.equal(clock.pending, timers, "a poll that ends after disposal starts no timer");
});

test("kernels view: a poll that fails is not shown, and the next one is", async () => {
  const { kernels, clock, uses, items } = made();
  let fails = true;
  kernels.using = () =>
    fails
      ? Promise.reject(new Error("the connection is lost"))
      : Promise.resolve({ cpuPercent: 40, mostCpuPercent: 40 });
  uses.watch(true);
  kernels.change({ ...ready, endsAt: "2026-11-29T14:00:30Z" });
  await settled();
  assert.doesNotMatch(String((await items())[0]?.description), /uses/u);
  fails = false;
  clock.turn(5);
  await settled();
  assert.match(String((await items())[0]?.description), /uses 0\.4 of 1 CPU$/u);
});

/** settled waits until answers have been taken in. */
async function settled(): Promise<void> {
  for (let i = 0; i < 10; i += 1) await Promise.resolve();
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
