import assert from "node:assert/strict";
import { test } from "node:test";
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
  assert.deepEqual(pick.labels, ["As in the settings", "ml", "python/3.11"]);
  assert.deepEqual(
    pick.items.slice(1).map(({ description, detail }) => [description, detail]),
    [
      ["conda · Python 3.12.1 · no Jupyter", "/home/a/ml"],
      ["module", undefined],
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

test("start: Back from the environments, and a failure to look for them, change nothing", async () => {
  const rig = await createUsedRig();
  const starting = rig.starter.start();
  (await rig.window.quickPick()).pick("Environment…");
  (await rig.window.quickPick()).press("Back");
  rig.answers.environments = () => Promise.reject(problem("link.lost", "gone"));
  (await rig.window.quickPick()).pick("Environment…");
  (await rig.window.quickPick()).pick("1 CPU");
  await starting;
  assert.deepEqual(rig.window.texts, ["Couldn't look for environments on Sunbird. Gone."]);
  assert.deepEqual(rig.started[0]?.request, start);
});

test("start: without a Jupyter, another environment is offered, and the start is tried again with it", async () => {
  const rig = await createUsedRig();
  const ready = rig.start;
  rig.start = () => Promise.reject(problem("job.jupyter-missing", "no Jupyter"));
  rig.window.answer = ({ buttons }) => buttons.find((one) => one === "Choose an Environment…");
  const starting = rig.starter.start({ repeatLast: true });
  const pick = await until("the environments", () => rig.window.quickPicks.at(-1));
  rig.start = ready;
  pick.pick("python/3.11");
  await starting;
  assert.deepEqual(rig.started[1]?.request, {
    ...start,
    environment: { name: "python/3.11" },
  });
});
