import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { made } from "./commands.fixture.js";
import { settle } from "./stub/until.js";
import { ended, FakeKernels, pending, ready } from "./fakes/kernels.js";

test("commands: what the manifest shows is what is registered", () => {
  const { commands, registered } = made();
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
    contributes: { commands: { command: string }[] };
  };
  // Those of the view Files are registered with the view.
  const shown = manifest.contributes.commands
    .map(({ command }) => command)
    .filter(
      (command) => !command.startsWith("sunpyter.files.") && command !== "sunpyter.showFiles",
    );
  assert.deepEqual([...commands.registered.keys()].sort(), shown.sort());
  registered.dispose();
  assert.equal(commands.registered.size, 0);
});

test("context keys: they follow the kernels", () => {
  const kernels = new FakeKernels();
  const { commands, registered, slots } = made({ kernels });
  const keys = () =>
    ["hasKernel", "ready"].map((key) => commands.contextKeys.get(`sunpyter.${key}`));
  assert.deepEqual(keys(), [false, false]);
  kernels.change(pending);
  assert.deepEqual(keys(), [true, false]);
  kernels.change({ ...ready, id: pending.id });
  assert.deepEqual(keys(), [true, true]);
  kernels.change({ ...ready, id: pending.id, state: "disconnected" });
  assert.deepEqual(keys(), [true, true]);
  kernels.change({ ...ready, id: pending.id, state: "ending" });
  assert.deepEqual(keys(), [true, false]);
  kernels.change(ended({ ...ready, id: pending.id }, "cancelled"));
  assert.deepEqual(keys(), [false, false]);
  registered.dispose();
  slots.dispose();
  assert.equal(kernels.listeners, 0);
});

test("start: the notebook gets the kernel; a cancel shows nothing", async () => {
  const started = made({ begin: () => Promise.resolve({ session: ready }) });
  await started.run("start");
  await settle();
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
  await start.restart(ready, { timeLimitSeconds: 28_800 });
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

test("start instead: the new one takes the slot and the old one is stopped, unless it is shared", async () => {
  const begin = () => Promise.resolve({ session: { ...ready, id: "new" } });
  for (const [given, stopped, used] of [
    [{ begin }, [ready.id], ["sunbird"]],
    [{ begin, shared: true }, [], ["sunbird/2"]],
    [{}, [], ["sunbird"]],
  ] as const) {
    const kernels = new FakeKernels();
    const { start, ...seen } = made({ kernels, ...given });
    kernels.change(ready); // which returns it the first slot
    await start.replace(ready, { memoryMiB: 8192 });
    await new Promise(setImmediate);
    assert.equal(seen.startedOn[0]?.request.memoryMiB, 8192);
    assert.deepEqual([kernels.stopped, seen.used], [stopped, used]);
  }
});

const sunbird = { id: "sunbird", cluster: "sunbird", label: "Sunbird" };

test("start for a cell: with a question, or without, or not at all, as the settings say", async () => {
  const begin = () => Promise.resolve({ session: ready });
  const asking = made({ begin });
  assert.equal(
    (await asking.start.forCell(sunbird, new AbortController().signal))?.session.id,
    ready.id,
  );
  assert.deepEqual([asking.cells[0]?.ask, asking.cells[0]?.change], [true, {}]);
  assert.equal(asking.slots.slotOfKernel(ready.id)?.id, "sunbird");
  assert.deepEqual(asking.announced, [ready.id]);

  const always = made({ begin, startOnRun: "always" });
  await always.start.forCell(sunbird, new AbortController().signal);
  assert.equal(always.cells[0]?.ask, false);

  const never = made({ begin, startOnRun: "never" });
  await assert.rejects(
    never.start.forCell(sunbird, new AbortController().signal),
    /No kernel is running on Sunbird/,
  );
  assert.deepEqual(never.cells, []);

  const refused = made({ begin, refuse: true });
  assert.equal(await refused.start.forCell(sunbird, new AbortController().signal), undefined);
  assert.deepEqual(refused.cells, []);
});

test("start for a cell: after one that ran out of memory there is more, and the question says why", async () => {
  const kernels = new FakeKernels();
  const { start, cells } = made({ kernels });
  kernels.change(ready);
  kernels.change(ended({ ...ready, suggestedMemoryMiB: 8192 }, "ended.out-of-memory"));
  await start.forCell(sunbird, new AbortController().signal);
  assert.deepEqual(cells[0]?.change, { memoryMiB: 8192 });
  assert.match(cells[0].why, /more than its 4 GB of memory/);
});

test("start: a further kernel at the same time has a slot of its own, and an ended one's is used again", async () => {
  const kernels = new FakeKernels();
  const begin = () => Promise.resolve({ session: { ...ready, id: "new" } });
  const { run, used } = made({ kernels, begin });
  kernels.change(ready);
  await run("start");
  kernels.change(ended(ready, "cancelled"));
  await run("start");
  assert.deepEqual(used, ["sunbird/2", "sunbird"]);
});

test("forget: the saved passwords are removed, and that is shown", async () => {
  const { run, chosen, window } = made();
  await run("forget");
  assert.deepEqual(chosen, ["forgotten"]);
  assert.match(window.texts.at(-1) ?? "", /Saved passwords and passphrases were removed/u);
});
