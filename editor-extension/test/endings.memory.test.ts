import assert from "node:assert/strict";
import { test } from "node:test";
import type { KernelRequest } from "../src/protocol.js";
import { createMemoryNotices } from "../src/ui/endings.js";
import { FakeClock } from "./fakes/clock.js";
import { FakeKernels, ready } from "./fakes/kernels.js";
import { settle } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

function made(...known: (typeof ready)[]) {
  const stub = createStub();
  const kernels = new FakeKernels(...known);
  const again: KernelRequest[] = [];
  const startAgain = (_like: unknown, change: KernelRequest) => {
    again.push(change);
    return Promise.resolve();
  };
  const clock = new FakeClock("2026-03-02T10:00:00Z");
  const notices = createMemoryNotices(stub.vscode, { kernels, restartKernel: startAgain, clock });
  return { ...stub, kernels, again, notices, clock };
}

const killed = { ...ready, memoryKills: 1, suggestedMemoryMiB: 8192 };

test("memory: each kill is shown once, with what it had and a start with more", async () => {
  const { window, kernels, clock, again } = made(ready);
  window.answer = () => "Start with 8 GB";
  kernels.change(killed);
  kernels.change({ ...killed, notice: "something else" });
  clock.turn(4);
  await settle();
  assert.equal(window.texts.length, 1);
  assert.match(window.texts[0] ?? "", /^A kernel on scs0151 .* more than its 4 GB of memory\./);
  assert.deepEqual(again, [{ memoryMiB: 8192 }]);
  kernels.change({ ...killed, memoryKills: 2 });
  clock.turn(4);
  assert.equal(window.texts.length, 2);
});

test("memory: it is shown after what the Jupyter extension says, or VS Code would not show it", () => {
  const { window, kernels, clock } = made(ready);
  kernels.change(killed);
  clock.turn(2);
  assert.deepEqual(window.texts, []);
  clock.turn(1);
  assert.equal(window.texts.length, 1);
});

test("memory: where no more is to be had, no button promises it", async () => {
  const { window, kernels, clock, again } = made(ready);
  kernels.change({ ...ready, memoryKills: 1 });
  clock.turn(4);
  await settle();
  assert.match(window.texts[0] ?? "", /no node with more memory/);
  assert.deepEqual([window.messages[0]?.buttons, again], [[], []]);
});

test("memory: what was shown before a reload is not shown again, and nothing after disposal", () => {
  const { window, kernels, clock, notices } = made();
  kernels.change(killed);
  assert.equal(clock.pending, 0);
  kernels.change({ ...killed, memoryKills: 2 });
  assert.equal(clock.pending, 1);
  notices.dispose();
  assert.deepEqual([kernels.listeners, clock.pending], [0, 0]);
  clock.turn(4);
  assert.deepEqual(window.texts, []);
});

test("memory: More Memory… offers a start with more for a kernel that is short of it", async () => {
  const use = { cpuPercent: 1, mostCpuPercent: 1, memoryMiB: 3789, memoryLimitMiB: 4096 };
  const short = { ...ready, use, suggestedMemoryMiB: 8192 };
  const { vscode, window, kernels, again } = made(short, { ...ready, id: "k2" });
  window.answer = () => "Start with 8 GB";
  await vscode.commands.executeCommand("sunpyter.moreMemory");
  assert.deepEqual(window.texts, [
    "The kernel on scs0151 uses 3.7 of 4 GB of memory. If it needs more than it has, it is stopped and its variables are lost.",
  ]);
  assert.deepEqual(again, [{ memoryMiB: 8192 }]);
  kernels.change({ ...short, suggestedMemoryMiB: 0 });
  await vscode.commands.executeCommand("sunpyter.moreMemory");
  assert.match(window.texts[1] ?? "", /no node with more memory\.$/u);
  assert.deepEqual(window.messages[1]?.buttons, []);
});
