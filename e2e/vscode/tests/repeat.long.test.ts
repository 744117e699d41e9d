import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { sleep, until } from "../driver/deadline.ts";
import { logged } from "../driver/log.ts";
import { Notebook } from "../driver/notebook.ts";
import { scenario, type Scene } from "../driver/scenario.ts";
import { isHere, stop, sunbird, titles, usual } from "../driver/sunpyter.ts";

// SUNPYTER_REPEAT is how many starts there are, SUNPYTER_BUSY how many processes keep the machine busy.
const repeat = Number(process.env["SUNPYTER_REPEAT"] ?? 2);
const busy = Number(process.env["SUNPYTER_BUSY"] ?? 0);

/** Run is one start by the palette, in seconds from the choice of a size. */
interface Run {
  readonly host: string;
  readonly kernel: string;
  readonly toLabel: number;
  readonly toAnswer: number;
}

scenario(
  "each start by the palette gives the notebook the cluster's kernel",
  { settings: sunbird, timeout: 300_000 + repeat * 60_000 },
  async (scene) => {
    const load = Array.from({ length: busy }, spin);
    const runs: Run[] = [];
    try {
      for (let i = 0; i < repeat; i++) runs.push(await start(scene, i));
    } finally {
      for (const one of load) one.kill("SIGKILL");
      report(runs);
    }
    for (const { kernel, host } of runs) {
      assert.match(kernel, /Sunbird/);
      assert.match(host, /^scs/);
    }
  },
);

/** start opens a notebook that has this computer's kernel, starts a kernel and runs a cell. */
async function start({ bench, editor }: Scene, i: number): Promise<Run> {
  const name = `start-${i}.ipynb`;
  copyFileSync(join(editor.workspace, "notebook.ipynb"), join(editor.workspace, name));
  await bench.run("refreshExplorer"); // this VS Code does not watch the folder
  const notebook = await Notebook.open(bench, name);
  // With a second kernel to choose from, VS Code no longer gives it this computer's by itself.
  if (i > 0) await notebook.choose(isHere, /^Jupyter Kernel/);
  await notebook.kernelIs(isHere);
  await bench.palette(titles.start);
  await bench.quick.pick(usual);
  const chosen = Date.now();
  const label = notebook.kernelIs(/Sunbird/).then(Date.now, () => NaN);
  await bench.notices.says(/Connected to scs/);
  await notebook.runAll();
  const [, host = ""] = await notebook.prints(/on (\S+)/);
  const kernel = await notebook.kernel();
  const answered = await until("the program's answer in the log", () =>
    logged(editor, /kernel ready/).findLast((at) => at > chosen),
  );
  const seconds = (at: number) => (at - chosen) / 1000;
  const never = sleep(5000).then(() => NaN);
  const toLabel = seconds(await Promise.race([label, never]));
  const run = { host, kernel, toLabel, toAnswer: seconds(answered) };
  await stop(bench);
  await bench.run("clearNotices");
  await bench.run("saveAll");
  await bench.run("closeEditors");
  rmSync(join(editor.workspace, name));
  return run;
}

/** spin keeps a core busy. */
function spin(): ChildProcess {
  return spawn("sh", ["-c", "while :; do :; done"], { stdio: "ignore" });
}

function report(runs: readonly Run[]): void {
  const later = runs.map(({ toLabel, toAnswer }) => toLabel - toAnswer).toSorted((a, b) => a - b);
  const here = runs.filter(({ host }) => !host.startsWith("scs")).length;
  const without = runs.filter(({ kernel }) => !kernel.includes("Sunbird")).length;
  console.log(
    `${runs.length} starts while ${busy} processes were busy: ${without} without the cluster's kernel,`,
    `${here} cells on this computer; label after Jupyter's answer by ${later[0]?.toFixed(2)} to`,
    `${later.at(-1)?.toFixed(2)} s, median ${later[later.length >> 1]?.toFixed(2)} s`,
  );
  for (const run of runs) console.log(JSON.stringify(run));
}
