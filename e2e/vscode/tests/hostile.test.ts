import assert from "node:assert/strict";
import { until } from "../driver/deadline.ts";
import { Notebook } from "../driver/notebook.ts";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { start, sunbird, titles } from "../driver/sunpyter.ts";
import type { Workbench } from "../driver/workbench.ts";

/** In VS Code's syntax a link that runs a command: this one opens an editor, as a sign. */
const words = "Read the maintenance notice";
const link = `[${words}](command:workbench.action.files.newUntitledFile)`;

/** written is the same where it is text. */
const written = `[${words}] (command:workbench.action.files.newUntitledFile)`;

/** click clicks the words in a notice as a user does, and reports whether VS Code ran the command. */
async function click(bench: Workbench): Promise<boolean> {
  await bench.notices.openCentre(); // it is in the corner for some seconds only
  const item = bench.notices.centre.locator(".notification-list-item");
  const notice = item.filter({ hasText: words }).first();
  const at = await notice.locator(".notification-list-item-message").evaluate((message, wanted) => {
    const texts = document.createTreeWalker(message, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
      const from = (text.textContent ?? "").indexOf(wanted);
      if (from < 0) continue;
      const range = document.createRange();
      range.setStart(text, from);
      range.setEnd(text, from + wanted.length);
      const [line] = range.getClientRects(); // the words may go over two lines
      if (line !== undefined) return { x: line.x + line.width / 2, y: line.y + line.height / 2 };
    }
    throw new Error(`the notice does not hold "${wanted}"`);
  }, words);
  await bench.page.mouse.click(at.x, at.y);
  // Commands run in the order in which they are asked for: this one is shown after the other.
  await bench.palette(titles.log);
  await bench.page.locator(".part.panel .view-lines").first().waitFor();
  return (await bench.page.locator(".tab", { hasText: "Untitled" }).count()) > 0;
}

/** isText fails if a notice has more than text. */
async function isText(bench: Workbench, notice: string): Promise<void> {
  assert.ok(notice.includes(written), notice);
  assert.equal(await bench.page.locator('a[href^="command:"]', { hasText: words }).count(), 0);
  assert.ok(!(await click(bench)), "a click on the cluster's words ran a command");
}

/** siteFile is where the site says something about itself. */
const siteFile = "/etc/sunpyter/site.toml";

scenario("a login banner is no link", { settings: sunbird }, async ({ bench, timings, shot }) => {
  await site.write("login", "/etc/banner", 0o644, `${link}\nand more\n`);
  const message = JSON.stringify(link);
  await site.write("login", siteFile, 0o644, `title = "Bird"\nmessage = ${message}\n`);
  await bench.palette(titles.start);
  const notice = await bench.notices.says(/login says: .*maintenance/);
  timings.mark("the banner is shown");
  const said = await bench.notices.says(/Bird says: .*maintenance/);
  timings.mark("the site's message of the day is shown");
  assert.ok(said.includes(written), said);
  await shot("banner");
  await bench.quick.asks(/Start a kernel on Sunbird/);
  await bench.quick.close();
  await isText(bench, notice);
  await site.exec("login", "root", "rm", "/etc/banner", siteFile);
});

/** A cell that writes the words at the end of Jupyter's own log, and ends Jupyter. */
const attack = [
  "import os, signal",
  "jupyter = os.getppid()",
  `with open(f"/proc/{jupyter}/fd/1", "a") as log:`,
  `    log.write("more\\n" * 20 + ${JSON.stringify(link)} + "\\n")`,
  "os.kill(jupyter, signal.SIGKILL)",
].join("\n");

scenario(
  "what a cell writes into Jupyter's log is no link",
  { settings: sunbird, cells: [attack], long: true },
  async ({ bench, timings, shot }) => {
    const notebook = await Notebook.open(bench);
    await start(bench);
    await notebook.kernelIs(/Sunbird|Python 3/);
    timings.mark("cells can run");
    await notebook.runAll();
    const notice = await bench.notices.says(/The kernel on scs\d+ ended: .*maintenance/s);
    timings.mark("the end is reported");
    await shot("end");
    await isText(bench, notice);
    await until("the job's end", async () => (await site.running()).length === 0);
  },
);
