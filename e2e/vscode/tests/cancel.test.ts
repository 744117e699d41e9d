import assert from "node:assert/strict";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { released, sunbird, titles, usual } from "../driver/sunpyter.ts";

scenario("cancelled while it waits in the queue", { settings: sunbird }, async (scene) => {
  const { bench, timings, shot } = scene;
  const free = await site.occupy();
  try {
    await bench.palette(titles.start);
    await bench.quick.pick(usual);
    const waits = await bench.notices.says(/Job \d+ is waiting\. .*(CPU|node)/);
    console.log(waits);
    assert.equal((await site.running()).length, 1);
    await bench.statusSays(/Sunbird: waiting…/);
    await shot("waits");
    timings.mark("the job waits");
    await bench.notices.press(/Starting a kernel on Sunbird/, "Cancel");
    await released();
    timings.mark("Slurm has accepted the end");
    await bench.notices.says(/Cancelled/);
    await shot("cancelled");
    assert.equal(await bench.status(), undefined);
  } finally {
    await free();
  }
});
