import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Notebook } from "../driver/notebook.ts";
import type { Scene } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { stop, titles, usual } from "../driver/sunpyter.ts";

/** work is the working directory. */
const work = "/cdt_storage/alice";

const there = (line: string) => site.exec("login", "alice", "sh", "-c", line);

const large = Buffer.alloc(96 << 20, "0123456789abcde");

/** files are those that the cells of needsFiles need, and some to send by hand. */
const files = {
  "helper.py": "x = 7",
  "data.csv": "found",
  "inputs/a.txt": "a",
  "inputs/deep/b.txt": "b",
  "large.bin": large,
};

/** needsFiles are cells that need files of this computer. */
export const needsFiles = [
  "print('read', open('data.csv').read())",
  "import helper; print('module', helper.x)",
];

/**
 * sent: in a folder whose copy is declined, a file that a cell does not find is sent after one click,
 * and others from the Explorer's menu. No choice may be remembered for the folder.
 */
export async function sent({ bench, editor, timings, shot }: Scene): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(editor.workspace, name)), { recursive: true });
    writeFileSync(join(editor.workspace, name), content);
  }
  try {
    await bench.run("saveAll");
    await bench.run("closeEditors");
    await bench.run("refreshExplorer"); // this VS Code does not watch the folder
    const notebook = await Notebook.open(bench);
    const alone = /Cells run in \/cdt_storage\/alice and see only/;
    await bench.palette(titles.start);
    await bench.quick.pick(usual);
    await bench.quick.pick(/^Never Copy work/);
    await bench.notices.says(alone);
    await notebook.runAll();
    const missing = /The cell did not find data\.csv on Sunbird, but it is on this computer/;
    await bench.notices.says(missing);
    timings.mark("the missing file is noticed");
    await shot("missing");
    await bench.notices.press(missing, "Send data.csv (5 bytes) and Run Again");
    await notebook.prints(/read found/);
    timings.mark("the cell has read it");
    await notebook.runAll();
    const module = /The cell did not find the module helper on Sunbird, but helper\.py is on this/;
    await bench.notices.press(module, "Send helper.py (5 bytes) and Run Again");
    await notebook.prints(/module 7/);
    timings.mark("the other has its module");

    await bench.menu(bench.row("inputs"), "Send to Cluster");
    await bench.notices.says(/inputs was sent to \/cdt_storage\/alice on Sunbird \(2 files, /);
    assert.equal(await there(`cat ${work}/inputs/a.txt ${work}/inputs/deep/b.txt`), "ab");
    timings.mark("a folder is sent");

    await site.rate(16_000); // or it is there before it can be cancelled
    await bench.menu(bench.row("large.bin"), "Send to Cluster");
    const sending = /Sending large\.bin: \d+ MB of 96 MB/;
    await bench.notices.says(sending);
    await shot("sending");
    await bench.notices.press(sending, "Cancel");
    await bench.notices.says(/Cancelled\. To resume, send large\.bin again/);
    await site.rate(0);
    const part = await there(`stat -c %i ${work}/.sunpyter-*.part`);
    await bench.menu(bench.row("large.bin"), "Send to Cluster");
    await bench.notices.says(/large\.bin was sent to \/cdt_storage\/alice on Sunbird/);
    assert.equal(await there(`stat -c %i ${work}/large.bin`), part, "it does not continue");
    const sum = createHash("md5").update(large).digest("hex");
    assert.match(await there(`md5sum ${work}/large.bin`), new RegExp(sum));
    timings.mark("a large file is sent, after it was cancelled");
    await stop(bench);

    await bench.run("clearNotices");
    await bench.palette(titles.start);
    await bench.quick.pick(usual);
    await bench.notices.says(alone);
    timings.mark("a second start has not asked");
    await stop(bench);
  } finally {
    await site.rate(0);
    await there(
      `cd ${work} && rm -rf data.csv helper.py __pycache__ inputs large.bin .sunpyter-*.part`,
    );
  }
}
