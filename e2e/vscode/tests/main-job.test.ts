import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { until } from "../driver/deadline.ts";
import type { Editor } from "../driver/editor.ts";
import { Notebook } from "../driver/notebook.ts";
import { Movie } from "../driver/movie.ts";
import { extensionHosts, servers } from "../driver/processes.ts";
import { picture, themes } from "../driver/pictures.ts";
import { rig } from "../driver/rig.ts";
import { scenario } from "../driver/scenario.ts";
import { SideBar } from "../driver/sidebar.ts";
import * as site from "../driver/site.ts";
import { ready, stop, sunbird, titles, usual } from "../driver/sunpyter.ts";
import type { Workbench } from "../driver/workbench.ts";

scenario(
  "from the palette to a cell on a compute node, and stop",
  { settings: sunbird, packaged: true },
  async ({ bench, editor, timings, shot }) => {
    const movie = new Movie(bench.page);
    const notebook = await Notebook.open(bench);
    await notebook.toolbarHas("Start Sunbird");
    await movie.add(1.5);
    timings.mark("the notebook is open");
    assert.equal(servers().length, 0, "the program is not started before it is needed");
    for (const title of [titles.stop, titles.openInBrowser, titles.copyUrl])
      assert.ok(!(await bench.offers(title)), `${title} without a kernel`);

    await bench.palette(titles.start);
    await bench.quick.asks(/Start a kernel on Sunbird/);
    await shot("sizes");
    await movie.add(2.5);
    await picture(bench.page, "start", { x: 290, y: 0, width: 620, height: 180 });
    await bench.quick.pick(usual);
    timings.mark("asked");
    await bench.notices.says(/Starting a kernel on Sunbird/);
    await shot("progress");
    await movie.add(1.5);
    const said = await bench.notices.says(ready);
    await movie.add(2.5);
    timings.mark("cells can run");
    const [, node, place] = ready.exec(said) ?? [];
    assert.equal(place, "/cdt_storage/alice");
    await notebook.kernelIs(/Sunbird|Python 3/);
    await notebook.runAll();
    const [, host] = await notebook.prints(/on (\S+)/);
    timings.mark("the cell has printed");
    assert.equal(host, node);
    await notebook.toolbarHas("Sunbird");
    await bench.statusSays(/Sunbird scs\d+ · 1 CPU · (4 h|3 h)/);
    await shot("ran");
    await movie.add(3);
    await picture(bench.page, "notebook", { x: 0, y: 0, width: 1200, height: 760 });
    if (movie.isWanted) {
      await new SideBar(bench).open();
      await movie.add(3);
    }
    for (const title of [titles.stop, titles.openInBrowser, titles.copyUrl])
      assert.ok(await bench.offers(title), `${title} with a kernel`);
    for (const theme of rig.EachStep ? themes : themes.slice(0, 1)) {
      await bench.theme(theme);
      await bench.palette(titles.kernels);
      await bench.quick.asks(/scs\d+/);
      await shot(`kernels-${theme.name}`);
      await bench.quick.close();
    }
    await noToken(bench, editor);
    assert.equal((await site.running()).length, 1);
    timings.mark("looked around");
    const seconds = await stop(bench);
    timings.mark(`stopped; Slurm has accepted the end after ${seconds.toFixed(2)} s`);
    await site.took(seconds, 3, "the stop");
    await bench.notices.says(/Kernel stopped\. The node is released\. The next cell/);
    await shot("stopped");
    if (movie.isWanted) await bench.palette("View: Hide Panel"); // with the log
    await movie.add(4);
    await movie.save("tour");
    assert.equal(extensionHosts().length, 1);
    console.log(await activation(bench));
  },
);

/** noToken looks for Jupyter's token in all that VS Code keeps and in the log that is shown. */
async function noToken(bench: Workbench, editor: Editor): Promise<void> {
  await bench.palette(titles.copyUrl);
  const copied = () => bench.page.evaluate(() => navigator.clipboard.readText());
  const url = await until("the address to be copied", async () => {
    const text = await copied();
    return text.startsWith("http://127.0.0.1:") && text;
  });
  const token = new URL(url).searchParams.get("token") ?? "";
  assert.ok(token.length >= 32, "the address has a token");
  const found = spawnSync("grep", ["-rlF", "--", token, editor.folder], { encoding: "utf8" });
  assert.equal(found.stdout, "", "files with the token");
  await bench.palette(titles.log);
  await bench.quick.pick(/Sunpyter,/);
  const log = await until("the log", async () => {
    const text = await bench.output();
    return text.includes("kernel ready") && text;
  });
  assert.ok(!log.includes(token), "the log has the token");
}

/** activation returns how long our activation took, according to VS Code. It is a figure, not a test. */
async function activation(bench: Workbench): Promise<string> {
  await bench.palette("Developer: Show Running Extensions");
  const list = bench.page.locator(".runtime-extensions-editor .monaco-list");
  await list.hover();
  const row = list.locator(".monaco-list-row", { hasText: /sunpyter/i }).first();
  const text = await until("our row, further down in the list", async () => {
    if (await row.isVisible()) return row.innerText();
    await bench.page.mouse.wheel(0, 100);
    return undefined;
  });
  return text.replaceAll(/\s+/g, " ");
}
