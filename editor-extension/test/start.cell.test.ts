import assert from "node:assert/strict";
import { test } from "node:test";
import type { CellStart } from "../src/start/starter.js";
import { createStartState } from "../src/start/state.js";
import { createUsedRig, later, problem, sessionOf } from "./start.fixture.js";
import { until } from "./stub/until.js";

const cell: CellStart = {
  cluster: "sunbird",
  ask: true,
  change: {},
  why: "",
  signal: new AbortController().signal,
  launchInSlot: (_site, launch) => launch(),
};

test("start for a cell: one question, with the size that was used last", async () => {
  const rig = await createUsedRig();
  await createStartState(rig.state, rig.state).setLast(
    { site: { cluster: "sunbird" }, user: "a.b.person" },
    { cpus: 4, timeLimitSeconds: 7200 },
  );
  rig.window.answer = ({ modal }) => (modal ? "Start" : undefined);
  const kernel = await rig.starter.startForCell({ ...cell, why: "The last one ended." });
  assert.equal(kernel?.session.id, "k1");
  assert.match(rig.window.texts[0] ?? "", /^Start a kernel on Sunbird\? 4 CPUs, 2 h$/u);
  assert.match(
    rig.window.messages[0]?.detail ?? "",
    /^The last one ended\.\n\nSunbird, partition/u,
  );
  assert.deepEqual(rig.window.messages[0]?.buttons, ["Start", "More Resources…"]);
  assert.equal(rig.started[0]?.request.cpus, 4);
});

test("start for a cell: cancelled, nothing is started; never asked, it starts at once", async () => {
  const rig = await createUsedRig();
  assert.equal(await rig.starter.startForCell(cell), undefined);
  assert.equal(rig.started.length, 0);
  await rig.starter.startForCell({ ...cell, ask: false, change: { memoryMiB: 8192 } });
  assert.equal(rig.started[0]?.request.memoryMiB, 8192);
  assert.equal(rig.window.messages.filter(({ modal }) => modal).length, 1);
});

test("start for a cell: more resources is the list of sizes", async () => {
  const rig = await createUsedRig();
  rig.window.answer = ({ modal }) => (modal ? "More Resources…" : undefined);
  const starting = rig.starter.startForCell(cell);
  (await rig.window.quickPick("Start a kernel on Sunbird")).pick("1 CPU");
  assert.equal((await starting)?.session.id, "k1");
});

test("start for a cell: it waits for a start that is under way", async () => {
  const rig = await createUsedRig();
  const ends = later<{ session: ReturnType<typeof sessionOf> }>();
  rig.start = () => ends.promise;
  const first = rig.starter.start({ repeatLast: true });
  await until("a start", () => rig.started.length === 1);
  const second = rig.starter.startForCell({ ...cell, ask: false });
  ends.resolve({ session: sessionOf({ state: "ready" }) });
  await first;
  await second;
  assert.equal(rig.started.length, 2);
});

test("start for a cell: a failure is the cell's at once, and its message has the usual buttons", async () => {
  const rig = await createUsedRig();
  rig.start = () => Promise.reject(problem("ssh.unreachable", "no answer"));
  await assert.rejects(rig.starter.startForCell({ ...cell, ask: false }), /no answer/u);
  await rig.window.message("Couldn't start a kernel on Sunbird. No answer.");
});

test("start for a cell: the start ends with the cell that is interrupted", async () => {
  const rig = await createUsedRig();
  const cancel = new AbortController();
  rig.start = (_params, doing) =>
    new Promise((_resolve, reject) =>
      doing?.token?.onCancellationRequested(() => reject(problem("cancelled", "cancelled"))),
    );
  const starting = rig.starter.startForCell({ ...cell, ask: false, signal: cancel.signal });
  await until("a start", () => rig.started.length === 1);
  cancel.abort();
  assert.equal(await starting, undefined);
  await rig.window.message("Cancelled. Nothing is left on Sunbird.");

  const again = rig.starter.startForCell({ ...cell, signal: cancel.signal });
  assert.equal(await again, undefined);
  assert.equal(rig.window.messages.filter(({ modal }) => modal).length, 0, "nothing is asked");
});
