import assert from "node:assert/strict";
import { test } from "node:test";
import type { KernelList } from "../src/kernels/types.js";
import type { Session } from "../src/protocol.js";
import { showKernels } from "../src/ui/kernellist.js";
import type { Entry, KernelAction } from "../src/ui/kernelrows.js";
import { FakeClock } from "./fakes/clock.js";
import { ended, FakeKernels, pending, ready } from "./fakes/kernels.js";
import { settle } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

const elsewhere: Session = { ...ready, id: "e", jobId: "5000", node: "scs0152", owned: false };
const job: Session = {
  ...ready,
  id: "j",
  jobId: "6000",
  node: "scs0153",
  owned: false,
  remote: true,
};

function made(kernels = new FakeKernels(ready, pending)) {
  const stub = createStub();
  const clock = new FakeClock("2026-03-02T09:20:00Z");
  const done: string[] = [];
  let found: KernelList | undefined;
  const deps = {
    kernels,
    clock,
    run: (choice: KernelAction, { session, origin }: Entry) => {
      done.push(`${choice} ${origin} ${session.id}`);
      return Promise.resolve();
    },
    showEnded: ({ id }: Session) => Promise.resolve(void done.push(`ended ${id}`)),
    start: () => Promise.resolve(void done.push("start")),
    findMore: () => Promise.resolve(found),
  };
  const open = async () => {
    const shown = showKernels(stub.vscode, deps);
    await settle();
    return { pick: await stub.window.quickPick("Kernels"), shown };
  };
  return {
    ...stub,
    kernels,
    clock,
    done,
    open,
    finds: (...others: Session[]) => (found = { others, ended: [] }),
  };
}

test("kernel list: this window's and other windows', each with its details", async () => {
  const kernels = new FakeKernels(ready, pending);
  kernels.elsewhere = [elsewhere, { ...ready, owned: false }];
  const { pick } = await made(kernels).open();
  assert.deepEqual(pick.labels, [
    "$(server-environment) Sunbird scs0151",
    "$(sync~spin) Sunbird",
    "$(server-environment) Sunbird scs0152",
    "$(play) Start Sunbird kernel…",
    "$(search) Find my other kernels on the cluster…",
  ]);
  const row = pick.row("scs0151");
  assert.equal(row.description, "1 CPU, 4 GB · 3 h 40 min left");
  assert.equal(row.detail, "ready · /cdt_storage/alice · job 4711");
  assert.match(pick.items[2]?.detail ?? "", /no node has 2 free CPUs/);
  assert.equal(pick.items[0]?.label, "This window");
  assert.equal(pick.items[3]?.label, "Other windows on this computer");
});

test("kernel list: it stays open if a row is clicked while the rows change", async () => {
  const { done, open } = made();
  const { pick, shown } = await open();
  pick.accept(); // VS Code has lost the selection
  assert.equal(pick.disposed, false);
  pick.pick("Start Sunbird kernel…");
  await shown;
  assert.deepEqual(done, ["start"]);
});

test("kernel list: a row's button does what it says", async () => {
  const rows: [string, string, string][] = [
    ["scs0151", "Open Terminal on the Node", "openTerminal window k3v9q2"],
    ["scs0151", "Open in Browser", "openInBrowser window k3v9q2"],
    ["scs0151", "Copy Jupyter URL", "copyUrl window k3v9q2"],
    ["scs0151", "Show Jupyter Log", "showLog window k3v9q2"],
    ["scs0151", "Stop", "stop window k3v9q2"],
    ["scs0152", "Move Kernel to This Window", "takeOver computer e"],
    ["scs0152", "Stop", "stop computer e"],
  ];
  for (const [label, button, want] of rows) {
    const kernels = new FakeKernels(ready, pending);
    kernels.elsewhere = [elsewhere];
    const { open, done } = made(kernels);
    const { pick, shown } = await open();
    pick.pressOn(label, button);
    await shown;
    assert.deepEqual(done, [want]);
    assert.ok(pick.disposed);
  }
});

test("kernel list: Enter offers the same, for keyboard users", async () => {
  const { open, window, done } = made();
  const { pick, shown } = await open();
  pick.pick("scs0151");
  const actions = await window.quickPick("Sunbird scs0151");
  assert.deepEqual(actions.labels, [
    "$(terminal) Open Terminal on the Node",
    "$(globe) Open in Browser",
    "$(copy) Copy Jupyter URL",
    "$(output) Show Jupyter Log",
    "$(debug-stop) Stop",
  ]);
  actions.pick("Stop");
  await shown;
  assert.deepEqual(done, ["stop window k3v9q2"]);
});

test("kernel list: one whose connection waits for the user can be reconnected", async () => {
  const waits = { ...ready, state: "disconnected", needsUserAction: true } as const;
  const { open, done } = made(new FakeKernels(waits));
  const { pick, shown } = await open();
  assert.match(pick.row("scs0151").detail ?? "", /needs you to sign in/);
  pick.pressOn("scs0151", "Reconnect");
  await shown;
  assert.deepEqual(done, ["reconnect window k3v9q2"]);
});

test("kernel list: the list is updated, and the active row stays active", async () => {
  const { open, kernels, clock } = made();
  const { pick } = await open();
  pick.activeItems = [pick.row("$(sync~spin) Sunbird")];
  clock.turn(60);
  assert.match(pick.row("scs0151").description ?? "", /3 h 39 min left/);
  kernels.change(ended(ready, "ended.time-limit"));
  assert.equal(pick.labels.length, 3);
  kernels.change({ ...pending, state: "starting", node: "scs0154" });
  assert.equal(pick.activeItems[0]?.label, "$(sync~spin) Sunbird scs0154");
});

test("kernel list: without kernels it says so and offers to start one", async () => {
  const { open, done } = made(new FakeKernels());
  const { pick, shown } = await open();
  assert.equal(pick.placeholder, "No kernel is running");
  pick.pick("Start Sunbird kernel");
  await shown;
  assert.deepEqual(done, ["start"]);
});

test("kernel list: those on the cluster are added once, with their actions", async () => {
  const { open, window, done, finds } = made();
  // One that another window has begun meanwhile is no other computer's.
  finds(ready, elsewhere, job);
  const { pick, shown } = await open();
  pick.pick("Find my other kernels");
  await settle();
  const again = await window.quickPick("Kernels");
  assert.deepEqual(again.labels.slice(0, 4), [
    "$(server-environment) Sunbird scs0151",
    "$(sync~spin) Sunbird",
    "$(server-environment) Sunbird scs0152",
    "$(server-environment) Sunbird scs0153",
  ]);
  assert.deepEqual(
    again.row("scs0153").buttons?.map(({ tooltip }) => tooltip),
    ["Move Kernel to This Window", "Stop"],
  );
  const headings = again.items.filter(({ kind }) => kind !== undefined).map(({ label }) => label);
  assert.deepEqual(headings.slice(1, 3), [
    "Other windows on this computer",
    "Started on another computer",
  ]);
  again.pressOn("scs0153", "Stop");
  await shown;
  assert.deepEqual(done, ["stop cluster j"]);
});

test("kernel list: those that ended recently, the latest ten, each with time and cause", async () => {
  const kernels = new FakeKernels(ready);
  const ends = [...Array(12).keys()].map((i): Session => {
    const endedAt = new Date(Date.parse("2026-03-02T08:00:00Z") + i * 60_000).toISOString();
    const at = { ...ready, id: `e${i}`, node: `scs02${String(i).padStart(2, "0")}`, endedAt };
    return ended(at, "ended.no-sign-of-owner", "no sign of the laptop for 15 min");
  });
  kernels.over = [...ends, ...ends.slice(0, 1)];
  const { open, done } = made(kernels);
  const { pick, shown } = await open();
  const rows = pick.labels.filter((label) => label.includes("scs02"));
  assert.equal(rows.length, 10);
  assert.equal(rows[0], "$(circle-slash) Sunbird scs0211");
  assert.ok(pick.items.some(({ label }) => label === "Recently ended"));
  const row = pick.row("scs0211");
  assert.match(row.description ?? "", /^\d\d:11$/);
  assert.equal(row.detail, "no sign of the laptop for 15 min");
  pick.pick("scs0211");
  await shown;
  assert.deepEqual(done, ["ended e11"]);
});

test("kernel list: nothing is left of a list that was dismissed", async () => {
  const { open, kernels, clock } = made();
  const { pick, shown } = await open();
  pick.hide();
  await shown;
  assert.deepEqual([pick.disposed, kernels.listeners, clock.pending], [true, 0, 0]);
});

test("kernel list: what other windows have may come after the list was dismissed, or not at all", async () => {
  const { open, kernels, clock } = made(new FakeKernels());
  let fail: (err: Error) => void = () => undefined;
  kernels.list = () => new Promise((_, reject) => (fail = reject));
  const first = await open();
  assert.equal(first.pick.busy, true);
  fail(new Error("no"));
  await settle();
  assert.equal(first.pick.busy, false);
  assert.match(first.pick.placeholder ?? "", /could not be listed/);
  first.pick.hide();
  const second = await open();
  second.pick.hide();
  fail(new Error("no"));
  await settle();
  assert.equal(clock.pending, 0);
});
