import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { made } from "./commands.fixture.js";
import { ended, FakeKernels, pending, ready } from "./fakes/kernels.js";

test("commands: what the manifest shows is what is registered", () => {
  const { commands, registered } = made();
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
    contributes: { commands: { command: string }[] };
  };
  const shown = manifest.contributes.commands.map(({ command }) => command);
  assert.deepEqual([...commands.registered.keys()].sort(), shown.sort());
  registered.dispose();
  assert.equal(commands.registered.size, 0);
});

test("context keys: they follow the kernels", () => {
  const kernels = new FakeKernels();
  const { commands, registered } = made({ kernels });
  const keys = () =>
    ["hasKernel", "ready", "starting"].map((key) => commands.contextKeys.get(`sunpyter.${key}`));
  assert.deepEqual(keys(), [false, false, false]);
  kernels.change(pending);
  assert.deepEqual(keys(), [true, false, true]);
  kernels.change({ ...ready, id: pending.id });
  assert.deepEqual(keys(), [true, true, false]);
  kernels.change({ ...ready, id: pending.id, state: "disconnected" });
  assert.deepEqual(keys(), [true, true, false]);
  kernels.change({ ...ready, id: pending.id, state: "ending" });
  assert.deepEqual(keys(), [true, false, false]);
  kernels.change(ended({ ...ready, id: pending.id }, "cancelled"));
  assert.deepEqual(keys(), [false, false, false]);
  registered.dispose();
  assert.equal(kernels.listeners, 0);
});

test("start: the notebook gets the kernel; a person who cancelled is left alone", async () => {
  const started = made({ begin: () => Promise.resolve({ session: ready }) });
  await started.run("start");
  assert.deepEqual(started.chosen, [ready.id]);
  const cancelled = made();
  await cancelled.run("start");
  assert.deepEqual(cancelled.chosen, []);
});

test("start: nothing is started where it is refused", async () => {
  const { run, chosen } = made({ refuse: true, begin: () => Promise.resolve({ session: ready }) });
  await run("start");
  assert.deepEqual(chosen, []);
});

test("start again: with what the kernel had, and the change", async () => {
  const { start, startedOn } = made();
  await start.again(ready, { timeLimitSeconds: 28_800 });
  assert.deepEqual(startedOn, [
    {
      cluster: "sunbird",
      user: "alice",
      request: {
        cpus: 1,
        memoryMiB: 4096,
        timeLimitSeconds: 28_800,
        partition: "s_highmem_cdt",
      },
    },
  ]);
});

test("start instead: the one before is stopped once the notebook has another, unless it is shared", async () => {
  const begin = () => Promise.resolve({ session: { ...ready, id: "new" } });
  for (const [given, stopped, chosen] of [
    [{ begin }, [ready.id], ["new"]],
    [{ begin, selected: false }, [], ["new"]],
    [{ begin, shared: true }, [], ["new"]],
    [{}, [], []],
  ] as const) {
    const { start, kernels, ...seen } = made(given);
    await start.instead(ready, { memoryMiB: 8192 });
    await new Promise(setImmediate);
    assert.equal(seen.startedOn[0]?.request.memoryMiB, 8192);
    assert.deepEqual([kernels.stopped, seen.chosen], [stopped, chosen]);
  }
});

test("forget: what was kept is gone, and it says so", async () => {
  const { run, chosen, window } = made();
  await run("forget");
  assert.deepEqual(chosen, ["forgotten"]);
  assert.match(window.texts.at(-1) ?? "", /No password or passphrase of yours is kept/u);
});
