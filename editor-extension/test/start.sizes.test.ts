import assert from "node:assert/strict";
import { test } from "node:test";
import { describeSizeOn } from "../src/start/plan.js";
import { rememberEnough } from "../src/start/enough.js";
import { createStartState } from "../src/start/state.js";
import type { StartTarget } from "../src/start/types.js";
import { FakeClock } from "./fakes/clock.js";
import { ended, FakeKernels, ready } from "./fakes/kernels.js";
import { createRig, createUsedRig, problem, resources, type Rig } from "./start.fixture.js";

async function sizes(rig: Rig) {
  const starting = rig.starter.start();
  return { starting, pick: await rig.window.quickPick("Start a kernel on Sunbird") };
}

test("start: the default size comes first, and says where it runs", async () => {
  const rig = await createUsedRig();
  const { starting, pick } = await sizes(rig);
  assert.deepEqual(pick.labels, [
    "1 CPU, 4 h",
    "More Resources…",
    "Environment…",
    "Change cluster, account or partition…",
  ]);
  const [usual] = pick.items;
  assert.deepEqual(
    [usual?.description, usual?.detail],
    [
      "enough for most notebooks",
      "Sunbird, partition s_highmem_cdt, account scw1000 · a node has 40 CPUs, shared with others",
    ],
  );
  pick.hide();
  assert.equal(await starting, undefined);
  assert.deepEqual(rig.window.texts, [], "Escape is answered quietly");
  assert.deepEqual(rig.window.statusMessages, ["No kernel was started."]);
});

test("start: a size has the memory that its partition gives by default, by CPU or by node", async () => {
  const rig = await createUsedRig();
  rig.settings.request = { partition: "compute", cpus: 4 };
  const { starting, pick } = await sizes(rig);
  assert.equal(pick.labels[0], "4 CPUs, 16 GB, 4 h");
  pick.hide();
  await starting;
  const whole = { name: "whole", default: false, up: true, defaultMemoryMiBPerNode: 8192 };
  const site = { cluster: "sunbird", title: "Sunbird", request: {}, sshHost: false, profile: true };
  const target: StartTarget = {
    site,
    user: "a.b.person",
    charge: {},
    resources: { ...resources, partitions: [...resources.partitions, whole] },
  };
  for (const [partition, wanted] of [
    ["whole", "4 CPUs, 8 GB"],
    ["s_highmem_cdt", "4 CPUs"],
  ] as const) {
    assert.equal(describeSizeOn(target, { cpus: 4, partition }), wanted);
  }
});

test("start: the default size is that of the settings", async () => {
  const rig = await createUsedRig();
  rig.settings.request = { cpus: 2, memoryMiB: 8192, timeLimitSeconds: 5400, account: "scw2000" };
  const { starting, pick } = await sizes(rig);
  assert.equal(pick.labels[0], "2 CPUs, 8 GB, 90 min");
  pick.pick("2 CPUs");
  await starting;
  assert.deepEqual(rig.started[0]?.request, rig.settings.request, "the settings' account counts");
});

test("start: what would have been enough for the last kernel is offered, until one needs what it has", async () => {
  const rig = await createUsedRig();
  const state = createStartState(rig.state, rig.state);
  const at = { site: { cluster: "sunbird" }, user: "a.b.person" };
  await state.setLast(at, { cpus: 8, memoryMiB: 16_384, partition: "compute" });
  const kernels = new FakeKernels();
  const clock = new FakeClock("2026-03-02T10:00:00Z");
  const remembering = rememberEnough({ kernels, state, clock });
  const use = { cpuPercent: 1, mostCpuPercent: 37, memoryMiB: 100, mostMemoryMiB: 3174 };
  const ran = { ...ready, user: at.user, cpus: 8, startedAt: "2026-03-02T09:40:00Z" };
  const teaches = { ...use, enoughCpus: 1, enoughMemoryMiB: 4096 };
  kernels.change({ ...ran, use: teaches });
  assert.equal(state.enough(at), undefined, "not before it has ended");
  kernels.change(ended({ ...ran, use: teaches }, "cancelled"));
  const { starting, pick } = await sizes(rig);
  assert.equal(pick.labels[2], "Enough last time: 1 CPU, 4 GB, 4 h");
  pick.pick("Enough last time");
  await starting;
  const { cpus, memoryMiB, partition } = rig.started[0]?.request ?? {};
  assert.deepEqual([cpus, memoryMiB, partition], [1, 4096, "compute"]);
  kernels.change(ended({ ...ran, id: "k2", use, startedAt: "2026-03-02T09:55:00Z" }, "cancelled"));
  assert.notEqual(state.enough(at), undefined, "it ran too short to say");
  kernels.change(ended({ ...ran, id: "k3", use }, "cancelled"));
  assert.equal(state.enough(at), undefined);
  remembering.dispose();
});

test("start: a later setting takes precedence over an earlier choice", async () => {
  const rig = await createUsedRig();
  await createStartState(rig.state, rig.state).setCharge(
    { site: { cluster: "sunbird" }, user: "a.b.person" },
    { account: "scw1000", partition: "compute" },
  );
  rig.settings.request = { partition: "gpu" };
  await rig.starter.start({ repeatLast: true });
  assert.deepEqual(rig.started[0]?.request, { partition: "gpu", account: "scw1000" });
});

test("start: presets of the settings and saved ones; a saved one can be removed", async () => {
  const rig = await createUsedRig();
  rig.settings.presets = [{ name: "Big", request: { cpus: 8, memoryMiB: 65_536 } }];
  await rig.state.update("sunpyter.start.presets.v1", [
    { name: "Mine", cluster: "sunbird", request: { cpus: 4, timeLimitSeconds: 7200 } },
    { name: "Broken", request: "no" },
  ]);
  const { starting, pick } = await sizes(rig);
  assert.deepEqual(pick.labels.slice(1, 3), ["Big", "Mine"]);
  assert.equal(pick.row("Big").description, "8 CPUs, 64 GB, 4 h");
  assert.equal(pick.row("Big").buttons?.length, 0);
  pick.pressOn("Mine", "Remove");
  while (pick.busy) await new Promise(setImmediate);
  assert.ok(!pick.labels.includes("Mine"));
  pick.pick("Big");
  await starting;
  assert.deepEqual(rig.started[0]?.request, { cpus: 8, memoryMiB: 65_536, account: "scw1000" });

  const next = await sizes(createRigOn(rig));
  assert.equal(next.pick.labels[1], "Last used: 8 CPUs, 64 GB, 4 h");
  next.pick.hide();
  await next.starting;
});

test("start: a preset of another cluster starts there", async () => {
  const rig = await createUsedRig();
  rig.settings.presets = [{ name: "There", cluster: "own", request: { cpus: 2 } }];
  const { starting, pick } = await sizes(rig);
  assert.equal(pick.row("There").detail, "On own");
  pick.pick("There");
  (await rig.window.quickPick()).pick("scw1000");
  (await rig.window.quickPick()).pick("compute");
  await starting;
  assert.deepEqual(rig.started, [
    {
      cluster: "own",
      user: "bob",
      request: { account: "scw1000", partition: "compute", cpus: 2 },
    },
  ]);
});

test("start: account and partition can be changed, typed too, and the change is remembered", async () => {
  const rig = await createUsedRig();
  const { starting, pick } = await sizes(rig);
  pick.pick("Change cluster");
  const what = await rig.window.quickPick();
  assert.equal(what.row("Account").description, "scw1000");
  what.pick("Account");
  (await rig.window.quickPick()).pick("Other…");
  (await rig.window.inputBox()).answer("scw3000");
  const again = await rig.window.quickPick();
  assert.match(again.items[0]?.detail ?? "", /account scw3000/);
  again.pick("1 CPU");
  await starting;
  assert.deepEqual(rig.started[0]?.request, { account: "scw3000" });

  const later = createRigOn(rig);
  await later.starter.start({ repeatLast: true });
  assert.deepEqual(later.started[0]?.request, { account: "scw3000" });
});

test("start: the cluster can be asked again what may be used", async () => {
  const rig = await createUsedRig();
  const { starting, pick } = await sizes(rig);
  pick.pick("Change cluster");
  (await rig.window.quickPick()).pick("Refresh accounts");
  const again = await rig.window.quickPick("Start a kernel on Sunbird");
  assert.equal(rig.asked.at(-1)?.method, "cluster/resources");
  rig.answers.resources = () => Promise.reject(problem("cancelled", "Cancelled"));
  again.pick("Change cluster");
  (await rig.window.quickPick()).pick("Refresh accounts");
  (await rig.window.quickPick("Start a kernel on Sunbird")).pick("1 CPU");
  assert.ok(await starting, "who cancels that goes on with what is known");
});

/** createRigOn is the next window of the same user. */
function createRigOn(rig: Rig): Rig {
  return createRig(rig.state);
}
