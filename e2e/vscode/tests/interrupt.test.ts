import assert from "node:assert/strict";
import { Notebook } from "../driver/notebook.ts";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { isThere, released, runAndStart, start, stop, sunbird } from "../driver/sunpyter.ts";

scenario(
  "a cell that waits for its kernel is interrupted",
  { settings: sunbird },
  async (scene) => {
    const { bench, timings, shot } = scene;
    const notebook = await Notebook.open(bench);
    await start(bench);
    await notebook.ran(/on scs/);
    await stop(bench);
    await bench.quick.command("Notebook: Clear All Outputs");
    const free = await site.occupy();
    try {
      await runAndStart(notebook);
      await bench.notices.says(/Job \d+ is waiting/);
      await notebook.interrupt();
      timings.mark("interrupted");
      await notebook.prints(/Interrupted\./);
      await released();
      timings.mark("Slurm has accepted the end of the job");
      await bench.notices.says(/Cancelled\. Nothing is left on Sunbird/);
      await shot("interrupted");
    } finally {
      await free();
    }
    await notebook.kernelIs(isThere);
    await bench.quick.command("Notebook: Clear All Outputs");
    await runAndStart(notebook);
    await notebook.prints(/on scs/);
    assert.equal((await site.running()).length, 1);
    timings.mark("the next run has started another");
    await stop(bench);
  },
);
