import assert from "node:assert/strict";
import { test } from "node:test";
import { createStatusBar } from "../src/ui/statusbar.js";
import { FakeClock } from "./fakes/clock.js";
import { ended, FakeKernels, pending, ready } from "./fakes/kernels.js";
import { createStub } from "./stub/vscode.js";
import type { StatusBarItem } from "./stub/window.js";

function made(kernels: FakeKernels, now = "2026-03-02T09:20:00Z") {
  const stub = createStub();
  const clock = new FakeClock(now);
  const bar = createStatusBar(stub.vscode, { kernels, clock });
  return { clock, bar, item: stub.window.statusBarItems[0] as StatusBarItem };
}

const colour = (item: StatusBarItem): string | undefined =>
  (item.backgroundColor as { id: string } | undefined)?.id;

test("status bar: the cluster, the node, CPUs and the time left, which goes down by itself", () => {
  const { item, clock } = made(new FakeKernels(ready));
  assert.equal(item.text, "$(server-environment) Sunbird scs0151 · 1 CPU · 3 h 40 min · job 4711");
  assert.equal(item.command, "sunpyter.kernels");
  assert.equal(
    item.accessibilityInformation?.label,
    "Sunbird kernel on scs0151: ready, 1 CPU, 4 GB, 3 h 40 min left, job 4711",
  );
  clock.turn(30);
  assert.equal(item.text, "$(server-environment) Sunbird scs0151 · 1 CPU · 3 h 39 min · job 4711");
  clock.turn(3600);
  assert.equal(item.text, "$(server-environment) Sunbird scs0151 · 1 CPU · 2 h 39 min · job 4711");
});

test("status bar: it is not there while there is no kernel", () => {
  const kernels = new FakeKernels();
  const { item, clock } = made(kernels);
  assert.equal(item.visible, false);
  kernels.change(pending);
  assert.equal(item.visible, true);
  assert.equal(item.text, "$(sync~spin) Sunbird: waiting…");
  kernels.change({ ...ready, id: pending.id });
  assert.match(item.text, /scs0151/);
  kernels.change(ended(ready, "ended.time-limit"));
  kernels.change(ended({ ...ready, id: pending.id }, "ended.time-limit"));
  assert.equal(item.visible, false);
  assert.equal(clock.pending, 0);
});

test("status bar: the warning colour begins when ten minutes are left, to the second", () => {
  const { item, clock } = made(new FakeKernels(ready), "2026-03-02T12:48:30Z");
  clock.turn(89);
  assert.equal(colour(item), undefined);
  clock.turn(2);
  assert.equal(colour(item), "statusBarItem.warningBackground");
  assert.match(item.text, / 9 min · job 4711$/);
});

test("status bar: a lost connection and several kernels", () => {
  const kernels = new FakeKernels({ ...ready, state: "disconnected" });
  const { item } = made(kernels);
  assert.equal(item.text, "$(debug-disconnect) Sunbird scs0151 · reconnecting… · 3 h 40 min");
  kernels.change(ready);
  kernels.change(pending);
  assert.equal(item.text, "$(server-environment) Sunbird: 2 kernels · 3 h 40 min");
  kernels.change({ ...pending, title: "My Lab" });
  assert.equal(item.text, "$(server-environment) 2 kernels · 3 h 40 min");
});

test("status bar: it offers the connection for as long as that waits for the user", () => {
  const waits = { ...ready, state: "disconnected", needsUserAction: true } as const;
  const kernels = new FakeKernels(waits);
  const { item } = made(kernels);
  assert.equal(item.text, "$(debug-disconnect) Sunbird scs0151 · Reconnect · 3 h 40 min");
  assert.equal(item.command, "sunpyter.reconnect");
  assert.match(item.accessibilityInformation?.label ?? "", /needs you to sign in/);
  const tip = item.tooltip as unknown as { value: string };
  assert.match(tip.value, /\[\$\(plug\) Reconnect\]\(command:sunpyter\.reconnect\)/);
  kernels.change(pending);
  assert.equal(item.text, "$(debug-disconnect) Sunbird: 2 kernels · Reconnect · 3 h 40 min");
  assert.equal(item.command, "sunpyter.kernels");
  kernels.change(ready);
  assert.equal(item.text, "$(server-environment) Sunbird: 2 kernels · 3 h 40 min");
});

test("status bar: the tooltip has the details, and links to our commands only", () => {
  const waits = { ...ready, id: "w", state: "disconnected", needsUserAction: true } as const;
  const idle = { ...ready, id: "i", idleEndsAt: "2026-03-02T09:30:00Z" };
  const use = { cpuPercent: 1, mostCpuPercent: 1, memoryMiB: 95, memoryLimitMiB: 100 };
  const short = { ...ready, id: "s", use };
  const { item } = made(new FakeKernels(ready, pending, waits, idle, short));
  const tip = item.tooltip as unknown as {
    value: string;
    isTrusted: { enabledCommands: string[] };
  };
  for (const part of [
    "Sunbird scs0151",
    "/cdt_storage/alice",
    "job 4711",
    "15 min",
    "2 free CPUs",
  ]) {
    assert.ok(tip.value.includes(part), part);
  }
  const linked = [...tip.value.matchAll(/command:([\w.]+)/gu)].map(([, id]) => id ?? "");
  assert.deepEqual([...linked].sort(), [...tip.isTrusted.enabledCommands].sort());
});

test("status bar: a kernel that stops because it is idle is shown until it is kept", () => {
  const kernels = new FakeKernels(ready);
  const { item } = made(kernels);
  kernels.change({ ...ready, idleEndsAt: "2026-03-02T09:30:00Z" });
  assert.match(item.text, /^\$\(server-environment\) Sunbird scs0151 · idle, stops at \d\d:30 · /u);
  assert.equal(colour(item), "statusBarItem.warningBackground");
  const tip = item.tooltip as unknown as { value: string };
  assert.match(tip.value, /\[\$\(watch\) Keep\]\(command:sunpyter\.keep\)/u);
  kernels.change(pending);
  const spoken = item.accessibilityInformation?.label ?? "";
  assert.match(spoken, /2 kernels, idle, stops at \d\d:30 on scs0151/u);
  kernels.change(ready);
  assert.equal(colour(item), undefined);
  assert.doesNotMatch(item.text, /idle/u);
});

test("status bar: nothing is left of it when it is disposed", () => {
  const kernels = new FakeKernels(ready);
  const { bar, item, clock } = made(kernels);
  bar.dispose();
  assert.deepEqual([item.disposed, clock.pending, kernels.listeners], [true, 0, 0]);
});

test("status bar: a kernel that uses nine tenths of its memory is shown, and a click offers more", () => {
  const kernels = new FakeKernels(ready);
  const { item } = made(kernels);
  const using = (memoryMiB: number, memoryLimitMiB = 16_384) => ({
    ...ready,
    use: { cpuPercent: 37, mostCpuPercent: 412, memoryMiB, memoryLimitMiB },
  });
  kernels.change(using(14_745));
  assert.equal(colour(item), undefined);
  assert.equal(item.command, "sunpyter.kernels");
  const tip = () => (item.tooltip as unknown as { value: string }).value;
  assert.match(tip(), /Uses 0\.4 of 1 CPU, 14\.4 of 16 GB/u);
  kernels.change(using(15_300));
  assert.equal(colour(item), "statusBarItem.warningBackground");
  assert.match(item.text, /^\$\(server-environment\) Sunbird scs0151 · memory 93 % · /u);
  assert.match(item.accessibilityInformation?.label ?? "", /memory 93 %/u);
  assert.match(tip(), /\[\$\(server\) More Memory…\]\(command:sunpyter\.moreMemory\)/u);
  assert.equal(item.command, "sunpyter.moreMemory");
  kernels.change(pending);
  assert.match(item.text, /2 kernels · memory 93 %/u);
  assert.match(item.accessibilityInformation?.label ?? "", /2 kernels, memory 93 % on scs0151/u);
  assert.equal(item.command, "sunpyter.kernels");
  kernels.change({ ...using(15_300), state: "disconnected" });
  assert.doesNotMatch(item.text, /memory/u);
  kernels.change(using(15_300, 0));
  assert.doesNotMatch(item.text, /memory/u);
});
