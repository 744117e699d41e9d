import assert from "node:assert/strict";
import { until } from "../driver/deadline.ts";
import type { Notebook } from "../driver/notebook.ts";
import type { Scene } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { isThere, released, runAndStart, stop, titles } from "../driver/sunpyter.ts";

const waits = /Job \d+ is waiting/;

/** compared: the shape that is picked among those with their expected starts is the one that is submitted. */
async function compared({ bench, timings, shot }: Scene): Promise<void> {
  const { quick } = bench;
  await bench.palette(titles.start);
  await quick.pick(/^More Resources…/);
  await quick.asks(/Select the partition/);
  await quick.pick(/^s_compute_cdt/);
  for (const asked of [/One is enough/, /Memory \(leave/, /Time limit\. The kernel/]) {
    await quick.asks(asked);
    await quick.input.press("Enter");
  }
  await quick.pick(/^Compare start times…/);
  await quick.asks(/Slurm's estimates/);
  timings.mark("Slurm has estimated");
  await shot("compared");
  const rows = await quick.rows();
  assert.match(rows[0] ?? "", /^1 CPU, .*4 h.*about .*\(estimate\).*as you chose/);
  await quick.pick(/^1 CPU, (\d+ [MG]B, )?1 h.*about .*\(estimate\)/);
}

/** cancelled: a start from the palette waits in the queue, and is cancelled in its notification. */
async function cancelled(scene: Scene): Promise<void> {
  const { bench, timings, shot } = scene;
  await compared(scene);
  console.log(await bench.notices.says(/Job \d+ is waiting\. .*(CPU|node)/));
  const [job, ...others] = await site.running();
  assert.deepEqual(others, []);
  const described = await site.exec("login", "alice", "scontrol", "show", "job", job?.ID ?? "");
  assert.match(described, /TimeLimit=01:00:00/);
  await bench.statusSays(/Sunbird: waiting…/);
  await shot("waits");
  timings.mark("the job waits");
  await bench.notices.press(/Starting a kernel on Sunbird/, "Cancel");
  await released();
  timings.mark("Slurm has accepted the end");
  await bench.notices.says(/Cancelled/);
  await shot("cancelled");
  await until("no kernel in the status bar", async () => (await bench.status()) === undefined);
}

/** interrupted: a cell waits for its kernel, and the button that stops the cell ends the job. */
async function interrupted({ bench, timings, shot }: Scene, notebook: Notebook): Promise<void> {
  await bench.run("clearNotices"); // the next ones say the same
  await runAndStart(notebook);
  await bench.notices.says(waits);
  await notebook.interrupt();
  timings.mark("interrupted");
  await notebook.prints(/Interrupted\./);
  await released();
  timings.mark("Slurm has accepted the end of the job");
  await bench.notices.says(/Cancelled\. Nothing is left on Sunbird/);
  await shot("interrupted");
}

/** isStopped: the kernel is stopped by the user. */
async function isStopped({ bench }: Scene): Promise<void> {
  await stop(bench);
  await bench.notices.says(/Kernel stopped/);
}

/** isCancelled: the kernel's job is cancelled outside of the editor. */
async function isCancelled({ bench }: Scene): Promise<void> {
  await site.exec("login", "alice", "scancel", "-u", "alice");
  await bench.notices.says(/cancelled/);
  await released();
}

/** next: a notebook whose kernel has ended keeps the cluster, and its next run starts another kernel. */
async function next({ bench, timings }: Scene, notebook: Notebook): Promise<void> {
  await notebook.kernelIs(isThere);
  await bench.run("clearOutputs");
  await runAndStart(notebook);
  await notebook.prints(/on scs/);
  timings.mark("the next run has started another");
  await notebook.kernelIs(isThere);
  assert.equal((await site.running()).length, 1);
}

/** keeps: a notebook keeps the cluster when its kernel ends, and when a start is cancelled on a full cluster. */
export async function keeps(scene: Scene, notebook: Notebook): Promise<void> {
  const { bench, timings } = scene;
  await isCancelled(scene);
  timings.mark("its job is cancelled elsewhere");
  await next(scene, notebook);
  await isStopped(scene);
  timings.mark("it is stopped");
  await notebook.kernelIs(isThere);
  await bench.run("clearOutputs");
  const free = await site.occupy();
  try {
    await cancelled(scene);
    await interrupted(scene, notebook);
  } finally {
    await free();
  }
  await next(scene, notebook);
  await stop(bench);
}
