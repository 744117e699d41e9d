import assert from "node:assert/strict";
import { Notebook } from "../driver/notebook.ts";
import { scenario } from "../driver/scenario.ts";
import { isHere, isThere, start, stop, sunbird } from "../driver/sunpyter.ts";

const told = /This cell ran on this computer, not on Sunbird/;

scenario("a cell that ran on this computer by mistake", { settings: sunbird }, async (scene) => {
  const { bench, timings, shot } = scene;
  const notebook = await Notebook.open(bench);
  const node = await start(bench);
  await notebook.ran(/on scs/);
  await notebook.choose(isHere, /^Jupyter Kernel/);
  await notebook.kernelIs(isHere);
  await notebook.runAll();
  await bench.notices.says(told);
  timings.mark("told");
  await shot("told");
  assert.doesNotMatch(await notebook.outputs(), /on scs/);
  await bench.notices.press(told, "Select Sunbird and Run Again");
  await notebook.kernelIs(isThere);
  assert.equal((await notebook.prints(/on (scs\S+)/))[1], node);
  timings.mark("the cell has printed on the cluster");
  await stop(bench);
});
