import assert from "node:assert/strict";
import { until } from "../driver/deadline.ts";
import { Notebook } from "../driver/notebook.ts";
import { alive, extensionHosts } from "../driver/processes.ts";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { profile, server, start, stop } from "../driver/sunpyter.ts";

/** counting is a cell that tells how often it ran in the same kernel. */
const counting = "import os; n = globals().get('n', 0) + 1; print(f'run {n} pid {os.getpid()}.')";

const options = { settings: profile({}, 30), cells: [counting] };

scenario("a reloaded window goes on in the same kernel", options, async ({ bench, timings }) => {
  const notebook = await Notebook.open(bench);
  await start(bench);
  await notebook.runAll();
  const [, , pid] = await notebook.prints(/run (1) pid (\d+)\./);
  const old = await server();
  timings.mark("the cell has printed");

  await bench.reload();
  timings.mark("the window is back");
  const again = await Notebook.of(bench);
  await bench.statusSays(/Sunbird scs\d+/);
  timings.mark("the kernel is there");
  await again.kernelIs(/Sunbird|Python 3/);
  await again.runAll();
  const [, , same] = await again.prints(/run (2) pid (\d+)\./);
  assert.equal(same, pid);
  timings.mark("the cell has printed");
  await until("the end of the old program", () => !alive(old));
  assert.equal((await site.running()).length, 1);
  await stop(bench);
});

scenario("an extension host that is killed", options, async ({ bench, timings, shot }) => {
  const notebook = await Notebook.open(bench);
  await start(bench);
  await notebook.runAll();
  const [, , pid] = await notebook.prints(/run (1) pid (\d+)\./);
  const [host] = extensionHosts();
  assert.ok(host);
  timings.mark("the cell has printed");
  process.kill(host.pid, "SIGKILL");
  await until("a new extension host", () => {
    const [next] = extensionHosts();
    return next !== undefined && next.pid !== host.pid;
  });
  await bench.statusSays(/Sunbird scs\d+/, 60_000);
  timings.mark("the kernel is there");
  await shot("host-killed");
  await notebook.runAll();
  const [, , same] = await notebook.prints(/run (2) pid (\d+)\./);
  assert.equal(same, pid);
  assert.equal((await site.running()).length, 1);
  await stop(bench);
});

scenario("the program is killed", options, async ({ bench, timings, shot }) => {
  const notebook = await Notebook.open(bench);
  await start(bench);
  await notebook.runAll();
  const [, , pid] = await notebook.prints(/run (1) pid (\d+)\./);
  const old = await server();
  process.kill(old, "SIGKILL");
  timings.mark("the program is killed");
  await bench.notices.says(/started again/);
  timings.mark("the person is told");
  await shot("told");
  assert.notEqual(await server(), old);
  await bench.statusSays(/Sunbird scs\d+/, 60_000);
  await notebook.runAll();
  const [, , same] = await notebook.prints(/run (2) pid (\d+)\./);
  assert.equal(same, pid);
  timings.mark("the cell has printed");
  await stop(bench);
});
