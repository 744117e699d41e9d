import assert from "node:assert/strict";
import { test } from "node:test";
import type { Kernel } from "../src/kernels/types.js";
import type { Session } from "../src/protocol.js";
import { createUsedRig, later, type Later, problem, sessionOf } from "./start.fixture.js";
import { settle, until } from "./stub/until.js";

const startThat = "Start That Instead";

const smaller = { cpus: 10, timeLimitSeconds: 3600 };

const waiting = sessionOf({
  state: "pending",
  jobId: "1",
  pending: { reason: "Priority", message: "others come first", smaller },
});

/** begin starts a kernel that waits; each start's end is the test's to decide. */
async function begin() {
  const rig = await createUsedRig();
  const answered = later<string | undefined>();
  rig.window.answer = ({ buttons }) => (buttons.includes(startThat) ? answered.promise : undefined);
  const starts: Later<Kernel>[] = [];
  rig.start = () => {
    const one = later<Kernel>();
    starts.push(one);
    return one.promise;
  };
  const starting = rig.starter.start({ repeatLast: true });
  const progress = await until("progress", () => rig.window.progresses[0]);
  const change = (session: Session, before?: Session): void => {
    rig.changes.fire({ kernel: { session }, ...(before ? { previous: before } : {}) });
  };
  change(sessionOf());
  change(waiting, sessionOf());
  const offer = await until("the offer", () => rig.window.messages[0]);
  const end = (at: number): Later<Kernel> => {
    const one = starts[at];
    assert.ok(one, `start ${at}`);
    return one;
  };
  const click = (): void => {
    answered.resolve(startThat);
  };
  return { rig, starting, progress, change, offer, click, end };
}

test("start: a smaller kernel that would start now is offered once, and replaces the waiting one", async () => {
  const { rig, starting, progress, change, offer, click, end } = await begin();
  assert.equal(
    offer.text,
    "10 CPUs, 1 h would start now on Sunbird. " +
      "Your job keeps its place in the queue until the smaller one runs.",
  );
  change({ ...waiting, jobId: "1" }, waiting);
  assert.equal(rig.window.messages.length, 1);
  click();
  await until("the second start", () => rig.started[1]);
  const [first, second] = rig.started;
  assert.deepEqual(second, {
    ...first,
    request: { ...first?.request, ...smaller },
    replaces: "k1",
  });
  const small = sessionOf({ id: "k2" });
  change(small);
  change({ ...small, state: "starting", node: "scs0151" }, small);
  change({ ...waiting, state: "ending" }, waiting);
  end(0).reject(problem("cancelled", "stopped"));
  await settle();
  end(1).resolve({ session: { ...small, state: "ready" } });
  assert.equal((await starting)?.session.id, "k2");
  assert.deepEqual(progress.reports.map(({ message }) => message).slice(-2), [
    "Job 1 is waiting. Others come first.",
    "Starting Jupyter on scs0151…",
  ]);
  assert.equal(rig.window.messages.length, 1);
});

test("start: the waiting kernel stays if it starts first, or the smaller one is refused", async () => {
  const { rig, starting, click, end } = await begin();
  click();
  await until("the second start", () => rig.started[1]);
  end(1).reject(problem("slurm.rejected", "no"));
  const message = await until("a message", () => rig.window.messages[1]);
  assert.match(message.text, /^Couldn't start the smaller kernel\. No\.$/);
  end(0).resolve({ session: { ...waiting, state: "ready" } });
  assert.equal((await starting)?.session.id, "k1");
});

test("start: an offer that is answered too late starts nothing", async () => {
  const { rig, starting, click, end } = await begin();
  end(0).resolve({ session: { ...waiting, state: "ready" } });
  await starting;
  click();
  await settle();
  assert.equal(rig.started.length, 1);
});

test("start: Cancel cancels both", async () => {
  const { rig, starting, progress, click, end } = await begin();
  click();
  await until("the second start", () => rig.started[1]);
  progress.cancel();
  end(0).reject(problem("cancelled", "cancelled"));
  end(1).reject(problem("cancelled", "cancelled"));
  assert.equal(await starting, undefined);
  assert.equal(rig.window.messages.at(-1)?.text, "Cancelled. Nothing is left on Sunbird.");
});
