import assert from "node:assert/strict";
import { until } from "../driver/deadline.ts";
import { Notebook } from "../driver/notebook.ts";
import { extensionHosts, servers } from "../driver/processes.ts";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import {
  afterInput,
  endLogin,
  isHere,
  isThere,
  question,
  runAndStart,
  server,
  start,
  sunbird,
} from "../driver/sunpyter.ts";
import { keeps } from "./full.ts";

const words = /No kernel was started on Sunbird, so this cell did not run\./;

scenario("the notebook of yesterday, and today", { settings: sunbird }, async (scene) => {
  const { bench, timings, window, shot } = scene;
  const notebook = await Notebook.open(bench);
  await notebook.kernelIs(isHere);
  const node = await start(bench);
  await notebook.kernelIs(isThere);
  assert.equal((await notebook.ran(/on (\S+)/))[1], node);
  timings.mark("the cell has printed");
  await bench.remembered();
  const close = () => bench.page.close({ runBeforeUnload: true });
  const seconds = await afterInput(await server(), close);
  timings.mark(`closed; released, ${seconds.toFixed(2)} s after the end of the server's input`);
  await site.took(seconds, 3, "the release");
  const alone = () => servers().length + extensionHosts().length === 0;
  await until("no process of ours", alone);

  await site.resetCalls();
  const today = await window(bench.page.context());
  const same = await Notebook.open(today);
  await same.kernelIs(isThere);
  await same.toSunbird();
  await today.quick.pick(/^Sunbird/);
  const rows = await today.quick.asks(/Python 3 \(Sunbird\)/);
  const sessions = rows.match(/\(notebook\.ipynb\)/g) ?? [];
  assert.ok(sessions.length <= 1, `only the notebook's last session is offered: ${rows}`);
  await today.quick.close();
  timings.mark("the notebook is open, with the cluster's kernel");
  await shot("opened", today);
  const asked = (await site.calls()).filter(({ Command }) => Command === "sbatch");
  assert.deepEqual(asked, [], "opening a window starts nothing");
  assert.equal(await today.dialog.box.isVisible(), false, "and asks nothing");

  await same.runAll();
  assert.match(await today.dialog.text(), question);
  await shot("asks", today);
  await today.dialog.press("Cancel");
  await same.prints(words);
  timings.mark("cancelled");
  await shot("cancelled", today);
  assert.doesNotMatch(await same.outputs(), /^on \S+$/m, "nothing ran anywhere");
  assert.deepEqual(await site.running(), []);
  await same.kernelIs(isThere);

  await runAndStart(same);
  await same.prints(/on scs/);
  timings.mark("the cell has printed");
  await keeps({ ...scene, bench: today, shot: (name) => shot(name, today) }, same);
  endLogin();
});
