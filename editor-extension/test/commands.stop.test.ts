import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "../src/protocol.js";
import { made, problem } from "./commands.fixture.js";
import { FakeKernels, pending, ready } from "./fakes/kernels.js";

test("stop: the only kernel at once, and its outcome is shown", async () => {
  const rows: [Awaited<ReturnType<FakeKernels["stop"]>>, Session, string, RegExp][] = [
    [{ outcome: "released" }, ready, "information", /^Kernel stopped\. The node is released\.$/],
    [
      { outcome: "released" },
      pending,
      "information",
      /^Kernel stopped\. Nothing is left on Sunbird\.$/,
    ],
    [{ outcome: "no-job" }, pending, "information", /no job on Sunbird/],
    [{ outcome: "handed-over" }, ready, "information", /Another window/],
    [
      { outcome: "unconfirmed", message: "Look with squeue." },
      ready,
      "warning",
      /Look with squeue/,
    ],
    [{ outcome: "unconfirmed" }, ready, "warning", /didn't confirm that job 4711 stopped/],
  ];
  for (const [release, session, kind, text] of rows) {
    const kernels = new FakeKernels(session);
    kernels.release = () => Promise.resolve(release);
    const { run, window } = made({ kernels });
    await run("stop");
    assert.deepEqual(kernels.stopped, [session.id]);
    assert.match(window.progresses[0]?.options.title ?? "", /^Stopping the kernel on /);
    assert.equal(window.progresses[0]?.options.location, 10, "in the status bar");
    assert.equal(window.messages[0]?.kind, kind);
    assert.match(window.texts[0] ?? "", text);
  }
});

test("stop: of several the user picks one, or all", async () => {
  for (const [label, stopped] of [
    ["scs0151", [ready.id]],
    ["All 2 kernels", [ready.id, pending.id]],
  ] as const) {
    const { run, window, kernels } = made({ kernels: new FakeKernels(ready, pending) });
    const done = run("stop");
    (await window.quickPick("Stop Kernel")).pick(label);
    await done;
    assert.deepEqual(kernels.stopped, stopped);
  }
});

test("stop: a failure is shown, and so is that there is no kernel", async () => {
  const kernels = new FakeKernels(ready);
  kernels.release = () => Promise.reject(problem("ssh.timeout"));
  const failed = made({ kernels });
  await failed.run("stop");
  assert.match(failed.window.texts[0] ?? "", /Couldn't stop the kernel on scs0151. It broke\./);
  const none = made({ kernels: new FakeKernels() });
  none.window.answer = () => "Start Sunbird kernel";
  await none.run("stop");
  assert.match(none.window.texts[0] ?? "", /No kernel (?:in|is running in) this window/);
  assert.ok(none.commands.executed.some(({ id }) => id === "sunpyter.start"));
});

test("stop: where a notebook used the kernel, the same notification says what happens next", async () => {
  const kernels = new FakeKernels();
  const stopped = made({ kernels, used: true });
  kernels.change(ready); // which returns it a slot
  await stopped.run("stop");
  assert.deepEqual(stopped.window.texts, [
    "Kernel stopped. The node is released. The next cell that you run on Sunbird starts a new kernel.",
  ]);
});
