import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Editor } from "../driver/editor.ts";
import { Notebook } from "../driver/notebook.ts";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { isThere, ready, start, stop, sunbird, titles, usual } from "../driver/sunpyter.ts";
import type { Workbench } from "../driver/workbench.ts";

/** who prints the node, and a name that each kernel makes for itself: two nodes can have the same process ids. */
const who =
  "import socket, uuid; me = globals().get('me') or uuid.uuid4().hex; print(f'on {socket.gethostname()} kernel {me}.')";
const said = /on (scs\d+)\S* kernel (\w+)\./;
const options = { settings: sunbird, cells: [who] };

/** second opens a copy of the notebook as it was before it ran: an editor in a browser saves outputs by itself. */
async function second(bench: Workbench, editor: Editor): Promise<Notebook> {
  const text = readFileSync(join(editor.workspace, "notebook.ipynb"), "utf8");
  const notebook = JSON.parse(text) as { cells: object[] };
  const cells = notebook.cells.map((cell) => ({ ...cell, outputs: [], execution_count: null }));
  writeFileSync(join(editor.workspace, "second.ipynb"), JSON.stringify({ ...notebook, cells }));
  await bench.quick.command("View: Close All Editors");
  await bench.quick.command("Refresh Explorer"); // this VS Code does not watch the folder
  return Notebook.open(bench, "second.ipynb");
}

scenario("two notebooks on one kernel", options, async ({ bench, editor, timings }) => {
  const first = await Notebook.open(bench);
  await start(bench);
  const [, node, kernel] = await first.ran(said);
  await bench.quick.command("File: Save All Files");
  const other = await second(bench, editor);
  await other.choose(isThere, /^Sunbird/);
  await other.kernelIs(isThere);
  const [, same, own] = await other.ran(said);
  assert.equal(same, node, "in the same job");
  assert.notEqual(own, kernel, "with variables of its own");
  assert.equal((await site.running()).length, 1);
  timings.mark("both have run");
  await stop(bench);
});

scenario("two kernels on one cluster", options, async ({ bench, editor, timings, shot }) => {
  const first = await Notebook.open(bench);
  await start(bench);
  await first.ran(said);
  await bench.quick.command("File: Save All Files");
  const other = await second(bench, editor);
  await bench.quick.command("Notifications: Clear All Notifications"); // the next one says the same
  await bench.palette(titles.start);
  await bench.quick.pick(/^Start another kernel/);
  await bench.quick.pick(usual);
  await bench.notices.says(ready);
  await other.kernelIs(/^Python 3 \(Sunbird 2\)/);
  await other.ran(said);
  await shot("second");
  assert.equal((await site.running()).length, 2);
  timings.mark("both have run");
  await bench.quick.command("View: Close All Editors");
  await (await Notebook.open(bench)).kernelIs(isThere);
  await bench.page.close({ runBeforeUnload: true });
});

scenario(
  "two windows with a notebook each",
  options,
  async ({ bench, editor, window, timings }) => {
    const first = await Notebook.open(bench);
    await start(bench);
    const [, , kernel] = await first.ran(said);
    const other = await window();
    const its = await second(other, editor);
    await start(other);
    await its.kernelIs(isThere);
    const [, , own] = await its.ran(said);
    assert.notEqual(own, kernel);
    assert.equal((await site.running()).length, 2);
    const [, , still] = await first.ran(said);
    assert.equal(still, kernel, "the first window's notebook has its kernel");
    timings.mark("both have run");
    await other.page.close({ runBeforeUnload: true });
    await stop(bench);
  },
);
