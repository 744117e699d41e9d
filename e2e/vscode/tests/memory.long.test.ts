import assert from "node:assert/strict";
import { until } from "../driver/deadline.ts";
import { Notebook } from "../driver/notebook.ts";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { isThere, profile, ready, start, stop } from "../driver/sunpyter.ts";

// Enough for Jupyter and a kernel, not for the cell, which takes it page by page.
const greedy = "x = bytearray(500 << 20); print('it fits')";
const options = { settings: profile({ memory: "400M" }), cells: [greedy] };
const stopped = /A kernel on scs\d+ was stopped: it used more than its 400 MB of memory/;

scenario("a cell takes more memory than there is", options, async (scene) => {
  const { bench, timings, shot } = scene;
  const conf = await site.exec("scs0151", "root", "cat", "/etc/slurm/slurm.conf");
  if (!conf.includes("task/cgroup")) {
    console.log("skipped: nothing holds the memory of a job on this machine");
    return;
  }
  const notebook = await Notebook.open(bench);
  await start(bench);
  const [small] = await site.running();
  await bench.run("clearNotices"); // the next one says the same
  await notebook.runAll();
  await bench.notices.says(stopped);
  timings.mark("the end is reported");
  assert.deepEqual(await bench.notices.buttons(stopped), ["Start with 800 MB"]);
  await shot("reported");
  await bench.notices.press(stopped, "Start with 800 MB");
  await bench.notices.says(ready);
  const only = async () => {
    const [job, ...others] = await site.running();
    return others.length === 0 && job?.ID !== small?.ID && job;
  };
  const large = await until("the kernel with more memory alone", only);
  timings.mark("the kernel with more memory is in its place");
  const job = await site.exec("login", "alice", "scontrol", "show", "job", large.ID);
  assert.match(job, /mem=800M/);
  await notebook.kernelIs(isThere);
  await notebook.ran(/it fits/);
  timings.mark("the cell has printed");
  await shot("with-more");
  await stop(bench);
});
