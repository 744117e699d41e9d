import assert from "node:assert/strict";
import { test } from "node:test";
import { createStartState } from "../src/start/state.js";
import { createRig, createUsedRig, problem } from "./start.fixture.js";
import { until } from "./stub/until.js";

const start = { account: "scw1000" };

test("start: an environment is chosen from those that can be used, and remembered for the folder", async () => {
  const rig = await createUsedRig();
  rig.settings.request = { environment: { variables: { A: "1" } }, workingDirectory: "/scratch" };
  const starting = rig.starter.start();
  const sizes = await rig.window.quickPick();
  assert.equal(sizes.row("Environment…").description, "as in the settings");
  sizes.pick("Environment…");
  const pick = await rig.window.quickPick();
  assert.deepEqual(
    rig.asked.find(({ method }) => method === "cluster/environments"),
    {
      method: "cluster/environments",
      params: { cluster: "sunbird", user: "a.b.person", workingDirectory: "/scratch" },
    },
  );
  assert.deepEqual(pick.labels, [
    "As in the settings",
    "Create environment…",
    "ml",
    "python/3.11",
    "course",
  ]);
  assert.deepEqual(
    pick.items.slice(2).map(({ description, detail }) => [description, detail]),
    [
      ["conda · Python 3.12.1 · no Jupyter", "/home/a/ml"],
      ["module", undefined],
      ["container", "/i/course.sif"],
    ],
  );
  pick.pick("ml");
  const again = await rig.window.quickPick();
  assert.equal(again.row("Environment…").description, "ml (conda)");
  again.pick("1 CPU");
  await starting;
  assert.deepEqual(rig.started[0]?.request.environment, {
    variables: { A: "1" },
    name: "/home/a/ml",
  });

  const later = createRig(rig.state);
  await later.starter.start({ repeatLast: true });
  assert.deepEqual(later.started[0]?.request, {
    ...start,
    environment: { name: "/home/a/ml" },
  });
  const next = later.starter.start();
  (await later.window.quickPick()).pick("Environment…");
  const other = await later.window.quickPick();
  assert.equal(other.activeItems[0]?.label, "ml");
  other.pick("As in the settings");
  (await later.window.quickPick()).pick("1 CPU");
  await next;
  assert.deepEqual(later.started[1]?.request, start);
});

test("start: a container replaces the environment of the settings, and Jupyter comes from the rest", async () => {
  const rig = await createUsedRig();
  rig.settings.request = { environment: { name: "ml", modules: ["cuda"] } };
  const starting = rig.starter.start();
  (await rig.window.quickPick()).pick("Environment…");
  (await rig.window.quickPick()).pick("course");
  const sizes = await rig.window.quickPick();
  assert.equal(sizes.row("Environment…").description, "course (container)");
  sizes.pick("1 CPU");
  await starting;
  assert.deepEqual(rig.started[0]?.request.environment, {
    modules: ["cuda"],
    container: "/i/course.sif",
  });
  const later = createRig(rig.state);
  later.settings.request = { environment: { conda: "jupyter", container: "/i/other.sif" } };
  await later.starter.start({ repeatLast: true });
  assert.deepEqual(later.started[0]?.request.environment, {
    conda: "jupyter",
    container: "/i/course.sif",
  });
});

test("start: a preset has its environment, which is the folder's from then on", async () => {
  const rig = await createUsedRig();
  rig.settings.request = { environment: { conda: "base", modules: ["cuda"] } };
  const environment = { name: "~/thesis/.venv" };
  rig.settings.presets = [{ name: "Thesis", request: { cpus: 8, environment } }];
  const starting = rig.starter.start();
  const sizes = await rig.window.quickPick();
  assert.equal(sizes.row("Thesis").description, "8 CPUs, 4 h · environment thesis");
  assert.equal(sizes.row("Environment…").description, "as in the settings: base");
  sizes.pick("Thesis");
  await starting;
  const wanted = { modules: ["cuda"], name: "~/thesis/.venv" };
  assert.deepEqual(rig.started[0]?.request.environment, wanted);

  const later = createRig(rig.state);
  await later.starter.start({ repeatLast: true });
  assert.deepEqual(later.started[0]?.request, { ...start, cpus: 8, environment });
  const next = later.starter.start();
  const again = await later.window.quickPick();
  assert.equal(again.row("Environment…").description, "thesis");
  again.hide();
  await next;
});

test("start: a saved preset keeps the environment that was chosen", async () => {
  const rig = await createUsedRig();
  const at = { site: { cluster: "sunbird" }, user: "a.b.person" };
  const state = createStartState(rig.state, rig.state);
  const environment = { modules: ["python/3.11"] };
  await state.setEnvironment(at, { label: "Python of the site", environment });
  await state.savePreset({ name: "Old", request: { cpus: 2, environment: { name: "other" } } });
  const starting = rig.starter.start();
  (await rig.window.quickPick()).pick("More Resources");
  (await rig.window.quickPick()).pick("s_highmem_cdt");
  for (const text of ["4", "8 GB", "1 h"]) (await rig.window.inputBox()).answer(text);
  (await rig.window.quickPick()).pick("scw1000");
  (await rig.window.quickPick()).pick("Save as a preset");
  (await rig.window.inputBox()).answer("Mine");
  await starting;
  assert.deepEqual(rig.started[0]?.request.environment, environment);
  assert.deepEqual(
    state.presets().map(({ name, request }) => [name, request.environment]),
    [
      ["Old", { name: "other" }],
      ["Mine", environment],
    ],
  );
});

test("start: Back from the environments, and a failure to look for them, change nothing", async () => {
  const rig = await createUsedRig();
  const starting = rig.starter.start();
  (await rig.window.quickPick()).pick("Environment…");
  (await rig.window.quickPick()).press("Back");
  rig.answers.environments = () => Promise.reject(problem("link.lost", "gone"));
  (await rig.window.quickPick()).pick("Environment…");
  (await rig.window.quickPick()).pick("1 CPU");
  await starting;
  assert.deepEqual(rig.window.texts, ["Couldn't prepare an environment on Sunbird. Gone."]);
  assert.deepEqual(rig.started[0]?.request, start);
});

test("start: where no kernel can run, another environment is offered, and the start is tried again with it", async () => {
  const environments = ["unknown", "broken", "shadowed"].map((why) => `environment-${why}`);
  for (const code of ["jupyter-missing", "kernel-missing", ...environments]) {
    await startsInAnother(`job.${code}`);
  }
});

async function startsInAnother(code: string): Promise<void> {
  const rig = await createUsedRig();
  const ready = rig.start;
  rig.start = () => Promise.reject(problem(code, "it does not work"));
  rig.window.answer = ({ buttons }) => buttons.find((one) => one === "Choose Environment…");
  const starting = rig.starter.start({ repeatLast: true });
  const pick = await until("the environments", () => rig.window.quickPicks.at(-1));
  rig.start = ready;
  pick.pick("python/3.11");
  await starting;
  assert.deepEqual(rig.started[1]?.request, {
    ...start,
    environment: { name: "python/3.11" },
  });
}
