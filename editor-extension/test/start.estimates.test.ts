import assert from "node:assert/strict";
import { test } from "node:test";
import type { Estimate, KernelRequest } from "../src/protocol.js";
import { describeStart } from "../src/start/estimates.js";
import { createRig, createUsedRig, problem, resources, type Rig } from "./start.fixture.js";

const day = new Date(2026, 6, 29, 10, 0);

const whole: KernelRequest = { cpus: 8, timeLimitSeconds: 14_400, partition: "compute" };

const estimates: Estimate[] = [
  {
    change: "none",
    request: whole,
    outcome: "later",
    startsAt: new Date(Date.now() + 7_200_000).toISOString(),
  },
  { change: "fewer-cpus", request: { ...whole, cpus: 2 }, outcome: "now" },
  {
    change: "qos",
    request: { ...whole, cpus: 4, qos: "express" },
    outcome: "unknown",
    reason: "busy",
  },
];

/** compare answers "More Resources…" with 8 CPUs and 4 hours, and opens the comparison. */
async function compare(rig: Rig) {
  const starting = rig.starter.start();
  (await rig.window.quickPick()).pick("More Resources");
  (await rig.window.quickPick()).pick("compute");
  (await rig.window.inputBox()).answer("8");
  (await rig.window.inputBox()).answer("");
  (await rig.window.inputBox()).answer("4 h");
  (await rig.window.quickPick()).pick("scw1000");
  (await rig.window.quickPick()).pick("Compare start times");
  return { starting };
}

test("start: estimates are compared, and one of them is started", async () => {
  const rig = await createUsedRig();
  rig.answers.estimates = () => Promise.resolve({ estimates });
  const { starting } = await compare(rig);
  const pick = await rig.window.quickPick();
  assert.deepEqual(rig.asked.at(-1), {
    method: "cluster/estimates",
    params: { cluster: "sunbird", user: "a.b.person", request: { ...whole, account: "scw1000" } },
  });
  assert.deepEqual(pick.labels, ["8 CPUs, 32 GB, 4 h", "2 CPUs, 8 GB, 4 h", "4 CPUs, 16 GB, 4 h"]);
  assert.deepEqual(pick.items[1]?.description, "now");
  assert.match(pick.items[0]?.description ?? "", /^about .*\d\d:\d\d \(estimate\)$/);
  assert.deepEqual(
    pick.items.map(({ detail }) => detail),
    [
      "Sunbird, partition compute · as you chose",
      "Sunbird, partition compute",
      "Sunbird, partition compute, QOS express",
    ],
  );
  pick.pick("2 CPUs");
  await starting;
  assert.deepEqual(rig.started[0]?.request, { ...whole, cpus: 2, account: "scw1000" });
});

test("start: Back from the estimates keeps the choice, and the QOS of one is remembered", async () => {
  const rig = await createUsedRig();
  rig.answers.estimates = () => Promise.resolve({ estimates });
  const { starting } = await compare(rig);
  (await rig.window.quickPick()).press("Back");
  const last = await rig.window.quickPick();
  assert.equal(last.labels[0], "Start with 8 CPUs, 4 h");
  last.pick("Compare start times");
  const pick = await rig.window.quickPick();
  pick.pick("4 CPUs");
  await starting;
  const later = createRig(rig.state);
  const next = later.starter.start({ repeatLast: true });
  await next;
  assert.deepEqual(later.started[0]?.request, {
    ...whole,
    cpus: 4,
    qos: "express",
    account: "scw1000",
  });
});

test("start: what never starts cannot be chosen", async () => {
  const rig = await createUsedRig();
  const reason = "more than any node has";
  rig.answers.estimates = () =>
    Promise.resolve({
      estimates: [{ change: "none", request: whole, outcome: "never", reason }],
    });
  const { starting } = await compare(rig);
  const pick = await rig.window.quickPick();
  assert.equal(pick.items[0]?.description, "never: more than any node has");
  pick.pick("8 CPUs");
  (await rig.window.quickPick()).hide();
  assert.equal(await starting, undefined);
  assert.deepEqual(rig.started, []);
});

test("start: a failed question about start times is shown, and the choice stays", async () => {
  const rig = await createUsedRig();
  rig.answers.estimates = () => Promise.reject(problem("slurm.unreachable", "no answer"));
  const { starting } = await compare(rig);
  const last = await rig.window.quickPick();
  assert.equal(last.labels[0], "Start with 8 CPUs, 4 h");
  assert.deepEqual(rig.window.texts, [
    "Couldn't ask Sunbird when a kernel would start. No answer.",
  ]);
  last.hide();
  await starting;
});

test("describeStart: each outcome", () => {
  const estimate: Estimate = { change: "none", request: {}, outcome: "later" };
  const startsAt = new Date(2026, 6, 29, 14, 20).toISOString();
  assert.equal(describeStart({ ...estimate, startsAt }, day), "about 14:20 (estimate)");
  assert.equal(describeStart({ ...estimate, outcome: "now" }, day), "now");
  const unknown = { ...estimate, outcome: "unknown", reason: "its nodes are busy" } as const;
  assert.equal(describeStart(unknown, day), "not known: its nodes are busy");
});

test("start: a partition shows what is free in it, if that was asked just now", async () => {
  const rig = createRig();
  const free = { nodes: 2, cpus: 95, gpus: ["a100:3"] };
  const askedAt = new Date().toISOString();
  const [compute, gpu, ...rest] = resources.partitions;
  assert.ok(compute && gpu);
  const partitions = [{ ...compute, free }, { ...gpu, free: { nodes: 0, cpus: 0 } }, ...rest];
  const descriptions: string[][] = [];
  const ask = async (at: string) => {
    rig.answers.resources = () => Promise.resolve({ ...resources, partitions, askedAt: at });
    const starting = rig.starter.start();
    (await rig.window.quickPick()).pick("Change cluster");
    (await rig.window.quickPick()).pick("Refresh");
    (await rig.window.quickPick()).pick("More Resources");
    const pick = await rig.window.quickPick();
    descriptions.push(pick.items.map(({ description = "" }) => description));
    pick.hide();
    await starting;
  };
  const first = rig.starter.start();
  (await rig.window.quickPick("Start Sunbird kernel")).pick("Sunbird");
  (await rig.window.inputBox()).answer("a.b.person");
  (await rig.window.quickPick("Sunbird")).pick("scw1000");
  (await rig.window.quickPick("Sunbird")).hide();
  await first;
  await ask(askedAt);
  await ask(new Date(Date.now() - 600_000).toISOString());
  assert.deepEqual(descriptions, [
    [
      "default, free: 2 nodes, 95 CPUs, 3 GPUs (a100)",
      "no free CPUs",
      "",
      "starts no jobs now (DOWN)",
      "",
    ],
    ["default", "", "", "starts no jobs now (DOWN)", ""],
  ]);
});
