import assert from "node:assert/strict";
import { test } from "node:test";
import { createRig, createUsedRig, type Rig } from "./start.fixture.js";

/** power opens "More Resources…" and answers up to the partition. */
async function power(rig: Rig, partition = "s_highmem_cdt") {
  const starting = rig.starter.start();
  (await rig.window.quickPick()).pick("More Resources");
  const first = await rig.window.quickPick();
  first.pick(partition);
  return { starting, first };
}

test("start: More Resources asks for each value, numbered, and starts with them", async () => {
  const rig = await createUsedRig();
  const { starting, first } = await power(rig, "gpu");
  assert.deepEqual([first.step, first.buttons.length], [1, 0]);
  const cpus = await rig.window.inputBox();
  assert.deepEqual([cpus.title, cpus.step, cpus.totalSteps], ["Start a kernel on Sunbird", 2, 7]);
  cpus.answer("4");
  (await rig.window.inputBox()).answer("16 GB");
  (await rig.window.inputBox()).answer("90 min");
  const gpus = await rig.window.quickPick();
  assert.deepEqual(gpus.labels, ["No GPU", "1 GPU (a100)", "2 GPUs (a100)"]);
  gpus.pick("1 GPU");
  (await rig.window.quickPick()).pick("scw2000");
  const last = await rig.window.quickPick();
  assert.deepEqual(last.labels, [
    "Start with 4 CPUs, 16 GB, 90 min, 1 GPU (a100)",
    "Compare start times…",
    "Save as a preset and start…",
  ]);
  assert.equal(last.items[0]?.detail, "Sunbird, partition gpu, account scw2000");
  last.pick("Start with");
  await starting;
  assert.deepEqual(rig.started[0]?.request, {
    account: "scw2000",
    partition: "gpu",
    cpus: 4,
    memoryMiB: 16_384,
    timeLimitSeconds: 5400,
    gpus: "a100:1",
  });
});

test("start: a partition's limit is shown while typing, and cannot be exceeded", async () => {
  const rig = await createUsedRig();
  const { starting } = await power(rig);
  (await rig.window.inputBox()).answer("2");
  (await rig.window.inputBox()).answer("");
  const time = await rig.window.inputBox();
  assert.equal(time.value, "4 h");
  time.type("4 d");
  assert.equal(time.validationMessage, "s_highmem_cdt allows at most 3 d.");
  time.accept();
  assert.ok(time.visible);
  time.type("3 d");
  assert.equal(time.validationMessage, undefined);
  time.hide();
  assert.equal(await starting, undefined);
  assert.deepEqual([rig.started, rig.window.texts], [[], []]);
});

test("start: Back keeps what was answered, and a new partition sets new limits", async () => {
  const rig = await createUsedRig();
  const { starting } = await power(rig, "gpu");
  (await rig.window.inputBox()).answer("3");
  (await rig.window.inputBox()).answer("8 GB");
  (await rig.window.inputBox()).answer("1 h");
  (await rig.window.quickPick()).pick("2 GPUs");
  (await rig.window.quickPick()).press("Back"); // account
  const gpus = await rig.window.quickPick();
  assert.equal(gpus.activeItems[0]?.label, "2 GPUs (a100)");
  gpus.press("Back");
  (await rig.window.inputBox()).press("Back");
  const memory = await rig.window.inputBox();
  assert.equal(memory.value, "8 GB");
  memory.press("Back");
  const cpus = await rig.window.inputBox();
  assert.equal(cpus.value, "3");
  cpus.press("Back");
  (await rig.window.quickPick()).pick("compute");
  for (const text of ["3", "8 GB", "1 h"]) {
    const box = await rig.window.inputBox();
    assert.equal(box.value, text);
    assert.equal(box.totalSteps, 6, "compute has no GPUs");
    box.accept();
  }
  (await rig.window.quickPick()).pick("scw1000");
  const last = await rig.window.quickPick();
  assert.equal(last.labels[0], "Start with 3 CPUs, 8 GB, 1 h");
  last.hide();
  assert.equal(await starting, undefined);
});

test("start: an answer that a new limit forbids is rejected at once", async () => {
  const rig = await createUsedRig();
  rig.settings.request = { timeLimitSeconds: 86_400 };
  const { starting } = await power(rig, "gpu");
  (await rig.window.inputBox()).answer("1");
  (await rig.window.inputBox()).answer("");
  const time = await rig.window.inputBox();
  assert.equal(time.validationMessage, "gpu allows at most 2 h.");
  time.hide();
  await starting;
});

test("start: a custom choice can be saved as a preset", async () => {
  const rig = await createUsedRig();
  rig.settings.presets = [{ name: "Big", request: { cpus: 8 } }];
  const { starting } = await power(rig);
  (await rig.window.inputBox()).answer("4");
  (await rig.window.inputBox()).answer("");
  (await rig.window.inputBox()).answer("2 h");
  (await rig.window.quickPick()).pick("scw1000");
  (await rig.window.quickPick()).pick("Save as a preset");
  const name = await rig.window.inputBox();
  name.type("Big");
  assert.equal(name.validationMessage, 'Your settings have a preset "Big" already.');
  name.answer("Mine");
  await starting;
  const later = createRig(rig.state);
  const next = later.starter.start();
  const sizes = await later.window.quickPick();
  assert.equal(sizes.row("Mine").description, "4 CPUs, 2 h");
  sizes.hide();
  await next;
});

test("start: an empty memory means that of the settings", async () => {
  const rig = await createUsedRig();
  rig.settings.request = { memoryMiB: 4096 };
  const { starting } = await power(rig);
  (await rig.window.inputBox()).accept();
  const memory = await rig.window.inputBox();
  assert.equal(memory.prompt, "Memory (leave empty for 4 GB)");
  memory.answer("");
  (await rig.window.inputBox()).accept();
  (await rig.window.quickPick()).pick("scw1000");
  assert.equal((await rig.window.quickPick()).labels[0], "Start with 1 CPU, 4 GB, 4 h");
  (await rig.window.quickPick()).hide();
  await starting;
});
