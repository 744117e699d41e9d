import assert from "node:assert/strict";
import { test } from "node:test";
import { createStartState, keys } from "../src/start/state.js";
import {
  createRig,
  createUsedRig,
  problem,
  type Rig,
  resources,
  sessionOf,
  later,
} from "./start.fixture.js";
import { MemoryStub } from "./stub/context.js";
import { until } from "./stub/until.js";

test("start: one at a time; a second one offers to wait or to show the first", async () => {
  const rig = await createUsedRig();
  const ends = later<{ session: ReturnType<typeof sessionOf> }>();
  rig.start = () => ends.promise;
  const first = rig.starter.start({ repeatLast: true });
  await until("a start", () => rig.started.length === 1);
  rig.window.answer = () => "Show Progress";
  assert.equal(await rig.starter.start(), undefined);
  assert.equal(rig.commands.executed.at(-1)?.id, "notifications.showList");
  rig.window.answer = () => "Wait for It";
  const second = rig.starter.startOn("sunbird", "a.b.person", {});
  await rig.window.message("A kernel is already starting.");
  ends.resolve({ session: sessionOf({ state: "ready" }) });
  assert.equal(await first, await second);
  assert.equal(rig.started.length, 1);
});

test("start: a window that has a kernel offers that kernel first", async () => {
  const rig = await createUsedRig();
  const kernel = { session: sessionOf({ state: "ready", node: "scs0151" }) };
  rig.own.push(kernel, { session: sessionOf({ id: "k0", state: "ending" }) });
  const using = rig.starter.start();
  const pick = await rig.window.quickPick("Start Sunbird kernel");
  assert.deepEqual(pick.labels, ["Use the kernel on scs0151", "Start another kernel…"]);
  assert.equal(pick.items[0]?.description, "1 CPU");
  pick.pick("Use the kernel");
  assert.equal(await using, kernel);
  const another = rig.starter.start();
  (await rig.window.quickPick("Start Sunbird kernel")).pick("another");
  (await rig.window.quickPick("Start a kernel on Sunbird")).pick("1 CPU");
  assert.equal((await another)?.session.id, "k1");
});

test("start: like an earlier one, whose values override the settings, without a question", async () => {
  const rig = createRig();
  rig.settings.request = { cpus: 2, environment: { modules: ["anaconda"] } };
  await rig.starter.startOn("own", undefined, { cpus: 4, environment: { conda: "course" } });
  await rig.starter.startOn("login.example", "alice", {});
  assert.deepEqual(rig.started[0], {
    cluster: "own",
    user: "bob",
    request: { cpus: 4, environment: { modules: ["anaconda"], conda: "course" } },
  });
  assert.deepEqual([rig.started[1]?.cluster, rig.started[1]?.user], ["@login.example", "alice"]);
  assert.equal(rig.window.quickPicks.length + rig.window.inputBoxes.length, 0);
});

/** fail makes the next start fail with a problem, and the user press a button. */
function fail(rig: Rig, code: string, message: string, button?: string): void {
  const succeed = rig.start;
  rig.start = () => {
    rig.start = succeed;
    return Promise.reject(problem(code, message));
  };
  rig.window.answer = () => button;
}

test("start: a request that Slurm refuses can be changed, with its values kept", async () => {
  const rig = await createUsedRig();
  await createStartState(rig.state, rig.state).setLast(
    { site: { cluster: "sunbird" }, user: "a.b.person" },
    { cpus: 40, timeLimitSeconds: 7200 },
  );
  fail(rig, "slurm.rejected", "More CPUs than are there", "Choose Again…");
  const starting = rig.starter.start({ repeatLast: true });
  (await rig.window.quickPick()).pick("s_highmem_cdt");
  assert.deepEqual(rig.asked.at(-1)?.method, "cluster/resources", "the limits may have changed");
  const cpus = await rig.window.inputBox();
  assert.equal(cpus.value, "40");
  cpus.answer("4");
  (await rig.window.inputBox()).accept();
  (await rig.window.inputBox()).accept();
  (await rig.window.quickPick()).pick("scw1000");
  (await rig.window.quickPick()).pick("Start with 4 CPUs, 2 h");
  assert.ok(await starting);
  assert.deepEqual(rig.window.texts, [
    "Couldn't start a kernel on Sunbird. More CPUs than are there.",
  ]);
});

test("start: an account is asked for if the site requires one", async () => {
  const rig = createRig();
  rig.answers.resources = () => Promise.resolve({ ...resources, accounts: [] });
  rig.settings.presets = [{ name: "Old", request: { account: "scw0" } }];
  fail(rig, "slurm.rejected", "Invalid account", "Choose an Account…");
  const starting = rig.starter.start();
  (await rig.window.quickPick()).pick("Sunbird");
  (await rig.window.inputBox()).answer("a.b.person");
  (await rig.window.quickPick()).pick("Old");
  const box = await rig.window.inputBox("Start a kernel on Sunbird");
  assert.deepEqual(rig.window.messages[0]?.buttons, [
    "Choose an Account…",
    "Choose Again…",
    "Show Log",
  ]);
  box.answer("scw9");
  assert.ok(await starting);
  assert.deepEqual(rig.started[1]?.request, { account: "scw9" });
  const next = createRig(rig.state);
  await next.starter.start({ repeatLast: true });
  assert.deepEqual(next.started[0]?.request, { account: "scw9" });
});

test("start: each problem has the button that helps", async () => {
  const rig = await createUsedRig();
  for (const [code, ...buttons] of [
    ["ssh.timeout", "Check Connection", "Try Again"],
    ["ssh.host-unknown", "Check Connection", "Change Cluster or User…"],
    ["job.jupyter-missing", "Choose Environment…", "Open Settings"],
    ["job.environment-failed", "Choose Environment…", "Open Settings"],
    ["job.workdir-missing", "Open Settings"],
    ["cluster.unknown", "Change Cluster or User…"],
    ["slurm.unreachable", "Try Again"],
    ["ended.out-of-memory", "Start with 8 GB"],
    ["internal"],
  ] as const) {
    rig.window.messages.length = 0;
    fail(rig, code, "Oh");
    assert.equal(await rig.starter.start({ repeatLast: true }), undefined);
    assert.deepEqual(rig.window.messages[0]?.buttons, [...buttons, "Show Log"], code);
  }
});

test("start: the buttons do what they say", async () => {
  const rig = await createUsedRig();
  fail(rig, "ssh.timeout", "No answer", "Check Connection");
  await rig.starter.start({ repeatLast: true });
  assert.equal(rig.commands.executed.at(-1)?.id, "sunpyter.check");
  fail(rig, "job.jupyter-missing", "No Jupyter", "Open Settings");
  await rig.starter.start({ repeatLast: true });
  assert.deepEqual(rig.commands.executed.at(-1), {
    id: "workbench.action.openSettings",
    args: ["sunpyter.modules"],
  });
  fail(rig, "slurm.unreachable", "No answer", "Try Again");
  assert.ok(await rig.starter.start({ repeatLast: true }));
  fail(rig, "ended.out-of-memory", "Too much", "Start with 8 GB");
  assert.ok(await rig.starter.start({ repeatLast: true }));
  assert.equal(rig.started.at(-1)?.request.memoryMiB, 8192);
});

test("start: a dismissed question is not an error", async () => {
  const rig = await createUsedRig();
  fail(rig, "prompt.unanswered", "No answer");
  await rig.starter.start({ repeatLast: true });
  assert.deepEqual(
    rig.window.messages.map(({ kind, text }) => `${kind}: ${text}`),
    ["information: Kernel not started on Sunbird: sign-in was cancelled."],
  );
});

test("start: while an error waits to be answered, a new start can begin", async () => {
  const rig = await createUsedRig();
  fail(rig, "slurm.unreachable", "No answer");
  const answer = later<string | undefined>();
  rig.window.answer = () => answer.promise;
  const first = rig.starter.start({ repeatLast: true });
  await rig.window.message("No answer");
  assert.ok(await rig.starter.start({ repeatLast: true }));
  answer.resolve(undefined);
  assert.equal(await first, undefined);
});

test("start: an unreadable state is ignored", async () => {
  const state = new MemoryStub();
  for (const key of Object.values(keys)) await state.update(key, [{ name: 7 }, "x", null]);
  const memory = createStartState(state, state);
  const at = { site: { cluster: "sunbird" }, user: "" };
  assert.deepEqual(
    [memory.cluster(), memory.user("sunbird"), memory.charge(at), memory.resources(at)],
    [undefined, undefined, undefined, undefined],
  );
  assert.deepEqual([memory.last(at), memory.presets()], [undefined, []]);
  await state.update(keys.last, { "@sunbird": { cpus: "4", timeLimitSeconds: 60, extra: 1 } });
  assert.deepEqual(memory.last(at), { timeLimitSeconds: 60 });
  await state.update(keys.resources, {
    "@sunbird": { title: "S", partitions: [{}], accounts: [] },
  });
  assert.equal(memory.resources(at), undefined);
});
