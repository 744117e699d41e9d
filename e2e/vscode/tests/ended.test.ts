import assert from "node:assert/strict";
import { Notebook } from "../driver/notebook.ts";
import { scenario, type Scene } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { isThere, released, runAndStart, start, stop, sunbird } from "../driver/sunpyter.ts";

/** endings are how a kernel ends while its notebook is open. */
const endings: Record<string, (scene: Scene) => Promise<void>> = {
  "it is stopped": async ({ bench }) => {
    await stop(bench);
    await bench.notices.says(/Kernel stopped/);
  },
  "its job is cancelled elsewhere": async ({ bench }) => {
    await site.exec("login", "alice", "scancel", "-u", "alice");
    await bench.notices.says(/cancelled/);
  },
};

scenario(
  "a notebook keeps the cluster when its kernel ends",
  { settings: sunbird },
  async (scene) => {
    const { bench, timings, shot } = scene;
    const notebook = await Notebook.open(bench);
    await start(bench);
    await notebook.ran(/on scs/);
    for (const [what, end] of Object.entries(endings)) {
      await end(scene);
      await released();
      timings.mark(what);
      await notebook.kernelIs(isThere);
      await shot(what);
      await bench.quick.command("Notebook: Clear All Outputs");
      await runAndStart(notebook);
      await notebook.prints(/on scs/);
      timings.mark("the next cell has started another");
      await notebook.kernelIs(isThere);
      assert.equal((await site.running()).length, 1);
    }
    await stop(bench);
  },
);
