import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { ResponseError } from "vscode-jsonrpc/node";
import { createLog } from "../src/common/log.js";
import { hasCode, isCancelled, RequestProblem } from "../src/common/problems.js";
import { protocolVersion } from "../src/protocol.js";
import { GoServer } from "../src/server/server.js";
import type { Timeouts, Prompter, Server } from "../src/server/types.js";
import { createSettings } from "../src/settings/settings.js";
import { FakeProgram } from "./stub/program.js";
import { settle, until } from "./stub/until.js";
import { createStub, type Stub } from "./stub/vscode.js";

interface Made extends Stub {
  server: Server;
  program: FakeProgram;
  prompter: Prompter;
  /** refusals counts how often a host did not let the user in. */
  refusals: () => number;
}

const usual: Timeouts = { initialize: 5000, shutdown: 5000, crashes: 60_000 };

function made(
  t: TestContext,
  set: Record<string, unknown> = {},
  limits: Partial<Timeouts> = {},
): Made {
  const stub = createStub();
  stub.workspace.set(set);
  const settings = createSettings(stub.vscode);
  const log = createLog(stub.vscode, { level: () => settings.logLevel() });
  const program = new FakeProgram();
  const prompter: Prompter = {
    secret: () => Promise.resolve({ value: "1234" }),
    confirm: () => Promise.resolve({ accepted: true }),
  };
  let refusals = 0;
  const server = new GoServer(stub.vscode, {
    settings,
    log,
    prompter,
    onAuthRefused: () => refusals++,
    extensionPath: "/extension",
    spawn: program.spawn,
    exists: () => true,
    timeouts: { ...usual, ...limits },
  });
  t.after(() => {
    server.dispose();
    settings.dispose();
  });
  return { ...stub, server, program, prompter, refusals: () => refusals };
}

test("server: the first request starts the program, and says who asks", async (t) => {
  const { server, program } = made(t, {
    "sunpyter.reloadSeconds": 10,
    "sunpyter.clusters": { falcon: { host: "falcon.example" } },
  });
  assert.equal(program.runs.length, 0);
  assert.equal(server.running, false);
  assert.deepEqual(await server.request("kernel/list", {}), { sessions: [] });
  assert.equal(server.running, true);
  assert.equal(program.run.binary, "/extension/bin/sunpyter");
  assert.deepEqual(program.run.args, ["serve"]);
  assert.deepEqual(program.run.params("initialize"), {
    protocolVersion,
    clientInfo: { name: "Stub Code", version: "1.100.0" },
    reloadGraceSeconds: 10,
    clusters: [{ name: "falcon", host: "falcon.example", request: {} }],
  });
});

test("server: requests that come together share one start; debug is asked for", async (t) => {
  const { server, program } = made(t, { "sunpyter.logLevel": "debug" });
  const starts: boolean[] = [];
  server.onDidStart(({ restarted: again }) => starts.push(again));
  await Promise.all([server.request("kernel/list", {}), server.request("kernel/list", {})]);
  assert.equal(program.runs.length, 1);
  assert.deepEqual(starts, [false]);
  assert.deepEqual(program.run.args, ["serve", "-v"]);
});

test("server: an error of the program is a problem", async (t) => {
  const { server, program } = made(t);
  const data = { code: "slurm.rejected", message: "no" };
  program.on("kernel/start", () => {
    throw new ResponseError(2, "no", data);
  });
  await assert.rejects(server.request("kernel/start", { request: {} }), (err) => {
    assert.ok(err instanceof RequestProblem);
    assert.deepEqual(err.problem, data);
    return true;
  });
});

test("server: a host that refuses the user is reported to the saved answers", async (t) => {
  const { server, program, refusals } = made(t);
  program.on("kernel/start", () => {
    throw new ResponseError(2, "no", { code: "ssh.auth-refused", message: "no" });
  });
  await assert.rejects(server.request("kernel/start", { request: {} }));
  assert.equal(refusals(), 1);
});

test("server: a cancel is sent to the program, and its response awaited", async (t) => {
  const { server, program, vscode } = made(t);
  let undone = false;
  program.on("kernel/start", (_params, token) => {
    return new Promise((_resolve, reject) =>
      token.onCancellationRequested(() => {
        undone = true;
        reject(new ResponseError(-32800, "cancelled"));
      }),
    );
  });
  const source = new vscode.CancellationTokenSource();
  const start = server.request("kernel/start", { request: {} }, { token: source.token });
  await until("the request", () => program.runs[0]?.methods.includes("kernel/start"));
  source.cancel();
  await assert.rejects(start, isCancelled);
  assert.ok(undone);
});

test("server: notifications arrive, also after a restart, but not after dispose", async (t) => {
  const { server, program, window } = made(t);
  const heard: string[] = [];
  const subscription = server.onNotification("$/progress", ({ token }) => heard.push(token));
  await server.request("kernel/list", {});
  await program.run.tell("$/progress", { token: "a", kind: "begin" });
  await program.run.tell("window/logMessage", { level: "warning", message: "careful" });
  await until("the log", () => window.log.includes("careful"));
  await server.stop();
  await server.request("kernel/list", {});
  assert.equal(program.runs.length, 2);
  await program.run.tell("$/progress", { token: "b", kind: "begin" });
  await until("the second", () => heard.length === 2);
  subscription.dispose();
  await program.run.tell("$/progress", { token: "c", kind: "begin" });
  await server.request("kernel/list", {});
  assert.deepEqual(heard, ["a", "b"]);
});

test("server: a program that is to be restarted first answers its requests", async (t) => {
  const { server, program } = made(t);
  let answer: () => void = () => undefined;
  program.on(
    "kernel/list",
    () => new Promise((done) => (answer = () => done({ sessions: [], problems: [] }))),
  );
  const list = server.request("kernel/list", {});
  await until("the question", () => program.runs[0]?.methods.includes("kernel/list"));
  const stopped = server.stop();
  await settle();
  assert.ok(!program.run.methods.includes("shutdown"));
  answer();
  await stopped;
  await list;
  assert.ok(program.run.methods.includes("shutdown"));
});

test("server: questions reach the user", async (t) => {
  const { server, program } = made(t);
  await server.request("kernel/list", {});
  const asked = { host: "sunbird", purpose: "code", prompt: "Code: " } as const;
  assert.deepEqual(await program.run.ask("prompt/secret", asked), { value: "1234" });
  const question = {
    host: "sunbird",
    purpose: "host-key",
    message: "?",
    accept: "Connect",
  } as const;
  assert.deepEqual(await program.run.ask("prompt/confirm", question), { accepted: true });
});

test("server: after a crash it restarts, and pending requests fail", async (t) => {
  const { server, program, window } = made(t);
  const starts: boolean[] = [];
  let crashes = 0;
  server.onDidStart(({ restarted: again }) => starts.push(again));
  server.onDidCrash(() => crashes++);
  program.on("kernel/start", () => new Promise(() => undefined));
  const start = server.request("kernel/start", { request: {} });
  await until("the request", () => program.runs[0]?.methods.includes("kernel/start"));
  program.run.end({ code: 2, stderr: ["panic: oh", "goroutine 1"] });
  await assert.rejects(start, (err) => hasCode(err, "server.died"));
  await until("the second start", () => starts.length === 2);
  assert.deepEqual(starts, [false, true]);
  assert.equal(crashes, 1);
  assert.equal(program.runs.length, 2);
  assert.match(window.log, /exit code 2.*\npanic: oh\ngoroutine 1/u);
  assert.deepEqual(window.texts, []);
});

test("server: a second crash soon after is shown, and only the user restarts it", async (t) => {
  const { server, program, window } = made(t);
  await server.request("kernel/list", {});
  program.run.end({ code: 2 });
  await until("the restart", () => program.runs.length === 2 && server.running);
  let click: (title: string) => void = () => undefined;
  window.answer = () => new Promise((resolve) => (click = resolve));
  program.run.end({ code: null, signal: "SIGSEGV" });
  const message = await window.message("It stopped twice (signal SIGSEGV)");
  assert.deepEqual(message.buttons, ["Restart", "Show Log"]);
  assert.equal(server.running, false);
  assert.equal(program.runs.length, 2);
  click("Restart");
  await until("the third run", () => program.runs.length === 3 && server.running);
});

test("server: a silent program is killed", async (t) => {
  const { server, program } = made(t, {}, { initialize: 20 });
  program.on("initialize", () => new Promise(() => undefined));
  await assert.rejects(server.request("kernel/list", {}), (err) => hasCode(err, "server.silent"));
  assert.ok(program.run.killed);
  assert.equal(server.running, false);
});

const earlyEnds = [
  {
    exit: { error: Object.assign(new Error("spawn EACCES"), { code: "EACCES" }) },
    code: "server.blocked",
  },
  { exit: { signal: "SIGKILL", code: null }, code: "server.blocked" },
  {
    exit: { error: Object.assign(new Error("spawn ENOEXEC"), { code: "ENOEXEC" }) },
    code: "server.missing",
  },
  { exit: { code: 1, stderr: ["unknown command"] }, code: "server.died" },
];
for (const { exit, code } of earlyEnds) {
  test(`server: a program that ends before it speaks: ${JSON.stringify(exit)}`, async (t) => {
    const { server, program } = made(t);
    program.on("initialize", () => {
      program.run.end(exit);
      return new Promise(() => undefined);
    });
    await assert.rejects(server.request("kernel/list", {}), (err) => {
      assert.ok(hasCode(err, code), String(err));
      return true;
    });
  });
}

test("server: a package for another computer says which one is needed", async (t) => {
  const stub = createStub();
  const settings = createSettings(stub.vscode);
  const server = new GoServer(stub.vscode, {
    settings,
    log: createLog(stub.vscode, { level: () => "info" }),
    prompter: made(t).prompter,
    extensionPath: "/extension",
    exists: () => false,
  });
  t.after(() => {
    server.dispose();
  });
  const vsix = `sunpyter-${process.platform}-${process.arch}.vsix`;
  await assert.rejects(server.request("kernel/list", {}), (err) => {
    assert.ok(hasCode(err, "server.missing"));
    assert.ok(err.message.includes(vsix), err.message);
    return true;
  });
  stub.workspace.set({ "sunpyter.serverPath": "/opt/sunpyter" });
  await assert.rejects(
    server.request("kernel/list", {}),
    /sunpyter\.serverPath names \/opt\/sunpyter/u,
  );
});

test("server: shutdown is sent at once, then exit; nothing is started after it", async (t) => {
  const { server, program } = made(t);
  await server.request("kernel/list", {});
  await server.shutdown();
  await until("its last word", () => program.run.methods.includes("exit"));
  assert.deepEqual(program.run.methods.slice(-2), ["shutdown", "exit"]);
  assert.ok(program.run.stdin.writableEnded);
  await assert.rejects(server.request("kernel/list", {}), (err) => hasCode(err, "server.died"));
  assert.equal(program.runs.length, 1);
});

test("server: shutdown without a program starts none", async (t) => {
  const { server, program } = made(t);
  await server.shutdown();
  assert.equal(program.runs.length, 0);
});

test("server: a shutdown that is not answered does not delay the window", async (t) => {
  const { server, program } = made(t, {}, { shutdown: 20 });
  await server.request("kernel/list", {});
  program.on("shutdown", () => new Promise(() => undefined));
  await server.shutdown();
  assert.ok(program.run.stdin.writableEnded);
});

test("server: a window that closes while the program starts leaves none", async (t) => {
  const { server, program } = made(t);
  const request = server.request("kernel/list", {});
  const shutdown = server.shutdown();
  await assert.rejects(request, (err) => hasCode(err, "server.died"));
  await shutdown;
  assert.ok(program.run.stdin.writableEnded);
  assert.equal(server.running, false);
});

test("server: dispose ends the program's stdin, and its end is no crash", async (t) => {
  const { server, program, window } = made(t);
  await server.request("kernel/list", {});
  server.dispose();
  await program.run.exited;
  await until("the end of stdin", () => program.run.stdin.writableEnded);
  assert.deepEqual(window.texts, []);
  assert.equal(program.runs.length, 1);
});

test("server: changed profiles are sent, other settings are not", async (t) => {
  const { server, program, workspace } = made(t);
  await server.request("kernel/list", {});
  workspace.set({ "sunpyter.cpus": 4 });
  workspace.set({ "sunpyter.clusters": { falcon: { host: "falcon.example" } } });
  await until("the change", () => program.run.params("cluster/didChange"));
  assert.deepEqual(program.run.methods.slice(2), ["cluster/didChange"]);
  assert.deepEqual(program.run.params("cluster/didChange"), {
    clusters: [{ name: "falcon", host: "falcon.example", request: {} }],
  });
});

test("server: profiles that change while the program starts are sent as well", async (t) => {
  const { server, program, workspace } = made(t);
  const request = server.request("kernel/list", {});
  workspace.set({ "sunpyter.clusters": { falcon: {} } });
  await request;
  await until("the change", () => program.run.params("cluster/didChange"));
  assert.deepEqual(program.run.params("cluster/didChange"), {
    clusters: [{ name: "falcon", request: {} }],
  });
});
