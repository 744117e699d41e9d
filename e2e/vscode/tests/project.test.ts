import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Notebook } from "../driver/notebook.ts";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { sunbird, titles, usual, stop } from "../driver/sunpyter.ts";
import { until } from "../driver/deadline.ts";

/** mirror is the copy of the folder that windows open. */
const mirror = "/cdt_storage/alice/work";

const onNode = (...args: string[]) => site.exec("login", "alice", ...args);

scenario(
  "a notebook's folder goes along: modules and data are found, saves are seen, conflicts ask",
  {
    settings: { ...sunbird, "sunpyter.project.copy": "ask" },
    cells: [
      "import importlib, os, sys, mymod; importlib.reload(mymod); " +
        "print('cell', mymod.x, open('data.csv').read(), os.getcwd(), any(p in ('', os.getcwd()) for p in sys.path))",
    ],
  },
  async ({ bench, editor, timings, shot }) => {
    const write = (name: string, text: string) => {
      mkdirSync(join(editor.workspace, name, ".."), { recursive: true });
      writeFileSync(join(editor.workspace, name), text);
    };
    execFileSync("git", ["init", "-q", editor.workspace]);
    write(".gitignore", "ignored.csv\n");
    write(".env", "SECRET=1");
    write("mymod.py", "x = 41");
    write("data.csv", "a,b");
    write("ignored.csv", "3,4");
    try {
      const notebook = await Notebook.open(bench);
      await bench.palette(titles.start);
      await bench.quick.pick(usual);
      await bench.quick.asks(/Copy this folder to Sunbird\? 4 files, \d+ (bytes|KB)/);
      await bench.quick.asks(/Not copied: \.env \(may hold a secret\)/);
      await shot("ask");
      await bench.quick.pick(/^Copy and Run There/);
      await bench.notices.says(/Cells run in \/cdt_storage\/alice\/work, a copy of work\./);
      timings.mark("cells can run");
      await notebook.ran(new RegExp(`cell 41 a,b ${mirror} True`));
      await assert.rejects(onNode("cat", `${mirror}/.env`), "a secret was copied");

      write("mymod.py", "x = 42 # saved");
      const saved = performance.now();
      await until("the saved module on the cluster", async () =>
        (await onNode("cat", `${mirror}/mymod.py`)).includes("saved"),
      );
      timings.mark(`a save was there after ${((performance.now() - saved) / 1000).toFixed(2)} s`);
      await notebook.ran(/cell 42 a,b/);

      await onNode("sh", "-c", `echo 'x = 7 # changed there' >${mirror}/mymod.py`);
      write("mymod.py", "x = 43 # here!");
      const conflict = /mymod\.py was changed on Sunbird, so your version was not sent/;
      await bench.notices.says(conflict);
      await shot("conflict");
      await bench.notices.press(conflict, "Compare");
      await bench.page.locator(".tab.active", { hasText: /mymod\.py \(Sunbird/ }).waitFor();
      await shot("compare");
      await bench.notices.press(conflict, "Take Mine");
      await until("this computer's version on the cluster", async () =>
        (await onNode("cat", `${mirror}/mymod.py`)).includes("here!"),
      );
      timings.mark("the conflict is resolved");

      await stop(bench);
    } finally {
      await onNode("rm", "-rf", mirror);
    }
  },
);

scenario(
  "a file that a cell does not find is sent after one click, and the cell runs again",
  { settings: sunbird, cells: ["print('read', open('data.csv').read())"] },
  async ({ bench, editor, timings, shot }) => {
    writeFileSync(join(editor.workspace, "data.csv"), "found");
    try {
      const notebook = await Notebook.open(bench);
      await bench.palette(titles.start);
      await bench.quick.pick(usual);
      await bench.notices.says(/Cells run in \/cdt_storage\/alice and see only/);
      await notebook.runAll();
      const missing = /The cell did not find data\.csv on Sunbird, but it is on this computer/;
      await bench.notices.says(missing);
      timings.mark("the missing file is noticed");
      await shot("missing");
      await bench.notices.press(missing, "Send data.csv (5 bytes) and Run Again");
      await notebook.prints(/read found/);
      await stop(bench);
    } finally {
      await onNode("rm", "-f", "/cdt_storage/alice/data.csv");
    }
  },
);
