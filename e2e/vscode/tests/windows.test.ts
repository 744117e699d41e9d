import assert from "node:assert/strict";
import { until } from "../driver/deadline.ts";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { start, stop, sunbird, titles } from "../driver/sunpyter.ts";

scenario("two windows", { settings: sunbird }, async ({ bench, window, timings, shot }) => {
  const node = await start(bench);
  const other = await window();
  timings.mark("the other window is open");
  assert.equal(await other.status(), undefined);
  await other.palette(titles.kernels);
  await other.quick.pick(new RegExp(node));
  await other.quick.asks(/Select an action for this kernel/);
  await shot("other-window", other);
  await other.quick.close();
  await start(other);
  timings.mark("cells can run in the other, too");
  assert.equal((await site.running()).length, 2);
  await other.page.close();
  await until("the end of its kernel", async () => (await site.running()).length === 1);
  await bench.statusSays(/Sunbird scs\d+/);
  await stop(bench);
});
