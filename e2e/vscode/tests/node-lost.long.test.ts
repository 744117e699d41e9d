import { Notebook } from "../driver/notebook.ts";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { isThere, runAndStart, start, stop, sunbird } from "../driver/sunpyter.ts";

// Slurm gives up on a node after a minute.
const options = { settings: sunbird, timeout: 600_000 };

scenario("the node of a notebook's kernel fails", options, async ({ bench, timings, shot }) => {
  const notebook = await Notebook.open(bench);
  const node = await start(bench);
  await notebook.ran(/on scs/);
  await site.crash(node);
  try {
    await bench.notices.says(/scs\d+ failed, and the kernel on it has ended/, 240_000);
    timings.mark("the end is reported");
    await shot("reported");
    await notebook.kernelIs(isThere);
    await bench.run("clearOutputs");
    await runAndStart(notebook);
    await notebook.prints(new RegExp(`on (?!${node})scs`));
    timings.mark("the next cell has started another, on another node");
    await stop(bench);
  } finally {
    await site.boot(node);
  }
});
