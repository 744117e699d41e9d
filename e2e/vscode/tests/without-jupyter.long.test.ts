import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { ready, released, stop, sunbird, titles, usual } from "../driver/sunpyter.ts";

const options = { settings: sunbird, jupyter: false };

scenario("without the Jupyter extension", options, async ({ bench, shot }) => {
  await bench.palette(titles.start);
  await bench.quick.pick(usual);
  const missing = /Jupyter extension/;
  await bench.notices.says(missing);
  const buttons = await bench.notices.buttons(missing);
  await shot("missing");
  assert.ok(buttons.includes("Install") && buttons.includes("Open in Browser"), buttons.join());
  assert.ok(await bench.offers(titles.openInBrowser));
});

/** made is the environment that is created, and wheels are pip's settings that lead to the packages. */
const made = "/cdt_storage/alice/sunpyter-environment";
const wheels = "~/.config/pip/pip.conf";
const onLogin = (line: string) => site.exec("login", "alice", "bash", "-c", line);
const failed = /Couldn't start a kernel on Sunbird/;
const create = "Create Environment…";

/** lab is the same cluster without Sunbird's modules. */
const lab = {
  ...sunbird,
  "sunpyter.cluster": "lab",
  "sunpyter.clusters": {
    lab: {
      title: "Sunbird",
      host: "login",
      user: "alice",
      partition: "s_compute_cdt",
      workingDirectory: "/cdt_storage/$USER",
    },
  },
};

scenario("without Jupyter on the cluster", { settings: lab }, async (scene) => {
  const { bench, timings, shot } = scene;
  const house = readFileSync("../testdata/wheelhouse.py", "utf8");
  await site.exec("login", "alice", "python3", "-c", house);
  await onLogin(`mv ${wheels} ~/wheels.conf`); // the site has no index
  await onLogin("python3 -m venv --without-pip ~/bare");
  for (const host of ["login", "scs0151", "scs0152"]) await site.hideJupyter(host);
  timings.mark("no host has Jupyter");

  await bench.palette(titles.start);
  await bench.quick.pick(usual);
  assert.match(await bench.dialog.text(), /Start on Sunbird without an environment\?/);
  await shot("question");
  await bench.dialog.press("Start Anyway");
  assert.match(await bench.notices.says(failed), /no jupyter-lab/);
  timings.mark("the job has found no Jupyter");
  await shot("failed");
  await bench.notices.press(failed, create);
  assert.match(await bench.dialog.text(), /python3 -m venv \S+\s+\S+ -m pip install/);
  await shot("commands");
  await bench.dialog.press("Cancel");
  await released(); // the failed job's end may not be accepted yet

  await bench.palette(titles.start);
  await bench.quick.pick(usual);
  await bench.dialog.press(create);
  await bench.dialog.press("Create");
  await bench.notices.says(/Creating an environment on Sunbird/);
  await shot("creating");
  assert.match(await bench.notices.says(failed), /Ask the site's support/);
  timings.mark("pip has found no index");
  await shot("no-index");
  await assert.rejects(onLogin(`ls ${made}`), "half an environment is left");

  await onLogin(`mv ~/wheels.conf ${wheels}`);
  await bench.notices.press(failed, "Choose Environment…");
  await bench.quick.asks(/Select the environment for this folder/);
  await shot("list");
  assert.ok((await bench.quick.rows()).some((row) => row.startsWith("bare")));
  await bench.quick.pick(/^Create environment…/);
  await bench.dialog.press("Create");
  const [, node = ""] = ready.exec(await bench.notices.says(ready)) ?? [];
  timings.mark("the kernel runs in the new environment");
  await shot("ready");
  await site.exec(node, "root", "pgrep", "-u", "alice", "-f", `${made}/bin/python`);
  await stop(bench);
  await onLogin(`rm -r ${made}`);
});
