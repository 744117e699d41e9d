import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../driver/deadline.ts";
import type { Editor } from "../driver/editor.ts";
import { Notebook } from "../driver/notebook.ts";
import { scenario, type Scene } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { isThere, profile, start, titles } from "../driver/sunpyter.ts";
import type { Workbench } from "../driver/workbench.ts";

/** who prints the node, and a name that each kernel makes for itself: two nodes can have the same process ids. */
const who =
  "import socket, uuid; me = globals().get('me') or uuid.uuid4().hex; print(f'on {socket.gethostname()} kernel {me}.')";
const said = /on (scs\d+)\S* kernel (\w+)\./;

/** image is the folder of a container image without programs: its Python is that of /usr. */
const image = "/home/alice/an image";
const settings = {
  ...profile({ containerBinds: ["/usr"] }),
  "sunpyter.presets": { Course: { environment: image } },
};
const options = { settings, cells: [who] };

/** inImage prints what only a kernel in the container has: a file and a variable of the image. */
const inImage =
  "import os; print('in', open('/etc/image').read().strip(), os.environ.get('OF_IMAGE'))";

/** another opens a copy of the notebook as it was before it ran: an editor in a browser saves outputs by itself. */
async function another(
  bench: Workbench,
  editor: Editor,
  name: string,
  source?: string,
): Promise<Notebook> {
  const text = readFileSync(join(editor.workspace, "notebook.ipynb"), "utf8");
  const notebook = JSON.parse(text) as { cells: object[] };
  const clean = { outputs: [], execution_count: null, ...(source ? { source: [source] } : {}) };
  const cells = notebook.cells.map((cell) => ({ ...cell, ...clean }));
  writeFileSync(join(editor.workspace, name), JSON.stringify({ ...notebook, cells }));
  await bench.run("saveAll");
  await bench.run("closeEditors");
  await bench.run("refreshExplorer"); // this VS Code does not watch the folder
  return Notebook.open(bench, name);
}

/** oneWindow: two notebooks run on one kernel, and a third on another, in a container. It returns the first one's kernel. */
async function oneWindow({ bench, editor, timings, shot }: Scene): Promise<RegExpExecArray> {
  const first = await Notebook.open(bench);
  await start(bench);
  const ran = await first.ran(said);
  const [, node, kernel] = ran;
  const second = await another(bench, editor, "second.ipynb");
  await second.choose(isThere, /^Sunbird/);
  await second.kernelIs(isThere);
  const [, same, own] = await second.ran(said);
  assert.equal(same, node, "in the same job");
  assert.notEqual(own, kernel, "with variables of its own");
  assert.equal((await site.running()).length, 1);
  timings.mark("both have run");

  const third = await another(bench, editor, "third.ipynb", inImage);
  await bench.run("clearNotices"); // the next one says the same
  await bench.palette(titles.start);
  await bench.quick.pick(/^Start another kernel/);
  await bench.quick.pick(/^Course, .*environment an image/);
  await bench.notices.says(/Cells use the environment an image, run in \S+ and see only/);
  await third.kernelIs(/^Python 3 \(Sunbird 2\)/);
  await third.ran(/in an image yes/);
  await shot("third");
  assert.equal((await site.running()).length, 2);
  timings.mark("the third has run");
  return ran;
}

/** twoWindows: another window shows the kernels of the first, and has one of its own. */
async function twoWindows(scene: Scene, [, node = "", kernel]: RegExpExecArray): Promise<void> {
  const { bench, editor, window, timings, shot } = scene;
  await bench.run("closeEditors");
  const first = await Notebook.open(bench);
  await first.kernelIs(isThere);
  const other = await window();
  assert.equal(await other.status(), undefined);
  await other.palette(titles.kernels);
  await other.quick.pick(new RegExp(node));
  await other.quick.asks(/Select an action for this kernel/);
  await shot("other-window", other);
  await other.quick.close();
  timings.mark("the other window shows the first one's kernel");

  const its = await another(other, editor, "fourth.ipynb");
  await start(other);
  await its.kernelIs(isThere);
  const [, , own] = await its.ran(said);
  assert.notEqual(own, kernel);
  assert.equal((await site.running()).length, 3);
  await bench.run("clearOutputs"); // the next one is the same
  const [, , still] = await first.ran(said);
  assert.equal(still, kernel, "the first window's notebook has its kernel");
  timings.mark("both have run");

  await other.page.close();
  await until("the end of its kernel", async () => (await site.running()).length === 2);
  await bench.statusSays(/Sunbird/);
}

scenario("notebooks that share a kernel or do not, in two windows", options, async (scene) => {
  const script = readFileSync(join(import.meta.dirname, "../../testdata/image.sh"), "utf8");
  await site.exec("login", "alice", "bash", "-c", script, "bash", image);
  try {
    const kernel = await oneWindow(scene);
    await twoWindows(scene, kernel);
    await scene.bench.page.close({ runBeforeUnload: true });
  } finally {
    await site.exec("login", "alice", "rm", "-r", image);
  }
});
