import assert from "node:assert/strict";
import { until } from "../driver/deadline.ts";
import { Notebook } from "../driver/notebook.ts";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { isThere, profile, ready, stop, titles } from "../driver/sunpyter.ts";

const offered = /(\d+) CPUs, .* would start now on Sunbird/;
const options = { settings: profile({ cpus: 40 }), timeout: 600_000 };

/** submitBob submits a job of bob's with CPUs and a time limit in minutes. */
function submitBob(cpus: number, minutes: number, ...more: string[]): Promise<string> {
  const shape = [`-c${cpus}`, `--time=${minutes}`, "--mem=1000", ...more];
  const job = ["-o", "/dev/null", "--wrap", "exec sleep 1200"];
  return site.exec("login", "bob", "sbatch", "--parsable", "-n1", ...shape, ...job);
}

// Slurm is asked about the queue once a minute: the offer takes that long.
scenario("a smaller kernel starts in a waiting one's place", options, async (scene) => {
  const { bench, timings, shot } = scene;
  const notebook = await Notebook.open(bench);
  try {
    for (const node of ["scs0151", "scs0152"]) await submitBob(30, 120, `--nodelist=${node}`);
    const busy = async () => (await site.jobs("bob")).filter((j) => j.State === "RUNNING").length;
    await until("bob's jobs to run", async () => (await busy()) === 2);
    await submitBob(40, 120); // comes first, and cannot start for two hours
    await bench.palette(titles.start);
    await bench.quick.pick(/^40 CPUs, .*4 h/);
    console.log(await bench.notices.says(/Job \d+ is waiting/));
    const [waiting] = await site.running();
    timings.mark("the job waits");
    const text = await bench.notices.says(offered, 150_000);
    await bench.notices.press(offered, "Start That Instead"); // VS Code hides it after a while
    timings.mark("the offer is accepted");
    assert.equal(offered.exec(text)?.[1], "10");
    assert.match(text, /keeps its place in the queue until the smaller one runs/);
    await bench.notices.says(ready);
    timings.mark("the smaller kernel is ready");
    const only = async () => {
      const [job, ...others] = await site.running();
      return others.length === 0 && job?.ID !== waiting?.ID && job;
    };
    const small = await until("the smaller kernel alone", only);
    const described = await site.exec("login", "alice", "scontrol", "show", "job", small.ID);
    assert.match(described, /NumCPUs=10\b/);
    await shot("replaced");
    await notebook.toSunbird();
    await bench.quick.pick(/^Sunbird/);
    await notebook.kernelIs(isThere);
    await notebook.ran(/on scs/);
    timings.mark("the cell has printed");
    await stop(bench);
  } finally {
    await site.exec("ctl", "root", "scancel", "-u", "bob");
    await until("bob's jobs to end", async () => (await site.jobs("bob")).length === 0);
  }
});
