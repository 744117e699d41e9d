import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Notebook } from "../driver/notebook.ts";
import { scenario, type Scene } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { isHere, isThere, ready, stop, sunbird, titles, usual } from "../driver/sunpyter.ts";

/** ml is an environment of the user's. */
const ml = "/home/alice/ml";

/** starts: the picker's own row starts a kernel, and the notebook gets it. It returns the node. */
async function starts({ bench, timings, shot }: Scene): Promise<string> {
  const notebook = await Notebook.open(bench);
  await notebook.kernelIs(isHere); // until then VS Code offers to install what runs cells
  await notebook.toSunbird();
  await shot("servers");
  await bench.quick.pick(/^Start Sunbird kernel…/);
  await bench.quick.pick(usual);
  const [, node = ""] = ready.exec(await bench.notices.says(ready)) ?? [];
  await notebook.kernelIs(isThere);
  await notebook.runAll();
  assert.equal((await notebook.prints(/on (\S+)/))[1], node);
  timings.mark("the cell has printed");
  await shot("ran");
  return node;
}

/** chosen: another notebook gets the same job by the picker. */
async function chosen({ bench, editor, timings }: Scene, node: string): Promise<Notebook> {
  copyFileSync(join(editor.workspace, "notebook.ipynb"), join(editor.workspace, "second.ipynb"));
  await bench.run("closeEditors");
  await bench.run("refreshExplorer"); // this VS Code does not watch the folder
  const second = await Notebook.open(bench, "second.ipynb");
  await second.toSunbird();
  await bench.quick.pick(/^Sunbird/);
  await bench.quick.pick(/Python 3 \(Sunbird\)/);
  assert.equal((await second.ran(/on (\S+)/))[1], node);
  assert.equal((await site.running()).length, 1);
  timings.mark("the second notebook's cell has printed");
  return second;
}

/** mistaken: a cell that ran on this computer by mistake is reported, and run on the cluster. */
async function mistaken(scene: Scene, notebook: Notebook, node: string): Promise<void> {
  const { bench, timings, shot } = scene;
  const ranHere = /This cell ran on this computer, not on Sunbird/;
  await notebook.choose(isHere, /^Jupyter Kernel/);
  await notebook.kernelIs(isHere);
  await notebook.runAll();
  await bench.notices.says(ranHere);
  timings.mark("the mistake is reported");
  await shot("ran-here");
  assert.doesNotMatch(await notebook.outputs(), /on scs/);
  await bench.notices.press(ranHere, "Select Sunbird and Run Again");
  await notebook.kernelIs(isThere);
  assert.equal((await notebook.prints(/on (scs\S+)/))[1], node);
  timings.mark("the cell has printed on the cluster");
}

/** named: a notebook that names an environment gets that of the job, by our command. */
async function named({ bench, editor, timings, shot }: Scene, node: string): Promise<void> {
  const file = (name: string) => join(editor.workspace, name);
  const notebook = JSON.parse(readFileSync(file("notebook.ipynb"), "utf8")) as object;
  const kernelspec = { name: "conda-env-ml-py", display_name: "ml", language: "python" };
  writeFileSync(file("third.ipynb"), JSON.stringify({ ...notebook, metadata: { kernelspec } }));
  await bench.run("closeEditors");
  await bench.run("refreshExplorer");
  const third = await Notebook.open(bench, "third.ipynb");
  await bench.palette(titles.start);
  await bench.quick.pick(/^Use the kernel on/);
  await third.kernelIs(/^Python 3\.\d+ \(ml, Sunbird\)/);
  await third.ran(/on scs\d+/);
  await site.exec(node, "root", "pgrep", "-u", "alice", "-f", `^${ml}/bin/python`);
  timings.mark("the third notebook's cell has printed");
  await shot("environment");
}

scenario("the notebook's kernel picker", { settings: sunbird }, async (scene) => {
  const asAlice = (line: string) => site.exec("login", "alice", ...line.split(" "));
  await asAlice(`python3 -m venv --without-pip --system-site-packages ${ml}`);
  try {
    const node = await starts(scene);
    const second = await chosen(scene, node);
    await mistaken(scene, second, node);
    await named(scene, node);
    await stop(scene.bench);
  } finally {
    await asAlice(`rm -r ${ml}`);
  }
});
