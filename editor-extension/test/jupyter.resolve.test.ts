import assert from "node:assert/strict";
import { test } from "node:test";
import { createResolver } from "../src/jupyter/resolve.js";
import { createServers } from "../src/jupyter/servers.js";
import { createLog } from "../src/log.js";
import { FakeRest } from "./fakes/jupyter.js";
import { ended, FakeKernels, ready } from "./fakes/kernels.js";
import { settle } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

const server = { id: ready.id, label: "scs0151" };

function made(times = { silent: 20, away: 2000, between: 1 }) {
  const stub = createStub();
  const kernels = new FakeKernels(ready);
  const rest = new FakeRest();
  const log = createLog(stub.vs, { level: () => "debug" });
  const resolve = createResolver(stub.vs, { kernels, rest, log, times });
  return { ...stub, kernels, rest, resolve };
}

test("resolve: the address, the token, and a header that is read anew each time", async () => {
  const { resolve, kernels } = made();
  const { connectionInformation: info } = await resolve(server);
  assert.equal(info?.baseUrl.toString(), "http://127.0.0.1:41234/");
  assert.equal(info.token, undefined, "it would stay in the websocket's URL");
  const headers = info.headers ?? {};
  assert.deepEqual({ ...headers }, { Authorization: "token s3cret" });
  Object.assign(kernels.get(ready.id) as { token: string }, { token: "n3w" });
  assert.deepEqual({ ...headers }, { Authorization: "token n3w" });
});

test("resolve: it waits for a connection that is lost, and all who ask wait together", async () => {
  const { resolve, kernels, rest, window } = made();
  kernels.change({ ...ready, state: "disconnected" });
  const waiting = [resolve(server), resolve(server)];
  await settle();
  assert.deepEqual(rest.asked, [], "nobody is asked who is away");
  rest.up = false;
  kernels.change(ready);
  await settle();
  rest.up = true;
  assert.equal((await Promise.all(waiting)).length, 2);
  assert.deepEqual(window.texts, []);
});

test("resolve: a Jupyter that stays silent is told once, in our words", async () => {
  const { resolve, rest, window } = made();
  rest.up = false;
  const both = await Promise.allSettled([resolve(server), resolve(server)]);
  assert.deepEqual(
    both.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  assert.equal(window.messages.length, 1);
  assert.match(window.texts[0] ?? "", /^Connecting to the kernel on scs0151 failed: Jupyter on/u);
  assert.deepEqual(window.messages[0]?.buttons, ["Show Log"]);
});

test("resolve: proxy settings that catch this computer are named, with the settings at hand", async () => {
  const { resolve, rest, window, workspace, commands } = made();
  rest.up = false;
  rest.past = "HTTP/1.1 200 OK";
  workspace.set({ "http.proxy": "http://proxy:3128" });
  window.answer = () => "Open Settings";
  await assert.rejects(resolve(server), /http\.proxy .* http\.noProxy/u);
  await settle();
  assert.deepEqual(commands.executed, [
    { id: "workbench.action.openSettings", args: ["http.noProxy"] },
  ]);
});

test("resolve: a kernel that ends meanwhile ends the wait; its end is told elsewhere", async () => {
  const { resolve, rest, kernels, window } = made({ silent: 2000, away: 2000, between: 1 });
  rest.up = false;
  const waiting = resolve(server);
  kernels.change(ended(ready, "ended.time-limit", "The time limit ended it"));
  await assert.rejects(waiting, /The time limit ended it/u);
  assert.deepEqual(window.texts, []);
});

test("servers: while it is not known which kernels there are, nobody gets a list", async () => {
  const { vs } = createStub();
  let known = (): void => undefined;
  const settled = new Promise<void>((done) => (known = done));
  const kernels = Object.assign(new FakeKernels(), { settled: () => settled });
  const servers = createServers(vs, { kernels, knownMs: 5 });
  let fired = 0;
  servers.onDidChange(() => fired++);
  await assert.rejects(servers.provide(), /not known yet/u);
  known();
  await settle();
  assert.equal(fired, 1, "those who got an error are told to ask again");
  assert.deepEqual(await servers.provide(), []);
  servers.dispose();
});

test("servers: a take-over that failed is no empty list", async () => {
  const { vs } = createStub();
  const kernels = Object.assign(new FakeKernels(), {
    settled: () => Promise.reject(new Error("nobody to ask")),
  });
  const servers = createServers(vs, { kernels });
  await assert.rejects(servers.provide(), /nobody to ask/u);
});
