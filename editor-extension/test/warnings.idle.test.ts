import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog } from "../src/common/log.js";
import { RequestProblem } from "../src/common/problems.js";
import { createIdleWarnings } from "../src/ui/warnings.js";
import { FakeClock } from "./fakes/clock.js";
import { FakeKernels, ready } from "./fakes/kernels.js";
import { settle } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

const soon = { ...ready, idleEndsAt: "2026-03-02T10:10:00Z" };

function made() {
  const stub = createStub();
  const kernels = new FakeKernels(ready);
  const log = createLog(stub.vscode, { level: () => "info" });
  const clock = new FakeClock("2026-03-02T10:00:00Z");
  const warnings = createIdleWarnings(stub.vscode, { kernels, log, clock });
  return { ...stub, kernels, warnings };
}

test("idle: a kernel that stops soon is reported once, with its idle time", () => {
  const { window, kernels } = made();
  kernels.change(soon);
  kernels.change({ ...soon, notice: "something else" });
  assert.equal(window.texts.length, 1);
  assert.match(
    window.texts[0] ?? "",
    /^The kernel on scs0151 has been idle for 50 min and will stop at ([\w, ]+ )?\d\d:\d\d\.$/,
  );
  assert.deepEqual(window.messages[0]?.buttons, ["Keep Another Hour"]);
  kernels.change(ready);
  kernels.change({ ...ready, idleEndsAt: "2026-03-02T12:10:00Z" });
  assert.equal(window.texts.length, 2);
});

test("idle: the button keeps it, and nothing happens without it", async () => {
  const { window, kernels } = made();
  kernels.change(soon);
  await settle();
  assert.deepEqual(kernels.kept, []);
  window.answer = () => "Keep Another Hour";
  kernels.change({ ...soon, idleEndsAt: "2026-03-02T10:20:00Z" });
  await settle();
  assert.deepEqual(kernels.kept, [ready.id]);
  assert.equal(window.statusMessages.length, 1);
});

test("idle: another time than an hour is named", () => {
  const { window, kernels } = made();
  kernels.change({ ...soon, idleSeconds: 1800 });
  assert.deepEqual(window.messages[0]?.buttons, ["Keep Another 30 min"]);
});

test("idle: a late click shows an error, and there is no warning after disposal", async () => {
  const { window, kernels, warnings } = made();
  window.answer = (message) => (message.text.includes("idle") ? "Keep Another Hour" : undefined);
  kernels.keeping = () =>
    Promise.reject(new RequestProblem({ code: "session.unknown", message: "it has ended" }));
  kernels.change(soon);
  await settle();
  assert.match(window.texts[1] ?? "", /It has ended/);
  warnings.dispose();
  assert.equal(kernels.listeners, 0);
});

test("idle: for as long as it lasts the status bar's command keeps those that are idle", async () => {
  const { kernels, vscode } = made();
  kernels.change({ ...ready, id: "used" });
  kernels.change(soon);
  await vscode.commands.executeCommand("sunpyter.keep");
  assert.deepEqual(kernels.kept, [soon.id]);
});
