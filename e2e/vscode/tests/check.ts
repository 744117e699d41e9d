import assert from "node:assert/strict";
import { until } from "../driver/deadline.ts";
import type { Scene } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { profile, titles } from "../driver/sunpyter.ts";

/** check: the check, with a small job, and its report, and what is wrong. */
export async function check({ bench, editor, timings, shot }: Scene): Promise<void> {
  editor.settings(profile({ modules: ["anaconda/2021.05"] }));
  await bench.reload(); // this VS Code does not watch the file
  await bench.palette(titles.check);
  await bench.quick.asks(/Sunbird: no problem found/);
  await shot("well");
  assert.deepEqual(await site.running(), []);
  await bench.quick.pick(/^.*Check with a Small Job/);
  timings.mark("the small job is asked for");
  const gone = async () => !(await bench.quick.rows()).some((row) => /Small Job/.test(row));
  await until("the small job to be asked for", gone);
  await bench.quick.asks(/Sunbird: everything works/);
  await shot("full");
  assert.deepEqual(await site.running(), []);
  await bench.quick.pick(/^.*Copy Report/);
  await bench.notices.says(/Report copied/);
  const report = await bench.page.evaluate(() => navigator.clipboard.readText());
  assert.match(report, /^Sunpyter check of Sunbird \(USER@login\)\n/);
  assert.match(report, /\[ok\] Connection to the job/);
  assert.doesNotMatch(report, /alice/);
  assert.equal(await bench.status(), undefined, "the small job is no kernel of the window");
  timings.mark("well");

  editor.settings(profile({ partition: "s_gpu" }));
  await bench.reload();
  await bench.palette(titles.check);
  const seen = await bench.quick.asks(/Sunbird: problem found/);
  await shot("failed");
  assert.match(seen, /the site has no partition "s_gpu"/);
  assert.match(seen, /s_highmem_cdt/);
  await bench.quick.close();
}
