import { until } from "../driver/deadline.ts";
import { Notebook } from "../driver/notebook.ts";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { start, sunbird } from "../driver/sunpyter.ts";
import { isText, link } from "./link.ts";

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
  { settings: sunbird, cells: [attack] },
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
