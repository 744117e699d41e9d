import assert from "node:assert/strict";
import type { Settings } from "./editor.ts";
import { until } from "./deadline.ts";
import type { Notebook } from "./notebook.ts";
import { inputEnds, logins, servers } from "./processes.ts";
import * as site from "./site.ts";
import type { Workbench } from "./workbench.ts";

/** titles are our commands, as the palette shows them. */
export const titles = {
  start: "Start Sunbird kernel",
  stop: "Sunpyter: Stop Kernel",
  kernels: "Sunpyter: Show Kernels",
  check: "Sunpyter: Check Connection",
  addFolder: "Sunpyter: Add Cluster Folder to Workspace",
  showFiles: "Sunpyter: Show Files on Cluster",
  log: "Sunpyter: Show Log",
  bringBack: "Sunpyter: Bring Back New Files",
  forgetFolders: "Sunpyter: Forget Choices for Folders",
  openTerminal: "Sunpyter: Open Terminal on the Node",
  openInBrowser: "Sunpyter: Open Jupyter in Browser",
  copyUrl: "Sunpyter: Copy Jupyter URL",
} as const;

/** sunbird are the settings of a user with everything set up, with the site in Sunbird's place. */
export const sunbird: Settings = profile({});

/** profile returns the settings with more members in the cluster's profile. */
export function profile(more: Settings, reloadGraceSeconds = 0): Settings {
  const place = { partition: "s_compute_cdt", workingDirectory: "/cdt_storage/$USER" };
  return {
    "sunpyter.cluster": "sunbird",
    "sunpyter.clusters": {
      sunbird: { title: "Sunbird", host: "login", user: "alice", ...place, ...more },
    },
    "sunpyter.reloadSeconds": reloadGraceSeconds,
  };
}

/** usual is the first row of the sizes, and ready is what is shown once cells can run, with a notebook or without. */
export const usual = /^1 CPU, (\d+ [MG]B, )?4 h/;
export const ready =
  /(?:Connected to|The kernel on) (scs\d+)(?:\. Cells run in (\S+) and see only| is ready)/;

/** start starts a kernel from the palette with the default resources, and returns the node. */
export async function start(bench: Workbench): Promise<string> {
  await bench.palette(titles.start);
  await bench.quick.pick(usual);
  const said = await bench.notices.says(ready);
  return ready.exec(said)?.[1] ?? "";
}

/** question is what running a cell asks if no kernel is running. */
export const question = /Start a kernel on Sunbird\? 1 CPU/;

/** runAndStart runs all cells of a notebook whose kernel has ended, and says yes to a new one. */
export async function runAndStart(notebook: Notebook): Promise<void> {
  const { dialog } = notebook.bench;
  await notebook.runAll();
  assert.match(await dialog.text(), question);
  await dialog.press("Start");
}

/** isHere is the name of this computer's kernel, isThere that of the cluster's; a star is before a row that is recommended. */
export const isHere = /^(star-full +)?Python 3 \(ipykernel\)/;
export const isThere = /^(star-full +)?Python 3 \(Sunbird\)/;

/** stop stops the only kernel, and returns the seconds until Slurm has accepted that. */
export async function stop(bench: Workbench): Promise<number> {
  await bench.palette(titles.stop);
  const asked = performance.now();
  return ((await released()) - asked) / 1000;
}

/** server is the only process of our program. */
export async function server(): Promise<number> {
  return until("one process of our program", () => {
    const [only, ...others] = servers();
    return others.length === 0 ? only?.pid : undefined;
  });
}

/**
 * endLogin ends the shared login, which is kept for as long as a window may be reloading, so that the
 * end of a scenario need not wait for that. Until a stop is confirmed the login is still needed.
 */
export function endLogin(): void {
  for (const { pid } of logins()) process.kill(pid, "SIGTERM");
}

/** released waits until Slurm has accepted the end of alice's jobs, and returns the time. */
export async function released(): Promise<number> {
  const none = async () => (await site.running()).length === 0;
  await until("Slurm to accept the end", none);
  return performance.now();
}

/** afterInput returns the seconds from the end of the server's input to the release. */
export async function afterInput(pid: number, close: () => Promise<void>) {
  const [ended, gone] = await Promise.all([inputEnds(pid), released(), close()]);
  return (gone - ended) / 1000;
}
