import assert from "node:assert/strict";
import { test } from "node:test";
import { ResponseError } from "vscode-jsonrpc/node";
import { open, remembering } from "./kernels.fixture.js";
import { FakeProgram } from "./stub/program.js";
import { kernelResult, session } from "./stub/sessions.js";
import { settle, until } from "./stub/until.js";

const unknownSession = new ResponseError(2, "none", { code: "session.unknown", message: "none" });

test("kernels: a crash during a takeover is recovered from, and shown once", async (t) => {
  const program = new FakeProgram();
  program.on("kernel/list", () => ({ sessions: [session({ orphaned: true })] }));
  program.on("kernel/takeOver", () => {
    if (program.runs.length > 1) return kernelResult();
    program.run.end({ code: 2 });
    return new Promise(() => undefined);
  });
  const { kernels, window } = open(t, { program, memento: await remembering(["k1"]) });
  await until("the kernel", () => kernels.own[0]?.session.state === "ready");
  await kernels.restored();
  assert.deepEqual(window.texts, ["Sunpyter's helper program stopped and was restarted."]);
});

test("kernels: after a crash all are taken over at once, and that is shown", async (t) => {
  const { kernels, program, window } = open(t);
  const k2 = session({ id: "k2", node: "scs0152" });
  const results = [kernelResult(), kernelResult(k2)];
  program.on("kernel/start", () => results.shift() ?? kernelResult());
  await kernels.start({ request: {} });
  await kernels.start({ request: {} });
  const states: string[] = [];
  kernels.onDidChange(({ kernel }) => states.push(`${kernel.session.id} ${kernel.session.state}`));
  program.on("kernel/takeOver", ({ sessionId }) =>
    kernelResult(sessionId === "k1" ? session({ generation: 2 }) : { ...k2, generation: 2 }),
  );
  program.run.end({ code: 2 });
  await window.message(
    "Sunpyter's helper program stopped and was restarted. Your kernels on scs0151 and scs0152 are still running.",
  );
  await kernels.restored();
  assert.deepEqual(states, ["k1 disconnected", "k2 disconnected", "k1 ready", "k2 ready"]);
  assert.ok(!program.run.methods.includes("kernel/list"));
});

test("kernels: one that did not survive a crash has ended, with a cause", async (t) => {
  const { kernels, program, window } = open(t);
  program.on("kernel/start", () => kernelResult());
  await kernels.start({ request: {} });
  program.on("kernel/takeOver", () => {
    throw unknownSession;
  });
  program.run.end({ code: 2 });
  await window.message("Sunpyter's helper program stopped and was restarted.");
  await kernels.restored();
  await settle();
  assert.deepEqual(kernels.own, []);
  assert.equal(kernels.get("k1")?.session.cause?.code, "ended.unknown");
  assert.equal(window.texts.length, 1);
});
