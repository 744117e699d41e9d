import { until } from "../driver/deadline.ts";
import { extensionHosts, servers } from "../driver/processes.ts";
import { scenario } from "../driver/scenario.ts";
import { took } from "../driver/site.ts";
import { afterInput, profile, server, start } from "../driver/sunpyter.ts";

const grace = 4; // yesterday.test.ts has a window that is closed with none

scenario(
  `the window is closed, with ${grace} s for a reload`,
  { settings: profile({}, grace) },
  async ({ bench, timings }) => {
    await start(bench);
    timings.mark("cells can run");
    const close = () => bench.page.close({ runBeforeUnload: true });
    const seconds = await afterInput(await server(), close);
    timings.mark(`released, ${seconds.toFixed(2)} s after the end of the server's input`);
    await took(seconds, grace + 5, "the release");
    const alone = () => servers().length + extensionHosts().length === 0;
    await until("no process of ours", alone);
    timings.mark("no process of ours");
  },
);
