import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { Notebook } from "../driver/notebook.ts";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { isHere, isThere, ready, sunbird, usual } from "../driver/sunpyter.ts";

scenario("the notebook's kernel picker", { settings: sunbird }, async (scene) => {
  const { bench, editor, timings, shot } = scene;
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

  copyFileSync(join(editor.workspace, "notebook.ipynb"), join(editor.workspace, "second.ipynb"));
  await bench.quick.command("View: Close All Editors");
  await bench.quick.command("Refresh Explorer"); // this VS Code does not watch the folder
  const second = await Notebook.open(bench, "second.ipynb");
  await second.toSunbird();
  await bench.quick.pick(/^Sunbird/);
  await bench.quick.pick(/Python 3 \(Sunbird\)/);
  await second.runAll();
  assert.equal((await second.prints(/on (\S+)/))[1], node);
  assert.equal((await site.running()).length, 1);
  timings.mark("the second notebook's cell has printed");
});
