import { until } from "../driver/deadline.ts";
import { extensionHosts, servers } from "../driver/processes.ts";
import { scenario } from "../driver/scenario.ts";
import { took } from "../driver/site.ts";
import { afterInput, profile, server, start } from "../driver/sunpyter.ts";

for (const grace of [0, 4]) {
  scenario(
    `the window is closed, with ${grace} s for a reload`,
    { settings: profile({}, grace), long: grace > 0 },
    async ({ bench, timings }) => {
      await start(bench);
      timings.mark("cells can run");
      const pid = await server();
      const close = () => bench.page.close({ runBeforeUnload: true });
      const seconds = await afterInput(pid, close);
      timings.mark(`released, ${seconds.toFixed(2)} s after the end of the server's input`);
      await took(seconds, grace === 0 ? 3 : grace + 5, "the release");
      const alone = () => servers().length + extensionHosts().length === 0;
      await until("no process of ours", alone);
      timings.mark("no process of ours");
    },
  );
}
