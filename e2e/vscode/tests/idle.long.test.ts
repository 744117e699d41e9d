import assert from "node:assert/strict";
import { Notebook } from "../driver/notebook.ts";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { profile, start } from "../driver/sunpyter.ts";

// The shortest possible; the user is warned when half of it is left.
const settings = { ...profile({}), "sunpyter.idleMinutes": 1 };
const warning = /The kernel on scs\d+ has been idle for .* and will stop at ([\w, ]+ )?\d\d:\d\d\./;

scenario("nobody uses the kernel", { settings, timeout: 600_000 }, async (scene) => {
  const { bench, timings, shot } = scene;
  const notebook = await Notebook.open(bench);
  await start(bench);
  await notebook.ran(/on scs/);
  timings.mark("the cell has printed");
  await bench.notices.says(warning, 180_000);
  timings.mark("warned");
  assert.deepEqual(await bench.notices.buttons(warning), ["Keep Another 1 min"]);
  await shot("warned");
  await bench.notices.press(warning, "Keep Another 1 min");
  await bench.statusBar(/The kernel on scs\d+ is kept/);
  await shot("kept");
  timings.mark("kept");
  await bench.notices.says(warning, 180_000);
  timings.mark("warned again");
  assert.equal((await site.running()).length, 1);
  const over = /The kernel on scs\d+ ended: no cell had run for 1 min/;
  await bench.notices.says(over, 180_000);
  timings.mark("over");
  await shot("over");
  const buttons = ["Start Again", "Keep Longer…", "Show Log"];
  assert.deepEqual(await bench.notices.buttons(over), buttons);
  assert.equal(await bench.status(), undefined);
});
