import assert from "node:assert/strict";
import { Notebook } from "../driver/notebook.ts";
import { extensionHosts, servers } from "../driver/processes.ts";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { ready, stop, sunbird, titles, usual } from "../driver/sunpyter.ts";

scenario(
  "from the palette to a cell on a compute node, and stop",
  { settings: sunbird, packaged: true },
  async ({ bench, timings, shot }) => {
    const notebook = await Notebook.open(bench);
    timings.mark("the notebook is open");
    assert.equal(servers().length, 0, "the program is not started before it is needed");
    for (const title of [titles.stop, titles.openInBrowser, titles.copyUrl])
      assert.ok(!(await bench.offers(title)), `${title} without a kernel`);

    await bench.palette(titles.start);
    await bench.quick.asks(/Start a kernel on Sunbird/);
    await shot("sizes");
    await bench.quick.pick(usual);
    timings.mark("asked");
    await bench.notices.says(/Starting a kernel on Sunbird/);
    await shot("progress");
    const said = await bench.notices.says(ready, 60_000);
    timings.mark("cells can run");
    const [, node, place] = ready.exec(said) ?? [];
    assert.equal(place, "/cdt_storage/alice");
    await notebook.kernelIs(/Sunbird|Python 3/);
    await notebook.runAll();
    const [, host] = await notebook.prints(/on (\S+)/);
    timings.mark("the cell has printed");
    assert.equal(host, node);
    await bench.statusSays(/Sunbird scs\d+ · 1 CPU · (4 h|3 h)/);
    await shot("ran");
    for (const title of [titles.stop, titles.openInBrowser, titles.copyUrl])
      assert.ok(await bench.offers(title), `${title} with a kernel`);
    await bench.palette(titles.kernels);
    await bench.quick.asks(/scs\d+/);
    await shot("kernels");
    await bench.quick.close();

    assert.equal((await site.running()).length, 1);
    timings.mark("looked around");
    const seconds = await stop(bench);
    timings.mark(`stopped; Slurm has accepted the end after ${seconds.toFixed(2)} s`);
    assert.ok(seconds < 3, `stop took ${seconds} s`);
    await bench.notices.says(/[Ss]topped/);
    await shot("stopped");
    assert.equal(extensionHosts().length, 1);
  },
);
