import assert from "node:assert/strict";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { ready, stop, titles } from "../driver/sunpyter.ts";

scenario("the first start, with no setting and no file", {}, async ({ bench, timings, shot }) => {
  await bench.palette(titles.start);
  await bench.quick.asks(/Choose the cluster/);
  const clusters = await bench.quick.rows();
  assert.match(clusters[0] ?? "", /^Sunbird/);
  await shot("clusters");
  await bench.quick.pick("Another cluster…");
  await bench.quick.asks(/login node of the cluster/);
  await shot("another");
  await bench.quick.input.fill("two words");
  assert.ok((await bench.quick.message()).length > 10, "said as it is typed");
  await shot("another-wrong");
  await bench.quick.back();
  await bench.quick.pick(/^Sunbird/);
  await bench.quick.asks(/Your user name on Sunbird/);
  await shot("user");
  await bench.quick.back();
  await bench.quick.pick("login");
  timings.mark("the cluster is chosen");
  await bench.quick.asks(/Choose the partition/);
  timings.mark("the cluster has said what there is");
  await shot("partitions");
  await bench.quick.pick(/^s_highmem_cdt/);
  await bench.quick.asks(/Choose what the kernel gets/);
  await shot("sizes");
  await bench.quick.pick(/^More power…/);
  await bench.quick.asks(/Choose the partition/);
  await bench.quick.pick(/^s_highmem_cdt/);
  await bench.quick.asks(/One is enough/);
  await shot("power");
  await bench.quick.input.fill("400");
  await bench.quick.asks(/at most 40 CPUs/);
  await shot("power-too-many");
  await bench.quick.close();
  assert.deepEqual(await site.running(), []);

  await bench.palette(titles.start);
  await bench.quick.pick(/^1 CPU, 4 hours/);
  await bench.notices.says(ready);
  timings.mark("cells can run");
  const [job] = await site.running();
  assert.equal(job?.Partition, "s_highmem_cdt");
  await stop(bench); // or it would be kept for a reload
});
