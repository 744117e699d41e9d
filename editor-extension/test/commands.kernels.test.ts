import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "../src/protocol.js";
import { made, problem } from "./commands.fixture.js";
import { ended, FakeKernels, ready } from "./fakes/kernels.js";
import { FakeServer } from "./fakes/server.js";
import { settle } from "./stub/until.js";

test("kernels: another window's kernel is stopped only when the user is sure", async () => {
  for (const [sure, stopped] of [
    [undefined, []],
    ["Stop Kernel", ["e"]],
  ] as const) {
    const kernels = new FakeKernels();
    kernels.elsewhere = [{ ...ready, id: "e", owned: false }];
    const { run, window } = made({ kernels });
    window.answer = ({ modal }) => (modal ? sure : undefined);
    const done = run("kernels");
    await settle();
    (await window.quickPick("Kernels")).pressOn("scs0151", "Stop");
    await done;
    assert.equal(window.messages[0]?.modal, true);
    assert.deepEqual(kernels.stopped, stopped);
  }
});

const job: Session = {
  ...ready,
  id: "j",
  jobId: "6000",
  node: "scs0153",
  owned: false,
  remote: true,
};

test("kernels: another computer's is taken over only when the user is sure", async () => {
  for (const [sure, taken] of [
    [undefined, []],
    ["Move Kernel to This Window", ["j"]],
  ] as const) {
    const kernels = new FakeKernels();
    kernels.onCluster = [job];
    const { run, window, chosen } = made({ kernels });
    window.answer = ({ modal }) => (modal ? sure : undefined);
    const done = run("kernels");
    await settle();
    (await window.quickPick("Kernels")).pick("Find my other kernels");
    await settle();
    (await window.quickPick("Kernels")).pressOn("scs0153", "Move Kernel to This Window");
    await done;
    assert.equal(window.texts[0], "Move the kernel on Sunbird scs0153 to this window?");
    assert.match(window.messages[0]?.detail ?? "", /That computer loses it/);
    assert.deepEqual([kernels.taken, chosen], [taken, taken]);
  }
});

test("kernels: one that only the cluster knows is stopped by its job", async () => {
  const server = new FakeServer({
    "kernel/stop": () => ({ released: [{ jobId: "6000", outcome: "released" }] }),
  });
  const kernels = new FakeKernels();
  kernels.onCluster = [job];
  const { run, window } = made({ kernels, server });
  window.answer = ({ modal }) => (modal ? "Stop Kernel" : undefined);
  const done = run("kernels");
  await settle();
  (await window.quickPick("Kernels")).pick("Find my other kernels");
  await settle();
  (await window.quickPick("Kernels")).pressOn("scs0153", "Stop");
  await done;
  assert.deepEqual(kernels.looked, [{ cluster: "sunbird", user: "alice" }]);
  assert.deepEqual(server.asked, [
    { method: "kernel/stop", params: { cluster: "sunbird", user: "alice", jobId: "6000" } },
  ]);
});

test("kernels: another window's kernel is taken over and selected in the notebook", async () => {
  const kernels = new FakeKernels();
  kernels.elsewhere = [{ ...ready, id: "e", owned: false }];
  const { run, window, chosen } = made({ kernels });
  const done = run("kernels");
  await settle();
  (await window.quickPick("Kernels")).pressOn("scs0151", "Move Kernel to This Window");
  await done;
  assert.deepEqual([kernels.taken, chosen], [["e"], ["e"]]);
  assert.match(window.texts[0] ?? "", /This window uses the kernel on scs0151 now/);
});

test("kernels: of one that ended the whole cause is shown, and another like it offered", async () => {
  const kernels = new FakeKernels();
  const over = {
    ...ended(ready, "ended.failed", "it broke: ask the site"),
    endedAt: "2026-03-02T12:00:00Z",
  };
  kernels.over = [over];
  const { run, window, startedOn } = made({ kernels });
  window.answer = ({ modal }) => (modal ? "Start Again" : undefined);
  const done = run("kernels");
  await settle();
  (await window.quickPick("Kernels")).pick("scs0151");
  await done;
  assert.match(window.texts[0] ?? "", /^The kernel on Sunbird scs0151 ended at .*\d\d:00$/);
  assert.equal(
    window.messages[0]?.detail,
    "it broke: ask the site\n\nIt had 1 CPU, 4 GB, job 4711.",
  );
  assert.equal(startedOn[0]?.request.memoryMiB, 4096);
});

/** connecting is a kernel whose connection waits for the user, and its row pressed. */
async function connecting(reconnecting: (kernels: FakeKernels) => Promise<void>) {
  const kernels = new FakeKernels({ ...ready, state: "disconnected", needsUserAction: true });
  kernels.reconnecting = () => reconnecting(kernels);
  const { run, window } = made({ kernels });
  const answers = ["Try Again"];
  window.answer = () => answers.pop();
  const done = run("kernels");
  await settle();
  (await window.quickPick("Kernels")).pressOn("scs0151", "Reconnect");
  await done;
  return { kernels, window };
}

test("reconnect: with the user's help, and failures are shown", async () => {
  const well = await connecting(() => Promise.resolve());
  assert.deepEqual([well.kernels.reconnected, well.window.texts], [[ready.id], []]);
  assert.equal(well.window.progresses[0]?.options.title, "Reconnecting to scs0151…");

  const failed = await connecting(() => Promise.reject(problem("ssh.auth-refused")));
  assert.match(failed.window.texts[0] ?? "", /Couldn't reconnect to scs0151. It broke\./);
  assert.deepEqual(failed.window.messages[0]?.buttons, ["Try Again", "Show Log"]);

  const cancelled = await connecting(() => Promise.reject(problem("cancelled")));
  assert.match(cancelled.window.texts[0] ?? "", /^Cancelled\. The kernel on scs0151 is unchanged/);

  const over = await connecting((kernels) => {
    kernels.change(ended(ready, "ended.node-failed"));
    return Promise.reject(problem("ended.node-failed"));
  });
  assert.deepEqual(over.window.texts, []); // its end is reported like every other
});
