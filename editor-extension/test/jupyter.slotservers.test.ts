import assert from "node:assert/strict";
import { test } from "node:test";
import { unreachable } from "../src/gateway/forward.js";
import { createSlotServers } from "../src/jupyter/slotservers.js";
import type { Kernel } from "../src/kernels/types.js";
import { Slots } from "../src/slots/slots.js";
import { ended, FakeKernels, ready } from "./fakes/kernels.js";
import { MemoryStub } from "./stub/context.js";
import { settle } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

function made(
  start: (signal: AbortSignal) => Promise<Kernel | undefined>,
  times = { handover: 20, disconnected: 50 },
) {
  const kernels = new FakeKernels();
  const state = new MemoryStub();
  const slots = new Slots(createStub().vscode, {
    kernels,
    globalState: state,
    workspaceState: state,
    defaultSite: () => ({ cluster: "sunbird", title: "Sunbird" }),
  });
  const [slot] = slots.all();
  assert.ok(slot);
  const starts: string[] = [];
  const reach = createSlotServers({
    kernels,
    slots,
    start: async ({ id }, signal) => {
      starts.push(id);
      return slots.startIn(slot, () => start(signal));
    },
    times,
  });
  return { kernels, slots, slot, reach, starts };
}

const target = { job: ready.id, url: "http://127.0.0.1:41234/", token: "s3cret" };

test("slot servers: a request gets the existing job, and starts none", async () => {
  const { kernels, slot, reach, starts } = made(() => Promise.resolve(undefined));
  assert.equal(await reach.current(slot), undefined);
  kernels.change(ready);
  assert.deepEqual(await reach.current(slot), target);
  kernels.change({ ...ready, state: "ending" });
  assert.equal(await reach.current(slot), unreachable);
  kernels.change(ended(ready, "cancelled"));
  assert.equal(await reach.current(slot), undefined);
  assert.deepEqual(starts, []);
});

test("slot servers: a kernel that is taken over exists before its address, and is not another job", async () => {
  const { kernels, slot, reach } = made(() => Promise.resolve(undefined), {
    handover: 5000,
    disconnected: 5000,
  });
  kernels.change(ready, { session: ready });
  const current = reach.current(slot);
  await settle();
  kernels.change(ready);
  assert.deepEqual(await current, target);
});

test("slot servers: cells that need a kernel at the same time start one, after one question", async () => {
  let begin: (kernel: Kernel | undefined) => void = () => undefined;
  const start = () => new Promise<Kernel | undefined>((resolve) => (begin = resolve));
  const { kernels, slot, reach, starts } = made(start);
  const both = [
    reach.ensure(slot, new AbortController().signal),
    reach.ensure(slot, new AbortController().signal),
  ];
  await settle();
  kernels.change({ ...ready, state: "starting" });
  begin({ session: { ...ready, state: "starting" } });
  await settle();
  kernels.change(ready);
  assert.deepEqual(await Promise.all(both), [target, target]);
  assert.deepEqual(starts, ["sunbird"]);
});

test("slot servers: a cell shows why there is no kernel", async () => {
  const cancelled = made(() => Promise.resolve(undefined));
  await assert.rejects(cancelled.reach.ensure(cancelled.slot, new AbortController().signal), {
    message: "No kernel was started on Sunbird, so this cell did not run.",
  });
  const failed = made(() => Promise.reject(new Error("no such host.")));
  await assert.rejects(failed.reach.ensure(failed.slot, new AbortController().signal), {
    message: "No such host. This cell did not run.",
  });
  const away = made(() => Promise.resolve(undefined));
  away.kernels.change({ ...ready, state: "disconnected" });
  await assert.rejects(away.reach.ensure(away.slot, new AbortController().signal), {
    message: "The kernel on scs0151 cannot be reached. This cell did not run.",
  });
});

test("slot servers: a cell waits for a kernel that is about to end, and then starts another", async () => {
  const { kernels, slot, reach, starts } = made(
    () => {
      kernels.change({ ...ready, id: "new" });
      return Promise.resolve(kernels.get("new"));
    },
    { handover: 5000, disconnected: 5000 },
  );
  kernels.change(ready);
  kernels.change({ ...ready, state: "ending" });
  const needed = reach.ensure(slot, new AbortController().signal);
  await settle();
  assert.deepEqual(starts, []);
  kernels.change(ended(ready, "cancelled"));
  assert.equal((await needed).job, "new");
});

test("slot servers: a start is cancelled when no cell waits for it any more; the next cell starts another", async () => {
  const signals: AbortSignal[] = [];
  let end: (kernel: Kernel | undefined) => void = () => undefined;
  const { kernels, slot, reach } = made((signal) => {
    signals.push(signal);
    return new Promise((resolve) => (end = resolve));
  });
  const cells = [new AbortController(), new AbortController()];
  const [first, second] = cells.map(({ signal }) => reach.ensure(slot, signal));
  await settle();
  cells[0]?.abort();
  await assert.rejects(first ?? Promise.resolve(), /Interrupted/u);
  assert.equal(signals[0]?.aborted, false, "the other one waits for it");
  cells[1]?.abort();
  await assert.rejects(second ?? Promise.resolve(), /Interrupted/u);
  assert.equal(signals[0].aborted, true);

  const third = reach.ensure(slot, new AbortController().signal);
  await settle();
  assert.equal(signals.length, 1, "the cancelled one has not ended yet");
  end(undefined);
  await settle();
  assert.equal(signals.length, 2);
  kernels.change(ready);
  end(kernels.get(ready.id));
  assert.deepEqual(await third, target);
});

test("slot servers: a start by the command continues when a waiting cell is interrupted", async () => {
  const { slots, slot, reach, starts } = made(() => Promise.resolve(undefined));
  let over = false;
  void slots.startIn(slot, () => new Promise(() => undefined)).finally(() => (over = true));
  const cell = new AbortController();
  const needed = reach.ensure(slot, cell.signal);
  await settle();
  cell.abort();
  await assert.rejects(needed, /Interrupted/u);
  assert.deepEqual([starts, over], [[], false]);
});
