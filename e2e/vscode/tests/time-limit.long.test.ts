import assert from "node:assert/strict";
import { until } from "../driver/deadline.ts";
import { Notebook } from "../driver/notebook.ts";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { isThere, profile, ready, runAndStart, stop, titles } from "../driver/sunpyter.ts";

const options = { settings: profile({ partition: "short", timeLimit: "1m" }) };

scenario("the time limit ends the job", options, async ({ bench, timings, shot }) => {
  const notebook = await Notebook.open(bench);
  await bench.palette(titles.start);
  await bench.quick.pick(/^1 CPU, /);
  await bench.notices.says(ready);
  await notebook.runAll();
  await notebook.prints(/on scs/);
  timings.mark("the cell has printed");
  const item = bench.page.locator('.statusbar-item.warning-kind[id^="sa2c.sunpyter"]');
  await item.waitFor();
  await shot("warned");
  const ended = /time limit of 1 min was reached|time limit.* was reached/;
  const said = await bench.notices.says(ended, 180_000);
  timings.mark("the end is reported");
  console.log(said, await bench.notices.buttons(ended));
  await shot("ended");
  await until("no job", async () => (await site.running()).length === 0);
  assert.equal(await bench.status(), undefined);
  await notebook.kernelIs(isThere);
  await bench.run("clearOutputs");
  await runAndStart(notebook);
  await notebook.prints(/on scs/);
  timings.mark("the next cell has started another");
  await stop(bench);
});
