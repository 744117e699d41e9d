import assert from "node:assert/strict";
import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { test, type TestContext } from "node:test";
import { unreachable, type Target } from "../src/gateway/forward.js";
import { type Kernelspecs, shownSpecs } from "../src/gateway/kernelspecs.js";
import { FakeUpstream } from "./fakes/upstream.js";
import { Client, made } from "./gateway.fixture.js";
import { settle, until } from "./stub/until.js";

async function upstream(t: TestContext, job: string) {
  const jupyter = new FakeUpstream(job);
  t.after(() => jupyter.close());
  return { jupyter, target: await jupyter.listen() };
}

test("gateway: without a job it is a server with kernelspecs, and nothing is asked", async (t) => {
  const { slot, ask } = made(t);
  let needed = 0;
  slot.needed = () => Promise.reject(new Error(`asked ${++needed} times`));
  const { body } = await ask("GET", "api/kernelspecs?1");
  const { kernelspecs } = body as {
    kernelspecs: Record<string, { spec: Record<string, unknown> }>;
  };
  assert.equal(kernelspecs["python3"]?.spec["display_name"], "Python 3 (Sunbird)");
  assert.deepEqual((await ask("GET", "api/kernels")).body, []);
  assert.deepEqual((await ask("GET", "api/sessions")).body, []);
  assert.equal((await ask("GET", "api/contents")).status, 404);
  assert.equal((await ask("POST", "api/sessions", { kernel: { name: "python3" } })).status, 201);
  assert.equal(needed, 0);
});

/** shownAs returns the title and the program with which a notebook sees a kernelspec. */
function shownAs(name: string, spec: Kernelspecs["kernelspecs"][string]["spec"]): unknown[] {
  const specs = { default: name, kernelspecs: { [name]: { name, spec, resources: {} } } };
  const shown = shownSpecs(specs, "Lab 2").kernelspecs[name]?.spec;
  return [shown?.display_name, shown?.argv[0]];
}

test("gateway: the kernel of an environment has the environment's name and the slot's", () => {
  const spec = (sunpyter: unknown) => ({
    argv: ["/bin/bash"],
    display_name: "Python 3.12 (ml, Lab)",
    language: "python",
    metadata: { debugger: true, sunpyter },
  });
  const path = "/home/a/ml";
  for (const [metadata, name] of [
    [{ environment: "ml", python: "3.12", path }, "Python 3.12 (ml, Lab 2)"],
    [{ environment: "ml", python: "", path }, "Python (ml, Lab 2)"],
    [{ environment: "ml", python: "" }, "Python 3.12 (ml, Lab) (Lab 2)"],
    [{ environment: 7 }, "Python 3.12 (ml, Lab) (Lab 2)"],
    [null, "Python 3.12 (ml, Lab) (Lab 2)"],
  ]) {
    assert.deepEqual(shownAs("ml", spec(metadata)), [name, "python"]);
  }
  const chosen = spec({ environment: "ml", python: "3.12", path });
  assert.deepEqual(
    shownAs("python3", chosen),
    ["Python 3 (Lab 2)", "python"],
    "of each job another environment",
  );
});

test("gateway: lists come from memory while it is not known which job there is", async (t) => {
  const { gateway, slot, ask, kernel } = made(t);
  slot.current = new Promise(() => undefined);
  const id = await kernel();
  for (const path of ["", "/status", "/kernelspecs", "/kernels", "/sessions", `/kernels/${id}`]) {
    assert.equal((await ask("GET", `api${path}`)).status, 200, path);
  }
  assert.equal(gateway.kernelsRequested, true);
});

test("gateway: nothing is answered without its token", async (t) => {
  const { gateway, kernel } = made(t);
  const address = await gateway.address();
  for (const headers of [{}, { Authorization: "token wrong" }] as Record<string, string>[]) {
    const { status } = await fetch(`${address}api/kernelspecs`, { headers });
    assert.equal(status, 403);
  }
  const id = await kernel();
  await assert.rejects(Client.connect(address, "wrong", id), /403/);
  assert.ok((await fetch(`${address}api?token=${gateway.token}`)).ok);
});

test("gateway: a cell needs a job, what the editor runs for itself does not", async (t) => {
  const { jupyter, target } = await upstream(t, "j1");
  const { slot, kernel, client, kept } = made(t);
  const needed: string[] = [];
  slot.needed = () => {
    needed.push("a job");
    slot.current = target;
    return Promise.resolve(target);
  };
  const id = await kernel();
  const one = await client(id);
  const info = await one.reply(one.send("kernel_info_request", {}));
  assert.equal(info["status"], "ok");
  const setup = one.send("execute_request", { code: "setup", store_history: false });
  assert.equal((await one.reply(setup))["status"], "ok");
  assert.deepEqual((await one.reply(one.send("complete_request", { code: "a" })))["matches"], []);
  assert.deepEqual(needed, []);

  assert.equal((await one.run("print(1)"))["status"], "ok");
  assert.deepEqual([needed, one.shown.at(-1)], [["a job"], "on j1"]);
  assert.deepEqual(jupyter.ran, ["setup", "print(1)"]);
  assert.deepEqual(kept.ran, [{ kernelId: id, code: "print(1)" }]);
  await until("its info", () => "implementation" in kept.info && kept.info.implementation === "j1");
});

test("gateway: a kernel starts where its notebook is, and runs what that needs before anything else", async (t) => {
  const { jupyter, target } = await upstream(t, "j1");
  const { slot, kernel, client } = made(t);
  slot.needed = () => Promise.resolve((slot.current = target));
  slot.placeOf = ({ path }) => ({ path: `nb/${path}`, setup: "cd" });
  const one = await client(await kernel());
  const prepared = one.send("execute_request", { code: "prepare", store_history: false });
  await one.reply(prepared);
  await one.run("1");
  assert.deepEqual(jupyter.paths, ["nb/a-jvsc-1.ipynb"]);
  assert.deepEqual(jupyter.ran, ["cd", "prepare", "1"]);
});

test("gateway: what the editor runs while a cell waits for its kernel reaches it once", async (t) => {
  const { jupyter, target } = await upstream(t, "j1");
  const { slot, kernel, client } = made(t);
  const one = await client(await kernel());
  let come: (target: Target) => void = () => undefined;
  slot.needed = () => new Promise((resolve) => (come = resolve));
  const setup = (code: string) => one.send("execute_request", { code, store_history: false });
  await one.reply(setup("before"));
  const cell = one.run("1");
  const during = setup("during");
  await settle();
  come((slot.current = target));
  await Promise.all([cell, one.reply(during)]);
  assert.deepEqual(jupyter.ran, ["before", "during", "1"]);
});

test("gateway: a start that is cancelled ends the cells with our words; the next one asks again", async (t) => {
  const { target } = await upstream(t, "j1");
  const { slot, kernel, client } = made(t);
  const one = await client(await kernel());
  const replies = await Promise.all([one.run("1"), one.run("2")]);
  assert.deepEqual(
    replies.map((reply) => reply["status"]),
    ["error", "error"],
  );
  assert.deepEqual(one.shown, ["No kernel was started.", "No kernel was started."]);
  assert.equal(one.closed, false);
  slot.needed = () => Promise.resolve((slot.current = target));
  assert.equal((await one.run("3"))["status"], "ok");
});

test("gateway: the end of a job ends its cells with the cause, and the next cell runs in the next job", async (t) => {
  const [first, second] = [await upstream(t, "j1"), await upstream(t, "j2")];
  const { gateway, slot, kernel, client, ask } = made(t);
  slot.needed = () => Promise.resolve((slot.current = first.target));
  const id = await kernel();
  const one = await client(id);
  one.send("execute_request", { code: "setup", store_history: false });
  await one.run("1");
  first.jupyter.silent = true;
  const running = one.send("execute_request", { code: "long", store_history: true });
  await until("the cell to run", () => first.jupyter.ran.includes("long"));
  slot.current = undefined;
  gateway.jobChanged(undefined, "Its time limit was reached.");
  first.jupyter.close();
  assert.equal((await one.reply(running))["evalue"], "Its time limit was reached.");
  assert.equal(one.closed, false);
  const { body } = await ask("GET", "api/sessions");
  assert.deepEqual(
    (body as { kernel: { id: string } }[]).map((session) => session.kernel.id),
    [id],
  );
  slot.needed = () => Promise.resolve((slot.current = second.target));
  await one.run("2");
  assert.deepEqual(second.jupyter.ran, ["setup", "2"]);
});

test("gateway: a running cell and later ones survive a lost connection", async (t) => {
  const { jupyter, target } = await upstream(t, "j1");
  const { slot, kernel, client } = made(t);
  slot.needed = () => Promise.resolve((slot.current = target));
  const one = await client(await kernel());
  await one.run("1");
  slot.current = unreachable;
  jupyter.drop();
  const waiting = one.run("2");
  await settle();
  assert.deepEqual(jupyter.ran, ["1"]);
  slot.current = target;
  assert.equal((await waiting)["status"], "ok");
  assert.deepEqual(jupyter.ran, ["1", "2"]);
});

test("gateway: after a reload a notebook finds its kernel, and without its job starts another", async (t) => {
  const [first, second] = [await upstream(t, "j1"), await upstream(t, "j2")];
  const before = made(t);
  before.slot.needed = () => Promise.resolve((before.slot.current = first.target));
  const id = await before.kernel();
  await (await before.client(id)).run("1");
  before.gateway.dispose();

  const after = made(t, before.kept.sessions);
  after.slot.current = first.target;
  const one = await after.client(id);
  assert.equal((await one.reply(one.send("kernel_info_request", {})))["implementation"], "j1");
  await one.run("2");
  assert.deepEqual(first.jupyter.asked.filter((one) => one === "POST /api/sessions").length, 1);
  after.gateway.dispose();

  const later = made(t, before.kept.sessions);
  later.slot.needed = () => Promise.resolve((later.slot.current = second.target));
  const two = await later.client(id);
  await two.reply(two.send("kernel_info_request", {}));
  await two.run("3");
  assert.deepEqual(second.jupyter.ran, ["3"]);
});

test("gateway: after a reload one websocket goes to the job, however often the client connects", async (t) => {
  const { jupyter, target } = await upstream(t, "j1");
  const before = made(t);
  before.slot.needed = () => Promise.resolve((before.slot.current = target));
  const id = await before.kernel();
  await (await before.client(id)).run("1");
  before.gateway.dispose();

  const { gateway, slot, client, kept } = made(t, before.kept.sessions);
  let known: (target: Target) => void = () => undefined;
  slot.current = new Promise((resolve) => (known = resolve));
  // The Jupyter extension asks for a subprotocol first, and returns the websocket up for want of it.
  const first = Client.connect(await gateway.address(), gateway.token, id, ["v1.kernel"]);
  await assert.rejects(first, /400/);
  assert.deepEqual(kept.sessions, before.kept.sessions, "that is no client yet");
  const gone = await client(id);
  const closed = once(gone.socket, "close");
  gone.socket.close();
  await closed;
  const one = await client(id);
  const cell = one.run("2");
  await settle();
  known(target);
  assert.equal((await cell)["status"], "ok");
  assert.equal(jupyter.joins, 2, "one for each window");
});

test("gateway: listed are the sessions that run or have a client, and the newest of each notebook", async (t) => {
  t.mock.timers.enable({ apis: ["Date"] });
  const { target, jupyter } = await upstream(t, "j1");
  const before = made(t);
  before.slot.needed = () => Promise.resolve((before.slot.current = target));
  const listed = async ({ ask }: typeof before) => {
    const { body } = await ask("GET", "api/sessions");
    return (body as { kernel: { id: string } }[]).map(({ kernel }) => kernel.id);
  };
  const run = await before.kernel("python3", "a");
  const running = await before.client(run);
  await running.run("1");
  const closed = await before.kernel("python3", "a");
  const open = await before.kernel("python3", "a");
  const newest = await before.kernel("python3", "a");
  const other = await before.kernel("python3", "b");
  const clients = [running];
  for (const id of [closed, open, newest, other]) clients.push(await before.client(id));
  const all = [run, closed, open, newest, other];
  assert.deepEqual(await listed(before), all);
  for (const one of clients.filter((_, i) => i !== 2)) one.socket.terminate();
  await settle();
  assert.deepEqual(await listed(before), all, "they can be connected again");
  t.mock.timers.tick(300_000);
  assert.deepEqual(await listed(before), [run, open, newest, other]);
  before.gateway.dispose();

  // In the next window the Jupyter extension gives a notebook the session that it had last.
  const after = made(t, before.kept.sessions);
  assert.ok((await listed(after)).includes(run), "it is not known yet whether its job runs");
  after.gateway.jobChanged(undefined, "It has ended.");
  jupyter.close();
  assert.deepEqual(await listed(after), [newest, other]);
  const again = await after.client(newest);
  assert.equal((await again.reply(again.send("kernel_info_request", {})))["status"], "ok");
  assert.deepEqual(
    after.kept.sessions.map(({ kernelId }) => kernelId),
    [newest, other],
  );
});

test("gateway: a kernelspec that the job does not have is its usual one; the specs are remembered", async (t) => {
  const { jupyter, target } = await upstream(t, "j1");
  jupyter.specs = ["conda-py"];
  const { slot, kernel, client, ask, kept } = made(t);
  slot.needed = () => Promise.resolve((slot.current = target));
  const one = await client(await kernel("python3"));
  assert.equal((await one.run("1"))["status"], "ok");
  assert.equal(kept.specs.default, "conda-py");
  const { body } = await ask("GET", "api/kernelspecs");
  const { kernelspecs } = body as { kernelspecs: Record<string, { spec: { argv: string[] } }> };
  assert.equal(kernelspecs["conda-py"]?.spec.argv[0], "python", "the same command in each job");
});

test("gateway: the kernelspec of an environment is that environment in each job, or the cell says so", async (t) => {
  const { jupyter, target } = await upstream(t, "j1");
  jupyter.specs = ["python3", "ml-1", "old-2"];
  jupyter.environments = { "ml-1": "/home/a/ml", "old-2": "/home/a/old" };
  const { slot, kernel, client, ask } = made(t);
  slot.current = target;
  const { body } = await ask("GET", "api/kernelspecs");
  const { kernelspecs } = body as { kernelspecs: Record<string, unknown> };
  assert.deepEqual(Object.keys(kernelspecs), jupyter.specs, "the job is asked, too");
  slot.current = undefined;
  jupyter.specs = ["python3"];
  slot.needed = () => Promise.resolve((slot.current = target));
  const found = await client(await kernel("ml-1", "found"));
  const running = found.run("1");
  await until("a look for it", () => jupyter.asked.includes("POST /api/sessions"));
  jupyter.specs = ["python3", "ml-1"]; // the search takes longer than Jupyter's start
  assert.equal((await running)["status"], "ok");
  assert.match(jupyter.bodies.at(-1) ?? "", /"name":"ml-1"/);

  const gone = await client(await kernel("old-2", "gone"));
  assert.equal((await gone.run("2"))["status"], "error");
  assert.match(
    gone.shown.join(),
    /^No kernel can run in the environment old on Sunbird: .*\/home\/a\/old/,
  );
  assert.deepEqual(jupyter.ran, ["1"]);

  jupyter.specs = ["python3"];
  jupyter.environments = { python3: "/home/a/ml" }; // it was chosen for this job
  const chosen = await client(await kernel("ml-1", "chosen"));
  assert.equal((await chosen.run("3"))["status"], "ok");
});

test("gateway: interrupt and restart reach the job's kernel; what else is asked is passed on", async (t) => {
  const { jupyter, target } = await upstream(t, "j1");
  const { slot, kernel, client, ask } = made(t);
  const other = await kernel();
  const two = await client(other);
  slot.needed = () => Promise.resolve((slot.current = target));
  await two.run("2");
  await ask("POST", `api/kernels/${other}/interrupt`);
  assert.equal((await ask("POST", `api/kernels/${other}/restart`)).status, 200);
  assert.deepEqual((await ask("GET", "nbextensions/a.js?x=1")).body, {
    url: "/nbextensions/a.js?x=1",
  });
  for (const wanted of ["POST /api/kernels/k-j1-1/interrupt", "POST /api/kernels/k-j1-1/restart"]) {
    assert.ok(jupyter.asked.includes(wanted), wanted);
  }
  slot.current = unreachable;
  assert.equal((await ask("GET", "nbextensions/a.js")).status, 503);
  assert.equal((await ask("GET", "api/kernelspecs")).status, 200, "a list never fails");
});

test("gateway: after a restart the kernel is joined anew, also if the client's old websocket is still open", async (t) => {
  const { jupyter, target } = await upstream(t, "j1");
  const { slot, kernel, client, ask } = made(t);
  const id = await kernel();
  const old = await client(id);
  slot.needed = () => Promise.resolve((slot.current = target));
  await old.run("1");
  await ask("POST", `api/kernels/${id}/restart`);
  const again = await client(id);
  old.socket.close();
  assert.equal((await again.run("2"))["status"], "ok");
  assert.equal(jupyter.joins, 2);
});

test("gateway: a request that names another host reaches the job, so the job's token goes nowhere else", async (t) => {
  const { target } = await upstream(t, "j1");
  const { jupyter: other, target: elsewhere } = await upstream(t, "j2");
  const { gateway, slot } = made(t);
  slot.current = target;
  const { host } = new URL(elsewhere.url);
  for (const path of [`//${host}/a.js`, `http://${host}/a.js`, `http://a//${host}/a.js`]) {
    const options = { path, headers: { Authorization: `token ${gateway.token}` } };
    const [response] = (await once(http.get(await gateway.address(), options), "response")) as [
      IncomingMessage,
    ];
    assert.match(await text(response), /a\.js/, path);
  }
  assert.deepEqual(other.asked, []);
});

test("gateway: cells that wait for a job end with an interrupt, and do not run when it comes later", async (t) => {
  const { jupyter, target } = await upstream(t, "j1");
  const { slot, kernel, client, ask } = made(t);
  for (const [verb, status, words] of [
    ["interrupt", 204, "Interrupted."],
    ["restart", 200, "The kernel was restarted."],
  ] as const) {
    const id = await kernel();
    const one = await client(id);
    let asked: AbortSignal | undefined;
    let come: (target: Target) => void = () => undefined;
    slot.needed = (signal) => {
      asked = signal;
      return new Promise((resolve) => (come = resolve));
    };
    const waiting = [one.run(`${verb} 1`), one.run(`${verb} 2`)];
    await until("a start", () => asked !== undefined);
    assert.equal((await ask("POST", `api/kernels/${id}/${verb}`)).status, status);
    const replies = await Promise.all(waiting);
    assert.deepEqual(
      replies.map((reply) => reply["evalue"]),
      [words, words],
    );
    assert.equal(asked?.aborted, true);
    come((slot.current = target));
    await one.run(`after ${verb}`);
  }
  assert.deepEqual(jupyter.ran, ["after interrupt", "after restart"]);
});

test("gateway: a notebook's kernel starts where the notebook lies, which the editor's own code says", async (t) => {
  const { jupyter, target } = await upstream(t, "j1");
  const { slot, kernel, client } = made(t);
  slot.needed = () => Promise.resolve(target);
  const seen: unknown[] = [];
  slot.pathIn = (job, path, file) => {
    seen.push([job, path, file]);
    return `sub/${path}`;
  };
  const one = await client(await kernel());
  const code = 'import x\n__vsc_ipynb_file__ = "C:\\\\work\\\\sub\\\\a.ipynb"\npass';
  one.send("execute_request", { code, silent: false, store_history: false });
  await one.run("1");
  assert.deepEqual(seen, [["j1", "a-jvsc-1.ipynb", "C:\\work\\sub\\a.ipynb"]]);
  assert.ok(jupyter.bodies.some((body) => body.includes('"path":"sub/a-jvsc-1.ipynb"')));
});

test("gateway: notebooks of the same name in two folders keep their sessions in the next window", async (t) => {
  const { target } = await upstream(t, "j1");
  const before = made(t);
  before.slot.needed = () => Promise.resolve((before.slot.current = target));
  const ids: string[] = [];
  for (const folder of ["week1", "week2", "week2"]) {
    const id = await before.kernel("python3", "a");
    const one = await before.client(id);
    const code = `__vsc_ipynb_file__ = "/home/me/${folder}/a.ipynb"`;
    await one.reply(one.send("execute_request", { code, silent: false, store_history: false }));
    await one.run("1");
    ids.push(id);
  }
  before.gateway.dispose();
  const after = made(t, before.kept.sessions);
  after.gateway.jobChanged(undefined, "It has ended.");
  const { body } = await after.ask("GET", "api/sessions");
  const listed = (body as { kernel: { id: string } }[]).map(({ kernel }) => kernel.id);
  assert.deepEqual(listed, [ids[0], ids[2]]);
});
