import assert from "node:assert/strict";
import { until } from "../driver/deadline.ts";
import { logged } from "../driver/log.ts";
import { Notebook } from "../driver/notebook.ts";
import { alive, extensionHosts } from "../driver/processes.ts";
import { scenario, type Scene } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { endLogin, isThere, profile, server, start, stop, titles } from "../driver/sunpyter.ts";
import { readable, Terminal } from "../driver/terminal.ts";
import { noTerminal, stopped, terminals } from "./terminal.ts";

/** counting is a cell that prints how often it ran in the same kernel. */
const counting = "import os; n = globals().get('n', 0) + 1; print(f'run {n} pid {os.getpid()}.')";

// Nothing waits for it: on a machine that does much else at the same time, a reload takes more than 30 s.
const reloadSeconds = 120;
const options = { settings: { ...profile({}, reloadSeconds), ...readable }, cells: [counting] };

/** accidents are faults that a kernel survives, one after the other in the same window. */
const accidents: Record<string, (scene: Scene) => Promise<void>> = {
  "the window is reloaded": async ({ bench }) => {
    const old = await server();
    const terminal = new Terminal(bench);
    await bench.palette(titles.openTerminal);
    await terminal.type("kept=variable; while sleep 0.1; do echo $((++count)); done");
    await terminal.shows(/^\d+$/m); // any number: each is on the screen for a second only
    await bench.remembered();
    await bench.reload();
    await until("the end of the old program", () => !alive(old));
    await terminal.shows(/^\d\d+\n\d\d+$/m);
    await terminal.interrupt();
    await terminal.type("clear; echo $kept-$((count > 3))");
    await terminal.shows(/^variable-1$/m);
    await terminal.type("exit");
  },
  "the extension host is killed": async ({ editor }) => {
    const [host] = extensionHosts();
    assert.ok(host);
    const restored = () => logged(editor, /is this window's again/).length;
    const before = restored();
    process.kill(host.pid, "SIGKILL");
    // Its process is there earlier, while the window still shows what the old one had registered.
    await until("a new extension host with the kernel", () => restored() > before);
  },
  "the program is killed": async ({ bench }) => {
    const old = await server();
    const terminal = new Terminal(bench);
    await bench.palette(titles.openTerminal);
    await terminal.shows(/^alice@scs\d+/m); // VS Code's own may be shown before it
    await terminal.type("kept=variable; echo $kept-1");
    await terminal.shows(/^variable-1$/m);
    process.kill(old, "SIGKILL");
    await bench.notices.says(/was restarted/);
    assert.notEqual(await server(), old);
    await terminal.shows(/^Sunpyter's helper program was restarted\.\n.*\nvariable-1$/m);
    await terminal.type("clear; echo $kept-2");
    await terminal.shows(/^variable-2$/m); // it is still open when the kernel is stopped
  },
};

scenario("a kernel goes on, with its variables and terminals", options, async (scene) => {
  const { bench, timings, shot } = scene;
  const notebook = await Notebook.open(bench);
  await noTerminal(scene);
  const node = await start(bench);
  const [, , pid] = await notebook.ran(/run (1) pid (\d+)\./);
  timings.mark("the cell has printed");
  await terminals(scene, node);
  let run = 1;
  for (const [what, happens] of Object.entries(accidents)) {
    await happens(scene);
    timings.mark(what);
    await bench.statusSays(/Sunbird scs\d+/);
    await notebook.kernelIs(isThere); // until the new extension host knows it, another may be selected
    await shot(what);
    run += 1;
    const [, same] = await notebook.ran(new RegExp(`run ${run} pid (\\d+)\\.`));
    timings.mark("the cell has printed");
    assert.equal(same, pid, what);
    assert.equal((await site.running()).length, 1);
  }
  await stopped(scene);
  await bench.notices.says(/Kernel stopped/);
  endLogin();
});

// The Jupyter extension has not stored yet then that it used the server.
scenario(
  "the window is reloaded right after the first cell",
  { settings: profile({}, reloadSeconds), long: true },
  async (scene) => {
    const { bench, timings, shot } = scene;
    const notebook = await Notebook.open(bench);
    const node = await start(bench);
    await bench.remembered();
    assert.equal((await notebook.ran(/on (\S+)/))[1], node);
    await bench.reload();
    const same = await Notebook.of(bench);
    await same.kernelIs(isThere);
    timings.mark("the notebook has the cluster's kernel");
    await shot("reloaded");
    assert.equal(await bench.quick.widget.isVisible(), false, "no picker is shown");
    await bench.statusSays(/Sunbird scs\d+/);
    assert.equal((await same.ran(/on (\S+)/))[1], node);
    await stop(bench);
    await bench.notices.says(/Kernel stopped/);
    endLogin();
  },
);
