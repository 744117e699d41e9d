import assert from "node:assert/strict";
import { until } from "../driver/deadline.ts";
import type { Scene } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { titles } from "../driver/sunpyter.ts";
import { expand } from "../driver/tree.ts";
import type { Workbench } from "../driver/workbench.ts";

const folder = "/cdt_storage/alice/files-test";
const file = `${folder}/notes.txt`;

/** there runs a line of shell on a compute node. */
const there = (line: string) => site.exec("scs0151", "alice", "sh", "-c", line);
const content = () => there(`cat ${file}`);

/** files: a folder of the cluster is in the Explorer, and its files in editors, without a kernel. */
export async function files({ bench, timings, shot }: Scene): Promise<void> {
  await there(`mkdir -p ${folder} && printf 'one\\n' > ${file}`);
  try {
    await addFolder(bench);
    await expand(bench.row("files-test (Sunbird)"));
    await bench.row("notes.txt").waitFor();
    timings.mark("the folder is in the Explorer");
    assert.deepEqual(await site.running(), [], "no job is needed");
    await bench.openRow("notes.txt");
    await shows(bench, /one/);

    await type(bench, "two ");
    await save(bench);
    await until("the file on the node", async () => (await content()) === "two one\n");
    timings.mark("saved");

    await there(`printf 'made there\\n' > ${file}`);
    await shows(bench, /made there/);
    timings.mark("a change made there shows");

    await type(bench, "mine ");
    // Of the same size; SFTP has times in seconds.
    await there(`printf 'made There\\n' > ${file} && touch -d '1 hour ago' ${file}`);
    await save(bench);
    assert.match(await bench.dialog.text(), /notes\.txt was changed on the cluster/);
    await shot("asks");
    await bench.dialog.press("Cancel");
    await bench.notices.says(/was not saved/); // VS Code ignores a save while another is under way
    assert.equal(await content(), "made There\n");
    await save(bench);
    await bench.dialog.press("Overwrite");
    await until("the file on the node", async () => (await content()) === "mine made there\n");
  } finally {
    await there(`rm -rf ${folder}`);
  }
}

/**
 * addFolder adds the folder to the workspace. In a browser, VS Code goes to the workspace's address for
 * that and at the same time loads its page anew, which can bring it back to the former address.
 */
async function addFolder(bench: Workbench): Promise<void> {
  const row = bench.row("files-test (Sunbird)");
  for (let attempt = 1; ; attempt++) {
    await addOnce(bench);
    const rows = bench.page.locator(".explorer-folders-view .monaco-list-row");
    try {
      await until("the folder in the Explorer", () => row.isVisible(), { ms: 15_000 });
      return;
    } catch (err) {
      const shown = `${bench.page.url()}: ${(await rows.allInnerTexts()).join(", ")}`;
      if (attempt === 3) throw new Error(shown, { cause: err });
    }
  }
}

async function addOnce(bench: Workbench): Promise<void> {
  await bench.palette("View: Show Explorer");
  await bench.row("notebook.ipynb").waitFor();
  const loaded = bench.page.waitForEvent("domcontentloaded");
  await bench.palette(titles.addFolder);
  await bench.quick.pick(/^Another folder/);
  await bench.quick.asks(/absolute path/);
  await bench.quick.answer(folder);
  await loaded;
  await bench.settled();
}

const lines = ".editor-instance .view-lines";

/** shows waits for a text in the editor. */
async function shows(bench: Workbench, text: RegExp): Promise<void> {
  await until(`${text} in the editor`, async () =>
    text.test((await bench.page.locator(lines).first().innerText()).replaceAll("\u00a0", " ")),
  );
}

/** type types at the beginning of the file. */
async function type(bench: Workbench, text: string): Promise<void> {
  await bench.page.locator(lines).first().click();
  await bench.page.keyboard.press("Control+Home");
  await bench.page.keyboard.type(text);
}

async function save(bench: Workbench): Promise<void> {
  await bench.page.keyboard.press("Control+s");
}
