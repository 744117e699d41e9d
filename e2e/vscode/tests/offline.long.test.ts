import assert from "node:assert/strict";
import { Notebook } from "../driver/notebook.ts";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { endLogin, isThere, profile, start, stop } from "../driver/sunpyter.ts";

const counting = "n = globals().get('n', 0) + 1; print(f'run {n}.')";
const options = { settings: profile({}, 120), cells: [counting] };

scenario("the window is reloaded while there is no network", options, async (scene) => {
  const { bench, timings, shot } = scene;
  const notebook = await Notebook.open(bench);
  await start(bench);
  await notebook.ran(/run 1\./);
  await bench.remembered();
  await site.cut();
  try {
    await bench.reload();
    timings.mark("the window is reloaded");
    await (await Notebook.of(bench)).kernelIs(isThere);
    timings.mark("the notebook has the cluster's kernel without a network");
    await shot("offline");
  } finally {
    await site.uncut();
  }
  await bench.statusSays(/Sunbird scs\d+ · /);
  timings.mark("the kernel is this window's again");
  const same = await Notebook.of(bench);
  await same.kernelIs(isThere);
  await same.ran(/run 2\./);
  assert.equal((await site.running()).length, 1);
  await stop(bench);
  endLogin();
});
