import { Notebook } from "../driver/notebook.ts";
import { scenario } from "../driver/scenario.ts";

scenario("opens a notebook", {}, async ({ bench, timings, shot }) => {
  const notebook = await Notebook.open(bench);
  timings.mark("the notebook is open");
  await shot("notebook");
  console.log(await notebook.kernel());
  console.log(await bench.notices.texts());
});
