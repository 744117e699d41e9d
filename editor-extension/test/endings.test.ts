import assert from "node:assert/strict";
import { test } from "node:test";
import type { KernelRequest, Session } from "../src/protocol.js";
import { createConnectionNotices } from "../src/ui/connection.js";
import { createEndings } from "../src/ui/endings.js";
import { FakeClock } from "./fakes/clock.js";
import { ended, FakeKernels, pending, ready } from "./fakes/kernels.js";
import { settle } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

function made(used = false) {
  const stub = createStub();
  const kernels = new FakeKernels(ready);
  const again: KernelRequest[] = [];
  const endings = createEndings(stub.vscode, {
    kernels,
    slots: { slotOfKernel: () => ({ id: "sunbird", cluster: "sunbird", label: "Sunbird" }) },
    jupyter: { isUsed: () => used },
    restartKernel: (_like, change) => {
      again.push(change);
      return Promise.resolve();
    },
  });
  return { ...stub, kernels, again, endings };
}

test("endings: each cause has its text, with what happens next", async () => {
  const rows: [string, RegExp, string | undefined, KernelRequest?][] = [
    [
      "ended.time-limit",
      /limit of 4 h/,
      "Start Again with More Time",
      { timeLimitSeconds: 28_800 },
    ],
    ["ended.out-of-memory", /more than its 4 GB of memory/, "Start Again", {}],
    ["ended.idle", /no cell had run for 1 h/, "Start Again", {}],
    ["ended.node-failed", /scs0151 failed/, "Start Again", {}],
    ["ended.preempted", /higher-priority job/, "Start Again", {}],
    ["ended.cancelled", /job 4711 was cancelled/, "Start Again", {}],
    ["ended.no-sign-of-owner", /for 15 min/, "Start Again", {}],
    ["ended.failed", /as it happened/, "Start Again", {}],
    ["ended.taken-over", /Another window/, undefined],
    ["ended.stopped-elsewhere", /from another window/, undefined],
  ];
  for (const [code, text, button, change] of rows) {
    const { window, kernels, again } = made();
    window.answer = () => button;
    kernels.change(ended(ready, code));
    await settle();
    assert.equal(window.messages.length, 1, code);
    assert.match(window.texts[0] ?? "", text);
    assert.equal(window.messages[0]?.buttons[0], button);
    assert.deepEqual(again, change ? [change] : [], code);
  }
});

test("endings: what the user stopped, and what never ran, is reported elsewhere", () => {
  const { window, kernels } = made();
  kernels.change(ended(ready, "cancelled"));
  kernels.change(pending);
  kernels.change(ended(pending, "ended.node-failed"));
  assert.deepEqual(window.texts, []);
});

test("endings: an end is reported once, and not after disposal", () => {
  const { window, kernels, endings } = made();
  kernels.change(ended(ready, "ended.node-failed"));
  kernels.change(ended(ready, "ended.node-failed"));
  assert.equal(window.texts.length, 1);
  kernels.change({ ...ready, id: "b" });
  endings.dispose();
  kernels.change(ended({ ...ready, id: "b" }, "ended.node-failed"));
  assert.equal(window.texts.length, 1);
});

test("endings: more memory is offered as the cluster has it", async () => {
  const { window, kernels, again } = made();
  window.answer = () => "Start with 24 GB";
  kernels.change(
    ended({ ...ready, memoryMiB: 16_384, suggestedMemoryMiB: 24_576 }, "ended.out-of-memory"),
  );
  await settle();
  assert.deepEqual(again, [{ memoryMiB: 24_576 }]);
});

test("endings: an unused kernel's setting is one button away", async () => {
  const { window, kernels, commands } = made();
  window.answer = () => "Keep Longer…";
  kernels.change(ended(ready, "ended.idle"));
  await settle();
  assert.deepEqual(commands.executed.at(-1)?.args, ["sunpyter.idleMinutes"]);
});

test("endings: where a notebook used the kernel, the same notification says what happens next", async () => {
  for (const code of ["ended.time-limit", "ended.idle", "ended.taken-over"]) {
    const { window, kernels } = made(true);
    kernels.change(ended(ready, code));
    await settle();
    assert.equal(window.texts.length, 1, code);
    assert.match(window.texts[0] ?? "", /\. The next cell that you run on Sunbird starts a new/u);
    assert.ok(!window.messages[0]?.buttons.includes("Reopen Notebook"));
  }
});

function connected() {
  const stub = createStub();
  const kernels = new FakeKernels(ready);
  const clock = new FakeClock("2026-03-02T10:00:00Z");
  const again: string[] = [];
  const reconnect = ({ id }: Session) => Promise.resolve(void again.push(id));
  const notices = createConnectionNotices(stub.vscode, { kernels, clock, reconnect });
  const lost = { ...ready, state: "disconnected" } as const;
  return { ...stub, kernels, clock, notices, lost, again };
}

test("connection: a short gap is not reported, a longer one once, however often it occurs", () => {
  const { window, kernels, clock, lost } = connected();
  kernels.change(lost);
  clock.turn(10);
  kernels.change(ready);
  clock.turn(60);
  assert.deepEqual(window.texts, []);
  for (let i = 0; i < 3; i++) {
    kernels.change(lost);
    clock.turn(20);
    kernels.change(ready);
  }
  assert.equal(window.texts.length, 1);
  assert.match(String(window.texts[0]), /Lost connection to scs0151.*running for 15 min/);
  assert.equal(window.statusMessages.length, 3);
});

test("connection: a kernel that ended meanwhile is not reported, and no timer is left", () => {
  const { window, kernels, clock, lost, notices } = connected();
  kernels.change(lost);
  kernels.change(ended(ready, "ended.node-failed"));
  clock.turn(60);
  assert.deepEqual(window.texts, []);
  kernels.change({ ...lost, id: "b" });
  notices.dispose();
  assert.deepEqual([clock.pending, kernels.listeners], [0, 0]);
});

test("connection: if it waits for the user that is shown at once, and once until it is back", async () => {
  const { window, kernels, clock, lost, again } = connected();
  window.answer = () => "Reconnect";
  const notice = "sign in to Sunbird to reconnect: it asks for a code";
  kernels.change(lost);
  kernels.change({ ...lost, needsUserAction: true, notice });
  kernels.change({ ...lost, needsUserAction: true, notice: "something else" });
  clock.turn(60);
  await settle();
  assert.equal(window.texts.length, 1);
  assert.match(
    String(window.texts[0]),
    /connection to scs0151. Sign in to Sunbird.*code\..*running for 15 min/,
  );
  assert.deepEqual(again, [ready.id]);
  kernels.change(ready);
  assert.deepEqual(window.statusMessages, ["$(check) Connected to scs0151 again"]);
  kernels.change({ ...lost, needsUserAction: true });
  assert.equal(window.texts.length, 2);
});

test("connection: the status bar's command connects those that wait for the user", async () => {
  const { kernels, commands, vscode, lost, again, notices } = connected();
  kernels.change({ ...lost, id: "b" });
  kernels.change({ ...lost, id: "c", needsUserAction: true });
  await vscode.commands.executeCommand("sunpyter.reconnect");
  assert.deepEqual(again, ["c"]);
  notices.dispose();
  assert.equal(commands.registered.size, 0);
});
