import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestProblem } from "../src/common/problems.js";
import type { ShellOpenParams } from "../src/protocol.js";
import { ended, type FakeKernels, ready } from "./fakes/kernels.js";
import type { FakeServer } from "./fakes/server.js";
import { settle } from "./stub/until.js";
import { opened, storedIn } from "./terminal.fixture.js";

/** crash ends the program. The kernel is disconnected then, until the next run of the program has it. */
function crash({ server, kernels }: { server: FakeServer; kernels: FakeKernels }): void {
  kernels.change({ ...ready, state: "disconnected" });
  server.crash();
}

test("terminal: one returns to its shell after a crash of the program", async () => {
  const one = await opened();
  const { terminal, server, kernels, requests, prints, typed, memento, id } = one;
  await prints("\u001b[?1049hvim");
  crash(one);
  terminal.type("typed meanwhile\r");
  terminal.resize(30, 100);
  await settle();
  assert.deepEqual(
    [requests("shell/open").length, typed().length],
    [1, 0],
    "not before the kernel",
  );
  const sessionId = ready.id;
  assert.deepEqual(storedIn(memento), [{ sessionId, key: "5f1c09e2ab7d4463" }]);

  const before = terminal.text;
  Object.assign(server.answers, {
    "shell/open": async () => {
      await prints("earlier $ "); // output may come before the response
      return { node: "scs0151", key: "5f1c09e2ab7d4463" };
    },
  });
  kernels.change(ready);
  await settle();
  assert.equal(
    terminal.text.slice(before.length),
    "\u001bc\u001b[2mSunpyter's helper program was restarted.\u001b[22m\r\nearlier $ ",
  );
  const { key, shellId, rows, columns } = requests("shell/open")[1]?.params as ShellOpenParams;
  assert.deepEqual([key, shellId, rows, columns], ["5f1c09e2ab7d4463", id, 30, 100]);
  assert.equal(Buffer.concat(typed()).toString(), "typed meanwhile\r");
  assert.equal(terminal.name, "scs0151");

  await prints("more");
  kernels.change({ ...ready, jobId: "4711" });
  assert.equal(requests("shell/open").length, 2, "once");
  server.tell("shell/didEnd", { shellId: id, exitStatus: 0 });
  assert.equal(terminal.exitCode, 0);
});

test("terminal: a crash while one returns is another try, and a shell that is gone says so", async () => {
  const one = await opened();
  const { terminal, server, kernels, requests } = one;
  let stopped: (err: Error) => void = () => undefined;
  Object.assign(server.answers, {
    "shell/open": () => new Promise((_, reject) => (stopped = reject)),
  });
  crash(one);
  kernels.change(ready);
  await settle();
  stopped(new Error("the program has stopped"));
  crash(one);
  await settle();
  assert.ok(!terminal.text.includes("Press any key"), terminal.text);
  const problem = { code: "shell.lost", message: "m", answer: "it no longer exists" };
  Object.assign(server.answers, {
    "shell/open": () => Promise.reject(new RequestProblem(problem)),
  });
  kernels.change(ready);
  await settle();
  assert.equal(requests("shell/open").length, 3);
  assert.match(terminal.text, /Couldn't return to the terminal on scs0151\. It no longer exists\./);
  assert.ok(!terminal.text.includes("\u001bc"), "what it showed is still there");
});

test("terminal: one whose kernel did not survive a crash says so", async () => {
  const one = await opened();
  crash(one);
  one.kernels.change(ended(ready, "ended.unknown"));
  assert.match(one.terminal.text, /The kernel has ended\. Press any key/);
  assert.equal(storedIn(one.memento), undefined);
});
