import assert from "node:assert/strict";
import { test } from "node:test";
import { ResponseError } from "vscode-jsonrpc/node";
import { hasCode } from "../src/common/problems.js";
import { ids, open, remembering } from "./kernels.fixture.js";
import { FakeProgram } from "./stub/program.js";
import { kernelResult, session } from "./stub/sessions.js";
import { until } from "./stub/until.js";

test("kernels: after a reload it is taken over once its window lets go", async (t) => {
  const program = new FakeProgram();
  let looks = 0;
  program.on("kernel/list", () => {
    looks++;
    return { sessions: [session({ owned: false, orphaned: looks > 3 })] };
  });
  program.on("kernel/takeOver", () => kernelResult(session({ generation: 2 })));
  const { kernels, window } = open(t, { program, memento: await remembering(["k1"]) });
  await kernels.restored();
  assert.equal(looks, 4);
  assert.deepEqual(ids(kernels.own), ["k1"]);
  assert.equal(kernels.own[0]?.token, "token-of-k1");
  assert.deepEqual(window.texts, []);
});

test("kernels: one that waits in the queue is known long before it is ready", async (t) => {
  const program = new FakeProgram();
  program.on("kernel/list", () => ({
    sessions: [session({ orphaned: true, owned: false }), session({ id: "k2", orphaned: true })],
  }));
  const memento = await remembering(["k1", "k2"]);
  program.on("kernel/takeOver", async ({ sessionId }) => {
    if (sessionId === "k2") return kernelResult(session({ id: "k2", generation: 2 }));
    await program.run.tell("session/didChange", { session: session({ state: "pending" }) });
    return new Promise(() => undefined);
  });
  const { kernels } = open(t, { program, memento });
  await kernels.restored();
  assert.deepEqual(kernels.own.map((kernel) => kernel.session.state).sort(), ["pending", "ready"]);
});

test("kernels: one that cells ran in is disconnected while it is taken over, never starting", async (t) => {
  const program = new FakeProgram();
  program.on("kernel/list", () => ({ sessions: [session({ orphaned: true })] }));
  let ready: () => void = () => undefined;
  program.on("kernel/takeOver", async () => {
    await program.run.tell("session/didChange", { session: session({ state: "connecting" }) });
    await new Promise<void>((resolve) => (ready = resolve));
    return kernelResult();
  });
  const { kernels } = open(t, { program, memento: await remembering(["k1"]) });
  await kernels.restored();
  assert.equal(kernels.own[0]?.session.state, "disconnected");
  ready();
  await until("the kernel", () => kernels.own[0]?.session.state === "ready");
});

test("kernels: who asks again has it tried again, and that is shown once", async (t) => {
  const program = new FakeProgram();
  program.on("kernel/list", () => {
    throw new ResponseError(-32603, "oops");
  });
  const { kernels, window } = open(t, { program, memento: await remembering(["k1"]) });
  await assert.rejects(kernels.restored());
  await assert.rejects(kernels.restored());
  program.on("kernel/list", () => ({ sessions: [] }));
  await kernels.restored();
  assert.equal(window.texts.filter((text) => text.includes("Oops")).length, 1);
});

test("kernels: one that is being taken over is not shown as another window's", async (t) => {
  const program = new FakeProgram();
  program.on("kernel/list", () => ({
    sessions: [session({ owned: false }), session({ id: "k2", owned: false })],
  }));
  const { kernels } = open(t, { program, memento: await remembering(["k1"]), most: 20 });
  assert.deepEqual(
    (await kernels.list()).others.map(({ id }) => id),
    ["k2"],
  );
  await kernels.restored();
  assert.equal((await kernels.list()).others.length, 2);
});

test("kernels: one that another window goes on holding is not taken, and forgotten", async (t) => {
  const program = new FakeProgram();
  program.on("kernel/list", () => ({ sessions: [session({ owned: false })] }));
  const memento = await remembering(["k1"]);
  const { kernels, window } = open(t, { program, memento, most: 20 });
  await kernels.restored();
  assert.deepEqual(kernels.own, []);
  assert.ok(!program.run.methods.includes("kernel/takeOver"));
  assert.equal(memento.get("sunpyter.kernels.1"), undefined);
  assert.deepEqual(window.texts, []);
});

test("kernels: one that ended over a reload is reported; over a night it is not", async (t) => {
  const short = open(t, { memento: await remembering(["k1"]) });
  await short.kernels.restored();
  const message = await short.window.message("Your kernel on node-of-k1 ended while");
  assert.deepEqual(message.buttons, ["Start Another Kernel"]);
  const long = open(t, { memento: await remembering(["k1"], 8 * 3600_000) });
  await long.kernels.restored();
  assert.deepEqual(long.window.texts, []);
});

test("kernels: a take-over that fails is shown with its reason, and can be tried again", async (t) => {
  const program = new FakeProgram();
  program.on("kernel/list", () => ({ sessions: [session({ orphaned: true, owned: false })] }));
  const refused = new ResponseError(2, "no answer", { code: "ssh.timeout", message: "no answer" });
  program.on("kernel/takeOver", () => {
    throw refused;
  });
  const memento = await remembering(["k1"]);
  const { kernels, window } = open(t, { program, memento });
  let click: (title: string) => void = () => undefined;
  window.answer = () => new Promise((resolve) => (click = resolve));
  await kernels.restored();
  await window.message("Couldn't reconnect to your kernel on node-of-k1. No answer.");
  assert.ok(memento.get("sunpyter.kernels.1"), "it may work at the next reload");
  program.on("kernel/takeOver", () => kernelResult());
  click("Try Again");
  await until("the kernel", () => kernels.own.length === 1);
});

test("kernels: while nobody can be asked the truth is unknown, and found out later", async (t) => {
  const program = new FakeProgram();
  program.on("kernel/list", () => {
    throw new ResponseError(-32603, "oops");
  });
  const { kernels, server, window } = open(t, { program, memento: await remembering(["k1"]) });
  await assert.rejects(kernels.restored(), (err) => hasCode(err, "internal"));
  await window.message("Couldn't find this window's kernels. Oops.");
  program.on("kernel/list", () => ({ sessions: [session({ orphaned: true })] }));
  program.on("kernel/takeOver", () => kernelResult());
  await server.stop();
  await server.request("kernel/list", {});
  await kernels.restored();
  assert.deepEqual(ids(kernels.own), ["k1"]);
});
