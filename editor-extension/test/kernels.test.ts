import assert from "node:assert/strict";
import { test } from "node:test";
import { ResponseError } from "vscode-jsonrpc/node";
import { isCancelled } from "../src/common/problems.js";
import type { ProgressParams } from "../src/protocol.js";
import { ids, open } from "./kernels.fixture.js";
import { MemoryStub } from "./stub/context.js";
import { kernelResult, session } from "./stub/sessions.js";
import { until } from "./stub/until.js";

test("kernels: a window without state sends no request", async (t) => {
  const { kernels, program } = open(t);
  await kernels.restored();
  assert.deepEqual(kernels.own, []);
  assert.equal(program.runs.length, 0);
});

test("kernels: a start is followed to its end, and returns Jupyter's address", async (t) => {
  const { kernels, program } = open(t);
  const changes: string[] = [];
  kernels.onDidChange(({ kernel, previous: before }) => {
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
    { onProgress: (report) => reports.push(report) },
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

test("kernels: one that has ended has its cause, and no address", async (t) => {
  const { kernels, program } = open(t);
  program.on("kernel/start", () => kernelResult());
  await kernels.start({ request: {} });
  const cause = { code: "ended.time-limit", message: "its time was over" };
  await program.run.tell("session/didChange", { session: session({ state: "ended", cause }) });
  await until("the end", () => kernels.own.length === 0);
  assert.deepEqual(kernels.get("k1"), { session: session({ state: "ended", cause }) });
});

test("kernels: stop returns the outcome; a start that is stopped was cancelled", async (t) => {
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

test("kernels: stopping an unknown kernel returns no-job", async (t) => {
  const { kernels, program } = open(t);
  program.on("kernel/stop", () => ({ released: [] }));
  assert.deepEqual(await kernels.stop("k9"), { sessionId: "k9", outcome: "no-job" });
});

test("kernels: another window's is taken over by its name, another computer's at its cluster", async (t) => {
  const { kernels, program } = open(t);
  const asked: unknown[] = [];
  program.on("kernel/takeOver", ({ sessionId, jobId, cluster, user }) => {
    asked.push([sessionId, jobId, cluster, user]);
    return kernelResult();
  });
  await kernels.takeOver(session({ owned: false }));
  await kernels.takeOver(session({ owned: false, remote: true }));
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
  assert.equal((await kernels.link("k2", false)).link, "http://127.0.0.1/k2");
});

test("kernels: those that ended recently, and unreadable records are reported once", async (t) => {
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

test("kernels: one is kept by its id", async (t) => {
  const { kernels, program } = open(t);
  const kept: string[] = [];
  program.on("kernel/keepAlive", ({ sessionId }) => {
    kept.push(sessionId);
    return { idleSeconds: 3600 };
  });
  await kernels.keep("k1");
  assert.deepEqual(kept, ["k1"]);
});

test("kernels: one is reconnected by its id, and its state is reported", async (t) => {
  const { kernels, program } = open(t);
  program.on("kernel/reconnect", async ({ sessionId }) => {
    await program.run.tell("session/didChange", { session: session({ id: sessionId }) });
    return { session: session({ id: sessionId }) };
  });
  await kernels.reconnect("k1");
  assert.equal(kernels.get("k1")?.session.state, "ready");
});

test("kernels: remembered from the first notification to the end, without token or address", async (t) => {
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
