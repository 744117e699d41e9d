import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "../src/protocol.js";
import { describeStage } from "../src/start/progress.js";
import { formatClock } from "../src/text/units.js";
import { createUsedRig, later, problem, type Rig, sessionOf } from "./start.fixture.js";
import { settle, until } from "./stub/until.js";

const now = new Date("2026-03-02T09:00:00Z");
const words = (change: Partial<Session>, since = now): string =>
  describeStage(sessionOf({ jobId: "4711", ...change }), since, now);

test("start: each stage has its text", () => {
  assert.equal(words({ state: "connecting" }), "Connecting to sunbird.swansea.ac.uk…");
  assert.equal(words({ state: "submitting" }), "Asking Slurm for a compute node…");
  assert.equal(words({ state: "pending" }), "Job 4711 is in the queue.");
  assert.equal(words({ state: "starting", node: "scs0151" }), "Starting Jupyter on scs0151…");
  assert.equal(words({ state: "ending" }), "Stopping…");
});

test("start: a wait has its reason, the estimate, the advice, and its length", () => {
  const pending = {
    reason: "Priority",
    message: "other jobs in the queue come first",
    advice: "Ask for less time",
    estimatedStart: "2026-03-02T09:12:00Z",
  };
  const at = formatClock(new Date(pending.estimatedStart), now);
  assert.equal(
    words({ state: "pending", pending }, new Date("2026-03-02T08:56:30Z")),
    "Job 4711 is waiting. Other jobs in the queue come first. " +
      `Probably starts at ${at}, in 12 min. Ask for less time. (3 min so far)`,
  );
  const behind = { ...pending, estimatedStart: "", jobsAhead: 12 };
  assert.equal(
    words({ state: "pending", pending: behind }),
    "Job 4711 is waiting. Other jobs in the queue come first. " +
      "There are 12 ahead of it in its partition. Ask for less time.",
  );
  const passed = { ...pending, estimatedStart: "2026-03-02T08:00:00Z" };
  assert.equal(
    words({ state: "pending", pending: passed }, new Date("2026-03-02T08:59:30Z")),
    "Job 4711 is waiting. Other jobs in the queue come first. Ask for less time.",
  );
});

test("start: a notice replaces the stage", () => {
  const notice = "Slurm's controller does not answer now";
  assert.equal(words({ state: "starting", notice }), `${notice}.`);
});

/** begin starts the usual kernel; its end is the test's to decide. */
async function begin(rig: Rig) {
  const ends = later<{ session: Session }>();
  rig.start = () => ends.promise;
  const starting = rig.starter.start({ repeatLast: true });
  const progress = await until("progress", () => rig.window.progresses[0]);
  const change = (session: Session, before?: Session): void =>
    rig.changes.fire({ kernel: { session }, ...(before ? { previous: before } : {}) });
  return { ends, starting, progress, change };
}

test("start: the notification follows the kernel that begins, and no other", async () => {
  const rig = await createUsedRig();
  const { ends, starting, progress, change } = await begin(rig);
  assert.equal(progress.options.title, "Starting a kernel on Sunbird");
  assert.equal(progress.options.cancellable, true);
  change(sessionOf({ id: "other", state: "ready" }));
  change(sessionOf(), undefined);
  change(sessionOf({ id: "other", state: "ending" }), sessionOf({ id: "other" }));
  change(sessionOf({ state: "starting", node: "scs0151" }), sessionOf());
  ends.resolve({ session: sessionOf({ state: "ready" }) });
  assert.ok(await starting);
  assert.deepEqual(
    progress.reports.map(({ message }) => message),
    ["Connecting…", "Connecting to sunbird.swansea.ac.uk…", "Starting Jupyter on scs0151…"],
  );
  assert.equal(rig.changes.listeners, 0);
});

test("start: Cancel says that nothing is left", async () => {
  const rig = await createUsedRig();
  const { ends, starting, progress } = await begin(rig);
  progress.cancel();
  ends.reject(problem("cancelled", "Cancelled"));
  assert.equal(await starting, undefined);
  assert.deepEqual(rig.window.texts, ["Cancelled. Nothing is left on Sunbird."]);
});

test("start: a kernel that is ready just after Cancel is stopped", async () => {
  const rig = await createUsedRig();
  const { ends, starting, progress } = await begin(rig);
  progress.cancel();
  ends.resolve({ session: sessionOf({ state: "ready" }) });
  assert.equal(await starting, undefined);
  assert.deepEqual(rig.stopped, ["k1"]);
  assert.deepEqual(rig.window.texts, ["Cancelled. Nothing is left on Sunbird."]);
});

test("start: a cancel that Slurm did not confirm says when the job ends by itself", async () => {
  const rig = await createUsedRig();
  const { ends, starting, progress, change } = await begin(rig);
  change(sessionOf({ graceSeconds: 600 }));
  progress.cancel();
  ends.reject(problem("release.unconfirmed", "Slurm does not answer"));
  assert.equal(await starting, undefined);
  assert.deepEqual(rig.window.texts, [
    "Cancelled, but Sunbird has not confirmed it. " + "Any remaining job stops within 10 min.",
  ]);
});

test("start: a kernel that was stopped elsewhere is reported there", async () => {
  const rig = await createUsedRig();
  const { ends, starting } = await begin(rig);
  ends.reject(problem("cancelled", "Cancelled"));
  assert.equal(await starting, undefined);
  await settle();
  assert.deepEqual(rig.window.texts, []);
});
