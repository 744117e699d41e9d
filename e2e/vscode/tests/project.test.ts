import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../driver/deadline.ts";
import { notebookOf } from "../driver/editor.ts";
import { Notebook } from "../driver/notebook.ts";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { sunbird, titles, usual, stop } from "../driver/sunpyter.ts";
import { expand } from "../driver/tree.ts";
import type { Workbench } from "../driver/workbench.ts";
import { needsFiles, sent } from "./sent.ts";

/** work is the working directory, and mirror the copy of the folder that windows open. */
const work = "/cdt_storage/alice";
const mirror = `${work}/work`;

/** cell needs a module and data beside its notebook. */
const cell =
  "import importlib, os, sys, mymod; importlib.reload(mymod); " +
  "print('cell', mymod.x, open('data.csv').read(), os.getcwd(), any(p in ('', os.getcwd()) for p in sys.path))";

const onNode = (...args: string[]) => site.exec("login", "alice", ...args);
const there = (line: string) => onNode("sh", "-c", line);

scenario(
  "a notebook's folder goes along: modules and data are found, saves are seen, conflicts ask, results come back; or single files do",
  {
    settings: { ...sunbird, "sunpyter.project.copy": "ask" },
    cells: needsFiles,
    files: {
      ".gitignore": "ignored.csv\n",
      ".env": "SECRET=1",
      "ignored.csv": "3,4",
      "sub/mymod.py": "x = 41",
      "sub/data.csv": "a,b",
      "sub/inner.ipynb": notebookOf([cell]),
    },
  },
  async (scene) => {
    const { bench, editor, timings, shot } = scene;
    const module = join(editor.workspace, "sub/mymod.py");
    const git = (...args: string[]) => execFileSync("git", ["-C", editor.workspace, ...args]);
    makeBranches(git, editor.workspace);
    try {
      await expand(bench.row("sub"));
      const notebook = await Notebook.open(bench, "inner.ipynb");
      await bench.palette(titles.start);
      await bench.quick.pick(usual);
      await bench.quick.asks(/Copy this folder to Sunbird\? 5 files, \d+ (bytes|KB)/);
      await bench.quick.asks(/Not copied: \.env \(may hold a secret\)/);
      await shot("ask");
      await bench.quick.pick(/^Always Copy work/);
      const copied = /Cells run in \/cdt_storage\/alice\/work, a copy of work\. 1 file left out/;
      await bench.notices.says(copied);
      timings.mark("cells can run");
      await assert.rejects(onNode("cat", `${mirror}/.env`), "a secret was copied");
      await bench.notices.press(copied, "Left Out…");
      await bench.quick.asks(/Files of work that are not on Sunbird/);
      await bench.quick.check(/^\.env/);
      await bench.quick.accept();
      await bench.notices.says(/1 file sent to \/cdt_storage\/alice\/work on Sunbird/);
      assert.equal(await onNode("cat", `${mirror}/.env`), "SECRET=1");
      await notebook.ran(new RegExp(`cell 41 a,b ${mirror}/sub True`));
      timings.mark("the cell has found its neighbours");

      writeFileSync(module, "x = 42 # saved");
      const saved = performance.now();
      await hasModule("saved");
      timings.mark(`a save was there after ${((performance.now() - saved) / 1000).toFixed(2)} s`);
      await notebook.ran(/cell 42 a,b/);

      git("checkout", "-qf", "other");
      await hasModule("other branch");
      await hasFiles({ "added.py": true, "data.csv": false });
      git("checkout", "-q", "-");
      await hasModule("x = 41");
      await hasFiles({ "added.py": false, "data.csv": true });
      timings.mark("a branch was there");

      await changeBoth(bench, module, "first");
      await shot("conflict");
      await bench.notices.press(conflict, "Compare");
      await bench.page.locator(".tab.active", { hasText: /mymod\.py \(Sunbird/ }).waitFor();
      await shot("compare");
      await bench.notices.press(conflict, "Take Mine");
      await hasModule("first here");
      await changeBoth(bench, module, "second");
      await bench.notices.press(conflict, "Take Theirs");
      await until("the cluster's version on this computer", () =>
        readFileSync(module, "utf8").includes("second there"),
      );
      timings.mark("two conflicts are resolved");

      const results = `${mirror}/results`;
      await there(`mkdir ${results}; cd ${results}; echo 1 >fig.txt; echo 2 >old.txt`);
      await there(`touch -d '1 hour ago' ${results}/old.txt`);
      await bench.palette(titles.bringBack);
      await bench.quick.asks(/New files in \/cdt_storage\/alice\/work on Sunbird/);
      const [first = "", second = ""] = await bench.quick.rows();
      assert.match(first, /^results\/fig\.txt.*2 bytes/);
      assert.match(second, /^results\/old\.txt/);
      await shot("bring-back");
      await bench.quick.check(/^results\/fig\.txt/);
      await bench.quick.accept();
      await bench.notices.says(/1 file \(2 bytes\) brought back to work/);
      assert.equal(readFileSync(join(editor.workspace, "results/fig.txt"), "utf8"), "1\n");
      timings.mark("a result is here");
      await stop(bench);

      await Notebook.open(bench, "inner.ipynb"); // a start is for the notebook that is shown
      await bench.run("clearNotices");
      await bench.palette(titles.start);
      await bench.quick.pick(usual);
      await bench.notices.says(/Cells run in \/cdt_storage\/alice\/work, a copy of work\.$/);
      timings.mark("a second start has not asked");
      await stop(bench);

      await bench.openRow("mymod.py"); // a Python file's folder goes along, too
      await bench.palette(titles.forgetFolders);
      await bench.notices.says(/Starts ask again/);
      await bench.palette(titles.start);
      await bench.quick.pick(usual);
      await bench.quick.asks(/Copy this folder to Sunbird\?/);
      await bench.quick.close();
      timings.mark("a third start has asked");
      await sent(scene);
    } finally {
      await onNode("rm", "-rf", mirror);
    }
  },
);

/** makeBranches commits the module and its data, and another module without data on the branch other. */
function makeBranches(git: (...args: string[]) => unknown, folder: string): void {
  const as = ["-c", "user.name=Alice", "-c", "user.email=alice@example.org", "commit", "-qm"];
  git("init", "-q");
  git("add", "sub/mymod.py", "sub/data.csv");
  git(...as, "first");
  git("checkout", "-qb", "other");
  writeFileSync(join(folder, "sub/mymod.py"), "x = 44 # other branch");
  writeFileSync(join(folder, "sub/added.py"), "");
  git("add", "sub/mymod.py", "sub/added.py");
  git("rm", "-q", "sub/data.csv");
  git(...as, "second");
  git("checkout", "-q", "-");
}

const conflict = /sub\/mymod\.py was changed on Sunbird, so your version was not sent/;

/** changeBoth changes the module on the cluster and here, and waits for the notice. */
async function changeBoth(bench: Workbench, module: string, what: string): Promise<void> {
  await there(`echo 'x = 7 # ${what} there' >${mirror}/sub/mymod.py`);
  writeFileSync(module, `x = 43 # ${what} here!`);
  await bench.notices.says(conflict);
}

/** hasModule waits until the module on the cluster has a text. */
async function hasModule(text: string): Promise<void> {
  await until(`${text} in the module on the cluster`, async () =>
    (await onNode("cat", `${mirror}/sub/mymod.py`)).includes(text),
  );
}

/** hasFiles waits until files beside the module are on the cluster, or are not. */
async function hasFiles(wanted: Readonly<Record<string, boolean>>): Promise<void> {
  await until(`${JSON.stringify(wanted)} on the cluster`, async () => {
    const names = (await there(`ls ${mirror}/sub`)).split("\n");
    return Object.entries(wanted).every(([name, isThere]) => names.includes(name) === isThere);
  });
}
