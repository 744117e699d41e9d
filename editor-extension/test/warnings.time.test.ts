import assert from "node:assert/strict";
import { test } from "node:test";
import { createTimeWarnings } from "../src/ui/warnings.js";
import { FakeClock } from "./fakes/clock.js";
import { ended, FakeKernels, ready } from "./fakes/kernels.js";
import { settle } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

function made(now: string, kernels = new FakeKernels(ready)) {
  const stub = createStub();
  const clock = new FakeClock(now);
  const warnings = createTimeWarnings(stub.vscode, { kernels, clock });
  return { ...stub, clock, kernels, warnings, texts: () => stub.window.texts };
}

test("time limit: a warning ten minutes before, and a last one two minutes before", () => {
  const { clock, texts } = made("2026-03-02T12:00:10Z");
  clock.turn(49 * 60 + 49);
  assert.deepEqual(texts(), []);
  clock.turn(2);
  assert.equal(texts().length, 1);
  assert.match(texts()[0] ?? "", /^The kernel on scs0151 reaches its time limit in 10 min \(/);
  clock.turn(8 * 60);
  assert.equal(texts().length, 2);
  assert.match(texts()[1] ?? "", /in 2 min/);
  clock.turn(600);
  assert.equal(texts().length, 2);
});

test("time limit: after a sleep it is shown once, with the actual time left", () => {
  const { clock, texts } = made("2026-03-02T12:00:00Z");
  clock.sleep(55 * 60);
  assert.equal(texts().length, 1);
  assert.match(texts()[0] ?? "", /in 5 min/);
});

test("time limit: a sleep over both leaves one warning; one past the end leaves none", () => {
  const late = made("2026-03-02T12:00:00Z");
  late.clock.sleep(59 * 60);
  assert.equal(late.texts().length, 1);
  const over = made("2026-03-02T12:00:00Z");
  over.clock.sleep(61 * 60);
  assert.equal(over.texts().length, 0);
});

test("time limit: no warning for a kernel that is shorter than that", () => {
  const { clock, texts } = made("2026-03-02T12:54:00Z");
  clock.turn(3 * 60);
  assert.deepEqual(texts(), []);
  clock.turn(2 * 60);
  assert.equal(texts().length, 1);
});

test("time limit: its buttons save, and start another kernel", async () => {
  for (const [button, command] of [
    ["Save All Files", "workbench.action.files.saveAll"],
    ["Start Another Kernel", "sunpyter.start"],
  ] as const) {
    const { clock, window, commands } = made("2026-03-02T12:40:00Z");
    window.answer = () => button;
    clock.turn(11 * 60);
    await settle();
    assert.deepEqual(
      commands.executed.map(({ id }) => id),
      [command],
    );
  }
});

test("time limit: an ended kernel is no longer watched, and nothing is after disposal", () => {
  const { clock, kernels, warnings, texts } = made("2026-03-02T12:40:00Z");
  kernels.change(ended(ready, "cancelled"));
  assert.equal(clock.pending, 0);
  kernels.change({ ...ready, id: "another" });
  assert.equal(clock.pending, 1);
  warnings.dispose();
  clock.turn(3600);
  assert.deepEqual([texts().length, clock.pending, kernels.listeners], [0, 0, 0]);
});
