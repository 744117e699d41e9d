import assert from "node:assert/strict";
import { contextIn, openBrowser } from "../driver/browser.ts";
import { until } from "../driver/deadline.ts";
import { extensionHosts, processes, servers } from "../driver/processes.ts";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { afterInput, profile, server, start } from "../driver/sunpyter.ts";

const grace = 3;
const options = { settings: profile({}, grace) };

/** alone waits until none of our processes is left. */
async function alone(): Promise<void> {
  const none = () => servers().length + extensionHosts().length === 0;
  await until("no process of ours", none);
}

scenario("the browser is killed", options, async ({ timings, bench, window }) => {
  await bench.page.close();
  const shown = new Set(browsers());
  const browser = await openBrowser();
  const [pid] = browsers().filter((one) => !shown.has(one));
  assert.ok(pid);
  const killed = await window(await contextIn(browser));
  await start(killed);
  timings.mark("cells can run");
  const kill = () => Promise.resolve(void process.kill(pid, "SIGKILL"));
  const seconds = await afterInput(await server(), kill);
  timings.mark(`released, ${seconds.toFixed(2)} s after the end of the server's input`);
  await site.took(seconds, grace + 5, "the release");
  await alone();
  timings.mark("no process of ours");
});

for (const signal of ["SIGTERM", "SIGKILL"] as const) {
  scenario(`VS Code's server gets ${signal}`, options, async ({ editor, bench, timings }) => {
    await start(bench);
    timings.mark("cells can run");
    const kill = async () => {
      await editor.kill(signal);
      await bench.page.close(); // an extension host goes on with its window even without the server
    };
    const seconds = await afterInput(await server(), kill);
    timings.mark(`released, ${seconds.toFixed(2)} s after the end of the server's input`);
    await site.took(seconds, grace + 5, "the release");
    await alone();
    timings.mark("no process of ours");
  });
}

/** browsers are the first processes of the browsers that run. */
function browsers(): readonly number[] {
  const first = processes().filter(({ args }) => {
    return args[0]?.includes("chromium") && !args.some((arg) => arg.startsWith("--type="));
  });
  return first.filter(({ args }) => args.includes("--no-sandbox")).map(({ pid }) => pid);
}
