import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../driver/deadline.ts";
import { Notebook } from "../driver/notebook.ts";
import { scenario, type Scene } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { isThere, runAndStart, start, stop, sunbird } from "../driver/sunpyter.ts";
import type { Workbench } from "../driver/workbench.ts";

/** saying is a cell that says which notebook's it is, and where it runs. */
const saying = (name: string) => `import socket; print('${name} on', socket.gethostname())`;
const options = { settings: sunbird, cells: [saying("first")] };

scenario("two windows start a kernel at the same time", options, async (scene) => {
  const { bench, timings, window } = scene;
  const benches = [bench, await window()];
  const notebooks = await Promise.all(benches.map((one) => Notebook.open(one)));
  const nodes = await Promise.all(benches.map((one) => start(one)));
  timings.mark("both are ready");
  for (const [i, notebook] of notebooks.entries()) {
    await notebook.kernelIs(isThere);
    assert.equal((await notebook.ran(/first on (scs\d+)/))[1], nodes[i]);
  }
  assert.equal((await site.running()).length, 2);
  await Promise.all(benches.map((one) => one.page.close({ runBeforeUnload: true })));
});

/** openSecond opens another notebook in a tab before the first one. */
async function openSecond({ bench, editor }: Scene): Promise<Notebook> {
  const text = readFileSync(join(editor.workspace, "notebook.ipynb"), "utf8");
  const { cells, ...rest } = JSON.parse(text) as { cells: object[] };
  const own = cells.map((cell) => ({ ...cell, source: [saying("second")], outputs: [] }));
  writeFileSync(join(editor.workspace, "second.ipynb"), JSON.stringify({ ...rest, cells: own }));
  await bench.run("refreshExplorer"); // this VS Code does not watch the folder
  return Notebook.open(bench, "second.ipynb");
}

/** clear empties a notebook that is shown. */
async function clear(bench: Workbench): Promise<void> {
  await bench.run("clearOutputs");
}

scenario("two notebooks need a kernel at the same time", options, async (scene) => {
  const { bench, timings, shot } = scene;
  const first = await Notebook.open(bench);
  await start(bench);
  await first.ran(/first on scs/);
  const second = await openSecond(scene);
  await second.choose(isThere, /^Sunbird/);
  await second.kernelIs(isThere);
  await second.ran(/second on scs/);
  await clear(bench);
  await stop(bench);
  await Notebook.open(bench);
  await clear(bench);
  const none = async () => !/on scs/.test(await first.outputs());
  await until("no output", none);
  const free = await site.occupy();
  try {
    await runAndStart(first);
    await bench.notices.says(/Job \d+ is waiting/);
    await Notebook.open(bench, "second.ipynb");
    await second.runAll();
    await shot("both wait");
  } finally {
    await free();
  }
  const [, node] = await second.prints(/second on (scs\d+)/);
  timings.mark("the second has run");
  assert.equal(await bench.dialog.box.isVisible(), false, "it was asked once");
  assert.equal((await first.prints(/first on (scs\d+)/))[1], node);
  assert.equal((await site.running()).length, 1);
  await stop(bench);
});
