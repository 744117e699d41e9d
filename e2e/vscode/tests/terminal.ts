import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { until } from "../driver/deadline.ts";
import type { Scene } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { stop, titles } from "../driver/sunpyter.ts";
import { Terminal } from "../driver/terminal.ts";

/** noTerminal: without a kernel there is none. */
export async function noTerminal({ bench }: Scene): Promise<void> {
  await bench.palette(titles.openTerminal);
  await bench.notices.says(/No kernel in this window is ready/);
}

/** terminals: terminals on the kernel's node. */
export async function terminals({ bench, timings, shot }: Scene, node: string): Promise<void> {
  const terminal = new Terminal(bench);
  const size = bench.page.viewportSize();
  await bench.palette(titles.openTerminal);
  await terminal.type("hostname; pwd; echo $COLORTERM \u00e4\u6f22; nproc");
  await terminal.shows(
    new RegExp(`^${node}\n/cdt_storage/alice\ntruecolor \u00e4\u6f22 *\n1$`, "m"),
  );
  timings.mark("a command has run on the node");
  await shot("terminal");

  await terminal.type("clear; echo before-$(stty size | tr ' ' x)");
  const [, , before = ""] = await terminal.shows(/^before-(\d+)x(\d+)$/m);
  await bench.page.setViewportSize({ width: 900, height: 760 });
  await terminal.type(`until test $(stty size | cut -d' ' -f2) -lt ${before}; do :; done`);
  await terminal.type("clear; echo after-$(stty size | tr ' ' x)");
  await terminal.shows(/^after-\d+x\d+$/m);
  if (size) await bench.page.setViewportSize(size);

  await terminal.type("yes");
  await terminal.shows(/^y\ny\ny\ny$/m);
  await terminal.interrupt();
  await terminal.type("echo status-$?");
  await terminal.shows(/^status-130$/m);
  timings.mark("yes is interrupted");

  const text = Array.from({ length: 5000 }, (_, i) => `line ${i} of a large paste\n`).join("");
  await terminal.type(
    "clear; stty -echo; echo pasting; cat >paste; stty echo; md5sum paste; rm paste",
  );
  await terminal.shows(/^pasting$/m); // until then, the shell would mark the pasted text
  await bench.page.evaluate((pasted) => navigator.clipboard.writeText(pasted), text);
  await bench.palette("Terminal: Paste into Active Terminal");
  await until("the paste to arrive", async () => {
    const size = await site.exec("login", "alice", "stat", "-c", "%s", "/cdt_storage/alice/paste");
    return Number(size) === text.length; // Ctrl+D ends the file only at the start of a line
  });
  await terminal.press("Control+D");
  await terminal.shows(new RegExp(`^${createHash("md5").update(text).digest("hex")}  paste$`, "m"));
  timings.mark("a large paste has arrived");

  // VS Code shows a terminal of a profile only if its panel is open.
  await bench.palette("Create New Terminal (With Profile)");
  await bench.quick.pick(/Compute Node \(Sunpyter\)/);
  await until("another terminal", async () => !(await terminal.text()).includes("paste"));
  await terminal.type("hostname");
  await terminal.shows(new RegExp(`^${node}$`, "m"));
  await terminal.type("exit 3");
  await bench.notices.says(/exit code: 3/);
  await terminal.shows(/paste/);
  timings.mark("a terminal of the profile was open");
  await terminal.type("exit");
  await terminal.closed();
}

/** stopped: the terminal that is open ends as the kernel is stopped. */
export async function stopped({ bench, timings }: Scene): Promise<void> {
  const terminal = new Terminal(bench);
  await stop(bench);
  await terminal.shows(/The kernel has ended.* Press any key/s); // the rest may be on the next line
  await terminal.press("x");
  await terminal.gone(/The kernel has ended/);
  timings.mark("a terminal ends with the kernel");
  assert.deepEqual(await site.running(), []);
}
