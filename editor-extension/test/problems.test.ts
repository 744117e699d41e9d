import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog } from "../src/common/log.js";
import {
  hasCode,
  isCancelled,
  RequestProblem,
  requestProblem,
  showProblem,
} from "../src/common/problems.js";
import { createStub } from "./stub/vscode.js";

test("problems: a cancelled request is distinguished from one that failed", () => {
  assert.ok(isCancelled(new RequestProblem({ code: "cancelled", message: "Cancelled" })));
  assert.ok(!isCancelled(new RequestProblem({ code: "internal", message: "Oh" })));
  assert.ok(!isCancelled(new Error("cancelled")));
});

test("problems: an error of the wire keeps the server's own problem", () => {
  const data = { code: "slurm.rejected", message: "no", advice: "Ask for less time" };
  const err = requestProblem({ code: 2, message: "no", data });
  assert.deepEqual(err.problem, data);
  assert.ok(hasCode(err, "slurm.rejected"));
  assert.equal(requestProblem(err), err);
});

test("problems: an error of the wire without a problem gets one by its number", () => {
  assert.ok(isCancelled(requestProblem({ code: -32800, message: "cancelled" })));
  assert.deepEqual(requestProblem({ code: -32603, message: "oops" }).problem, {
    code: "internal",
    message: "oops",
  });
  assert.equal(requestProblem("plain").problem.message, "plain");
});

test("problems: are shown with what was done, what came back and what to do", async () => {
  const { vscode, window } = createStub();
  const log = createLog(vscode, { level: () => "info" });
  let ran = "";
  window.answer = () => "Check Connection";
  await showProblem(
    vscode,
    new RequestProblem({ code: "ssh.timeout", message: "no answer. Try again" }),
    {
      doing: "start a kernel",
      log,
      actions: [{ title: "Check Connection", run: () => (ran = "check") }],
    },
  );
  assert.equal(ran, "check");
  assert.deepEqual(window.messages, [
    {
      kind: "error",
      text: "Couldn't start a kernel. No answer. Try again.",
      modal: false,
      detail: undefined,
      buttons: ["Check Connection", "Show Log"],
    },
  ]);
  assert.match(window.log, /\(ssh\.timeout\)/u);
});

test("problems: Show Log opens the log; what was cancelled is not shown", async () => {
  const { vscode, window } = createStub();
  const log = createLog(vscode, { level: () => "info" });
  await showProblem(vscode, new RequestProblem({ code: "cancelled", message: "" }), {
    doing: "X",
    log,
  });
  assert.deepEqual(window.messages, []);
  window.answer = () => "Show Log";
  await showProblem(vscode, new Error("boom"), { doing: "Stopping", log });
  assert.equal(window.outputs[0]?.shown, true);
});
