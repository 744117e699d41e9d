import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { ResponseError } from "vscode-jsonrpc/node";
import { createKernels, type Kernels } from "../src/kernels/kernels.js";
import { createLog } from "../src/log.js";
import { hasCode, isCancelled } from "../src/problems.js";
import type { ProgressParams, Session } from "../src/protocol.js";
import { createServer, type Server } from "../src/server/server.js";
import { createSettings } from "../src/settings.js";
import { MemoryStub } from "./stub/context.js";
import { FakeProgram } from "./stub/program.js";
import { kernelResult, session } from "./stub/sessions.js";
import { settle, until } from "./stub/until.js";
import { createStub, type Stub } from "./stub/vscode.js";

/** Window is one window of the editor, which a test can close and open again. */
interface Window extends Stub {
  readonly program: FakeProgram;
  readonly server: Server;
  readonly kernels: Kernels;
}

interface Setting {
  readonly program?: FakeProgram;
  readonly memento?: MemoryStub;
  /** most is how long a window that does not let go is waited for. */
  readonly most?: number;
}

function open(
  t: TestContext,
  { program = new FakeProgram(), memento = new MemoryStub(), most = 5000 }: Setting = {},
): Window {
  const stub = createStub();
  const settings = createSettings(stub.vs);
  const log = createLog(stub.vs, { level: () => "debug" });
  const server = createServer(stub.vs, {
    settings,
    log,
    person: {
      secret: () => Promise.resolve({ cancelled: true }),
      confirm: () => Promise.resolve({ accepted: false }),
    },
    extensionPath: "/extension",
    spawn: program.spawn,
    exists: () => true,
  });
  const patience = { every: 1, most };
  const kernels = createKernels(stub.vs, { server, memento, log, patience });
  t.after(() => {
    kernels.dispose();
    server.dispose();
  });
  return { ...stub, program, server, kernels };
}

/** remembering is what a window leaves that had these kernels, some time ago. */
async function remembering(ids: string[], ago = 1000): Promise<MemoryStub> {
  const memento = new MemoryStub();
  const kernels = ids.map((id) => ({ id, where: `node-of-${id}`, ran: true }));
  await memento.update("sunpyter.kernels.1", { kernels, at: Date.now() - ago });
  return memento;
}

function ids(sessions: readonly { session: Session }[]): string[] {
  return sessions.map((kernel) => kernel.session.id);
}

const unknownSession = new ResponseError(2, "none", { code: "session.unknown", message: "none" });

test("kernels: a window without a memory asks nobody", async (t) => {
  const { kernels, program } = open(t);
  await kernels.settled();
  assert.deepEqual(kernels.own, []);
  assert.equal(program.runs.length, 0);
});

test("kernels: a start is followed to its end, and brings the way to Jupyter", async (t) => {
  const { kernels, program } = open(t);
  const changes: string[] = [];
  kernels.onDidChange(({ kernel, before }) => {
    changes.push(
      `${before?.state ?? "new"} > ${kernel.session.state}${kernel.token ? " with token" : ""}`,
    );
  });
  program.on("kernel/start", async ({ progressToken = "" }) => {
    await program.run.tell("session/didChange", { session: session({ state: "connecting" }) });
    await program.run.tell("$/progress", { token: "another", kind: "report" });
    await program.run.tell("$/progress", { token: progressToken, kind: "report", message: "m" });
    await program.run.tell("session/didChange", { session: session() });
    return kernelResult();
  });
  const reports: ProgressParams[] = [];
  const kernel = await kernels.start(
    { cluster: "sunbird", request: { cpus: 1 } },
    { progress: (report) => reports.push(report) },
  );
  assert.equal(kernel.url, "http://127.0.0.1:41234/k1/");
  assert.equal(kernel.token, "token-of-k1");
  assert.deepEqual(changes, ["new > connecting", "connecting > ready", "ready > ready with token"]);
  assert.deepEqual(
    reports.map(({ message }) => message),
    ["m"],
  );
  assert.deepEqual(ids(kernels.own), ["k1"]);
  const asked = program.run.params("kernel/start");
  assert.equal(asked?.cluster, "sunbird");
});

test("kernels: each request has a progress token of its own", async (t) => {
  const { kernels, program } = open(t);
  const tokens = new Set<string | undefined>();
  program.on("kernel/start", ({ progressToken }) => {
    tokens.add(progressToken);
    return kernelResult(session({ id: `k${tokens.size}` }));
  });
  await Promise.all([kernels.start({ request: {} }), kernels.start({ request: {} })]);
  assert.equal(tokens.size, 2);
  assert.deepEqual(ids(kernels.own), ["k1", "k2"]);
});

test("kernels: one that has ended is told with its cause, and no way leads to it", async (t) => {
  const { kernels, program } = open(t);
  program.on("kernel/start", () => kernelResult());
  await kernels.start({ request: {} });
  const cause = { code: "ended.time-limit", message: "its time was over" };
  await program.run.tell("session/didChange", { session: session({ state: "ended", cause }) });
  await until("the end", () => kernels.own.length === 0);
  assert.deepEqual(kernels.get("k1"), { session: session({ state: "ended", cause }) });
});

test("kernels: stop says what became of it; a start that is stopped was cancelled", async (t) => {
  const { kernels, program } = open(t);
  let end: (err: unknown) => void = () => undefined;
  program.on("kernel/start", async () => {
    await program.run.tell("session/didChange", { session: session({ state: "pending" }) });
    return new Promise((_resolve, reject) => (end = reject));
  });
  program.on("kernel/stop", ({ sessionId = "" }) => {
    end(new ResponseError(-32800, "stopped", { code: "cancelled", message: "stopped" }));
    return { released: [{ sessionId, outcome: "released" }] };
  });
  const start = kernels.start({ request: {} });
  const failed = assert.rejects(start, isCancelled);
  await until("the session", () => kernels.own.length === 1);
  assert.deepEqual(await kernels.stop("k1"), { sessionId: "k1", outcome: "released" });
  await failed;
});

test("kernels: stopping what nobody knows is no job", async (t) => {
  const { kernels, program } = open(t);
  program.on("kernel/stop", () => ({ released: [] }));
  assert.deepEqual(await kernels.stop("k9"), { sessionId: "k9", outcome: "no-job" });
});

test("kernels: another window's is taken over by its name, another computer's at its cluster", async (t) => {
  const { kernels, program } = open(t);
  const asked: unknown[] = [];
  program.on("kernel/adopt", ({ sessionId, jobId, cluster, user }) => {
    asked.push([sessionId, jobId, cluster, user]);
    return kernelResult();
  });
  await kernels.takeOver(session({ owned: false }));
  await kernels.takeOver(session({ owned: false, elsewhere: true }));
  assert.deepEqual(asked, [
    ["k1", undefined, undefined, undefined],
    ["k1", undefined, "sunbird", "alice"],
  ]);
});

test("kernels: those of other windows, and a link", async (t) => {
  const { kernels, program } = open(t);
  program.on("kernel/list", () => ({
    sessions: [session(), session({ id: "k2", owned: false })],
  }));
  program.on("kernel/link", ({ sessionId }) => ({ link: `http://127.0.0.1/${sessionId}` }));
  assert.deepEqual(
    (await kernels.list()).others.map(({ id }) => id),
    ["k2"],
  );
  assert.equal(await kernels.link("k2"), "http://127.0.0.1/k2");
});

test("kernels: those that ended lately, and what cannot be read is told once", async (t) => {
  const { kernels, program, window } = open(t);
  const over = session({ id: "k9", state: "ended", endedAt: "2026-03-02T13:00:00Z" });
  const asked: unknown[] = [];
  program.on("kernel/list", (params) => {
    asked.push(params);
    const problems = [{ code: "local.state", message: "k5.json cannot be read" }];
    return { sessions: [], ended: [over], problems };
  });
  window.answer = () => "Show Log";
  assert.deepEqual(await kernels.list(), { others: [], ended: [over] });
  await kernels.list({ cluster: "sunbird", user: "alice" });
  assert.deepEqual(asked, [{}, { cluster: "sunbird", user: "alice" }]);
  assert.deepEqual(window.texts, ["k5.json cannot be read"]);
  assert.match(window.log, /k5\.json cannot be read \(local\.state\)/);
  assert.equal(window.outputs[0]?.shown, true);
});

test("kernels: one is kept by its name", async (t) => {
  const { kernels, program } = open(t);
  const kept: string[] = [];
  program.on("kernel/keep", ({ sessionId }) => {
    kept.push(sessionId);
    return { idleSeconds: 3600 };
  });
  await kernels.keep("k1");
  assert.deepEqual(kept, ["k1"]);
});

test("kernels: one is connected again by its name, and its state is told", async (t) => {
  const { kernels, program } = open(t);
  program.on("kernel/reconnect", async ({ sessionId }) => {
    await program.run.tell("session/didChange", { session: session({ id: sessionId }) });
    return { session: session({ id: sessionId }) };
  });
  await kernels.reconnect("k1");
  assert.equal(kernels.get("k1")?.session.state, "ready");
});

test("kernels: remembered from the first word to the end, without token or address", async (t) => {
  const memento = new MemoryStub();
  const { kernels, program } = open(t, { memento });
  const stored = (): string => JSON.stringify(memento.get("sunpyter.kernels.1") ?? {});
  program.on("kernel/start", async () => {
    await program.run.tell("session/didChange", {
      session: { ...session({ state: "connecting" }), node: "" },
    });
    await until("the memory", () => stored().includes("k1"));
    return kernelResult();
  });
  await kernels.start({ request: {} });
  await program.run.tell("session/didChange", { session: session() });
  await until("the node", () => stored().includes("scs0151"));
  assert.doesNotMatch(stored(), /token|127\.0\.0\.1/u);
  await program.run.tell("session/didChange", { session: session({ state: "ended" }) });
  await until("the end", () => stored() === "{}");
});

test("kernels: after a reload it is taken over once its window lets go", async (t) => {
  const program = new FakeProgram();
  let looks = 0;
  program.on("kernel/list", () => {
    looks++;
    return { sessions: [session({ owned: false, left: looks > 3 })] };
  });
  program.on("kernel/adopt", () => kernelResult(session({ generation: 2 })));
  const { kernels, window } = open(t, { program, memento: await remembering(["k1"]) });
  await kernels.settled();
  assert.equal(looks, 4);
  assert.deepEqual(ids(kernels.own), ["k1"]);
  assert.equal(kernels.own[0]?.token, "token-of-k1");
  assert.deepEqual(window.texts, []);
});

test("kernels: one that waits in the queue is known long before it is ready", async (t) => {
  const program = new FakeProgram();
  program.on("kernel/list", () => ({
    sessions: [session({ left: true, owned: false }), session({ id: "k2", left: true })],
  }));
  const memento = await remembering(["k1", "k2"]);
  program.on("kernel/adopt", async ({ sessionId }) => {
    if (sessionId === "k2") return kernelResult(session({ id: "k2", generation: 2 }));
    await program.run.tell("session/didChange", { session: session({ state: "pending" }) });
    return new Promise(() => undefined);
  });
  const { kernels } = open(t, { program, memento });
  await kernels.settled();
  assert.deepEqual(kernels.own.map((kernel) => kernel.session.state).sort(), ["pending", "ready"]);
});

test("kernels: one that cells ran in is disconnected while it is taken over, never starting", async (t) => {
  const program = new FakeProgram();
  program.on("kernel/list", () => ({ sessions: [session({ left: true })] }));
  let ready: () => void = () => undefined;
  program.on("kernel/adopt", async () => {
    await program.run.tell("session/didChange", { session: session({ state: "connecting" }) });
    await new Promise<void>((resolve) => (ready = resolve));
    return kernelResult();
  });
  const { kernels } = open(t, { program, memento: await remembering(["k1"]) });
  await kernels.settled();
  assert.equal(kernels.own[0]?.session.state, "disconnected");
  ready();
  await until("the kernel", () => kernels.own[0]?.session.state === "ready");
});

test("kernels: who asks again has it tried again, and the person is told once", async (t) => {
  const program = new FakeProgram();
  program.on("kernel/list", () => {
    throw new ResponseError(-32603, "oops");
  });
  const { kernels, window } = open(t, { program, memento: await remembering(["k1"]) });
  await assert.rejects(kernels.settled());
  await assert.rejects(kernels.settled());
  program.on("kernel/list", () => ({ sessions: [] }));
  await kernels.settled();
  assert.equal(window.texts.filter((text) => text.includes("oops")).length, 1);
});

test("kernels: a crash in the middle of taking over is mended, and told once", async (t) => {
  const program = new FakeProgram();
  program.on("kernel/list", () => ({ sessions: [session({ left: true })] }));
  program.on("kernel/adopt", () => {
    if (program.runs.length > 1) return kernelResult();
    program.run.end({ code: 2 });
    return new Promise(() => undefined);
  });
  const { kernels, window } = open(t, { program, memento: await remembering(["k1"]) });
  await until("the kernel", () => kernels.own[0]?.session.state === "ready");
  await kernels.settled();
  assert.deepEqual(window.texts, ["Sunpyter's helper program stopped and was started again."]);
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
  await kernels.settled();
  assert.equal((await kernels.list()).others.length, 2);
});

test("kernels: one that another window goes on holding is not taken, and forgotten", async (t) => {
  const program = new FakeProgram();
  program.on("kernel/list", () => ({ sessions: [session({ owned: false })] }));
  const memento = await remembering(["k1"]);
  const { kernels, window } = open(t, { program, memento, most: 20 });
  await kernels.settled();
  assert.deepEqual(kernels.own, []);
  assert.ok(!program.run.methods.includes("kernel/adopt"));
  assert.equal(memento.get("sunpyter.kernels.1"), undefined);
  assert.deepEqual(window.texts, []);
});

test("kernels: one that ended over a reload is told; over a night it is not", async (t) => {
  const short = open(t, { memento: await remembering(["k1"]) });
  await short.kernels.settled();
  const message = await short.window.message("Your kernel on node-of-k1 ended while");
  assert.deepEqual(message.buttons, ["Start Another Kernel"]);
  const long = open(t, { memento: await remembering(["k1"], 8 * 3600_000) });
  await long.kernels.settled();
  assert.deepEqual(long.window.texts, []);
});

test("kernels: a take-over that fails is told with its reason, and can be tried again", async (t) => {
  const program = new FakeProgram();
  program.on("kernel/list", () => ({ sessions: [session({ left: true, owned: false })] }));
  const refused = new ResponseError(2, "no answer", { code: "ssh.timeout", message: "no answer" });
  program.on("kernel/adopt", () => {
    throw refused;
  });
  const memento = await remembering(["k1"]);
  const { kernels, window } = open(t, { program, memento });
  let click: (title: string) => void = () => undefined;
  window.answer = () => new Promise((resolve) => (click = resolve));
  await kernels.settled();
  await window.message("Going on with your kernel on node-of-k1 failed: no answer.");
  assert.ok(memento.get("sunpyter.kernels.1"), "it may work at the next reload");
  program.on("kernel/adopt", () => kernelResult());
  click("Try Again");
  await until("the kernel", () => kernels.own.length === 1);
});

test("kernels: while nobody can be asked the truth is unknown, and found out later", async (t) => {
  const program = new FakeProgram();
  program.on("kernel/list", () => {
    throw new ResponseError(-32603, "oops");
  });
  const { kernels, server, window } = open(t, { program, memento: await remembering(["k1"]) });
  await assert.rejects(kernels.settled(), (err) => hasCode(err, "internal"));
  await window.message("Finding this window's kernels failed: oops.");
  program.on("kernel/list", () => ({ sessions: [session({ left: true })] }));
  program.on("kernel/adopt", () => kernelResult());
  await server.stop();
  await server.request("kernel/list", {});
  await kernels.settled();
  assert.deepEqual(ids(kernels.own), ["k1"]);
});

test("kernels: after a crash all are taken over at once, and the person is told", async (t) => {
  const { kernels, program, window } = open(t);
  const k2 = session({ id: "k2", node: "scs0152" });
  const results = [kernelResult(), kernelResult(k2)];
  program.on("kernel/start", () => results.shift() ?? kernelResult());
  await kernels.start({ request: {} });
  await kernels.start({ request: {} });
  const states: string[] = [];
  kernels.onDidChange(({ kernel }) => states.push(`${kernel.session.id} ${kernel.session.state}`));
  program.on("kernel/adopt", ({ sessionId }) =>
    kernelResult(sessionId === "k1" ? session({ generation: 2 }) : { ...k2, generation: 2 }),
  );
  program.run.end({ code: 2 });
  await window.message(
    "Sunpyter's helper program stopped and was started again. Your kernels on scs0151 and scs0152 go on.",
  );
  await kernels.settled();
  assert.deepEqual(states, ["k1 disconnected", "k2 disconnected", "k1 ready", "k2 ready"]);
  assert.ok(!program.run.methods.includes("kernel/list"));
});

test("kernels: one that did not survive a crash is over, and its end has a cause", async (t) => {
  const { kernels, program, window } = open(t);
  program.on("kernel/start", () => kernelResult());
  await kernels.start({ request: {} });
  program.on("kernel/adopt", () => {
    throw unknownSession;
  });
  program.run.end({ code: 2 });
  await window.message("Sunpyter's helper program stopped and was started again.");
  await kernels.settled();
  await settle();
  assert.deepEqual(kernels.own, []);
  assert.equal(kernels.get("k1")?.session.cause?.code, "ended.unknown");
  assert.equal(window.texts.length, 1);
});
