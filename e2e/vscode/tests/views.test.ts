import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { actUntil, until } from "../driver/deadline.ts";
import { Notebook } from "../driver/notebook.ts";
import { themes } from "../driver/pictures.ts";
import { servers } from "../driver/processes.ts";
import { rig } from "../driver/rig.ts";
import { scenario } from "../driver/scenario.ts";
import { SideBar } from "../driver/sidebar.ts";
import * as site from "../driver/site.ts";
import { endLogin, profile, ready, released, usual } from "../driver/sunpyter.ts";
import { readable, Terminal } from "../driver/terminal.ts";
import { files } from "./files.ts";

const root = "/cdt_storage/alice/views-test";

/** there runs a line of shell on a compute node. */
const there = (line: string) => site.exec("scs0151", "alice", "bash", "-c", line);

/** code is what the notebook on the cluster runs: it imports its neighbour, and says where it is. */
const code = "import os, beside\nprint('in', os.getcwd(), beside.value)";
const notebook = JSON.stringify({
  cells: [{ cell_type: "code", execution_count: null, metadata: {}, outputs: [], source: [code] }],
  metadata: { language_info: { name: "python" } },
  nbformat: 4,
  nbformat_minor: 5,
});

const setUp = [
  `mkdir -p ${root}/nb ${root}/many && cd ${root}`,
  "seq -f many/f%05.0f 20000 | xargs touch",
  "truncate -s 1G huge.bin",
  "touch $'caf\\xe9.csv' gone.txt",
  "echo 'value = 42' > nb/beside.py",
  `echo ${Buffer.from(notebook).toString("base64")} | base64 -d > nb/there.ipynb`,
  "chmod 640 nb/there.ipynb",
].join(" && ");

const settings = { ...profile({ places: [root] }), ...readable };

scenario("the views Kernels and Files, and files in the editor", { settings }, async (scene) => {
  const { bench, editor, timings, shot } = scene;
  const side = new SideBar(bench);
  await there(setUp);
  try {
    await side.open();
    await shot("empty");
    assert.equal(servers().length, 0, "nothing runs because a view is visible");
    await side.welcome("Show Files");
    await side.row("/home/alice, folder, home directory").waitFor();
    await side.row("/cdt_storage/alice, folder, working directory").waitFor();
    await side.expand(`${root}, folder`);
    await side.row("nb, folder").waitFor();
    timings.mark("a folder is shown");

    await side.select("gone.txt");
    await bench.page.keyboard.press("Delete");
    assert.match(await bench.dialog.text(), /Delete gone\.txt on the cluster/);
    await bench.dialog.press("Delete");
    await side.row("gone.txt").waitFor({ state: "detached" });
    await side.select("caf%E9.csv");
    await bench.page.keyboard.press("F2");
    await bench.quick.asks(/Rename caf%E9\.csv/);
    await bench.quick.answer("café.csv");
    await side.row("café.csv, file").waitFor();
    await side.asks("nb, folder", "New Folder");
    await bench.quick.asks(/New folder/);
    await bench.quick.answer("made here");
    const all = "café.csv huge.bin many nb nb/beside.py nb/made here nb/there.ipynb";
    const list =
      "find . -mindepth 1 -maxdepth 2 -not -path './many/*' | cut -c3- | sort | xargs -d '\\n'";
    await until(
      "the changes there",
      async () => (await there(`cd ${root} && ${list}`)).trim() === all,
    );
    timings.mark("deleted, renamed, created");

    await side.row("huge.bin").click();
    assert.match(await bench.notices.says(/huge\.bin/), /1 GB, which is too large to open here/);
    await shot("too-large");
    const begun = performance.now();
    await side.expand("many, folder");
    await side.row("f00001").waitFor();
    timings.mark(`20,000 files, after ${((performance.now() - begun) / 1000).toFixed(1)} s`);
    await side.select("f00001");
    await bench.page.keyboard.press("ArrowLeft"); // to the folder,
    await bench.page.keyboard.press("ArrowLeft"); // which is closed

    await bench.run("closeEditors");
    await side.expand("nb, folder");
    await side.row("there.ipynb").dblclick();
    const opened = await Notebook.of(bench);
    await opened.toolbarHas("Start Sunbird");
    await side.welcome("Start Kernel");
    await bench.quick.pick(usual);
    const [, node] = ready.exec(await bench.notices.says(ready)) ?? [];
    await side.row(`Sunbird ${node} kernel, ready`).waitFor();
    await side.rowSaying(" of 1 CPU, ").waitFor(); // what it uses
    await opened.ran(new RegExp(`in ${root}/nb 42`));
    timings.mark("a notebook of the cluster ran in its folder");
    for (const theme of rig.EachStep ? themes : []) {
      await bench.theme(theme);
      await shot(theme.name);
    }
    await bench.quick.command("File: Save");
    const saved = `${root}/nb/there.ipynb`;
    await until("the output in the file", async () =>
      (await there(`cat ${saved}`)).includes(" 42"),
    );
    assert.equal((await there(`stat -c '%a %U' ${saved}`)).trim(), "640 alice");
    assert.equal((await there(`ls -A ${root}/nb | grep -c sunpyter || true`)).trim(), "0");

    await bench.menu(side.row("nb, folder"), "Copy Path");
    const copied = () => bench.page.evaluate(() => navigator.clipboard.readText());
    await until("the path to be copied", async () => (await copied()) === `${root}/nb`);
    await side.drop("nb, folder", join(editor.workspace, "notebook.ipynb"));
    await bench.notices.says(new RegExp(`notebook\\.ipynb was uploaded to ${root}/nb`));
    await side.row("notebook.ipynb, file").waitFor();
    const several = ["a", "b"].map((name) => join(editor.folder, `${name}.txt`));
    for (const file of several) writeFileSync(file, "1");
    await side.drop("nb, folder", ...several);
    await bench.notices.says(/2 files were uploaded to .*\/nb \(2 bytes\)/);
    const fetched = join(editor.folder, "home/beside.py");
    await bench.menu(side.row("beside.py, file"), "Download…");
    // The dialog of VS Code in a browser shows the place once it has looked at the folder.
    await until("a place", async () => (await bench.quick.input.inputValue()) === fetched);
    await bench.quick.accept();
    await bench.notices.says(/beside\.py was downloaded to .*\/home \(11 bytes\)/);
    assert.equal(readFileSync(fetched, "utf8"), "value = 42\n");
    const terminal = new Terminal(bench);
    await bench.menu(side.row("nb, folder"), "Open Terminal Here");
    await terminal.type("hostname; pwd; ls");
    await terminal.shows(new RegExp(`^${node}\n${root}/nb\n.*notebook\\.ipynb`, "m"));
    await terminal.type("exit");
    await terminal.closed();
    timings.mark("a path is copied, files go up and down, a terminal was open in a folder");

    // From here with the keyboard alone.
    await bench.palette("Sunpyter: Focus on Kernels View");
    const areShown = () => bench.quick.widget.isVisible(); // then Enter would choose the first one
    await actUntil("the kernel's actions", areShown, async () => {
      await bench.page.keyboard.press("Home");
      await bench.page.keyboard.press("Enter");
    });
    await bench.quick.asks(/Select an action for this kernel/);
    await bench.page.keyboard.type("Stop");
    await bench.page.keyboard.press("Enter");
    await released();
    await side.row(`Sunbird ${node} kernel`).waitFor({ state: "detached" });

    await files(scene);
    endLogin();
  } finally {
    await there(`rm -rf ${root}`);
  }
});
