import assert from "node:assert/strict";
import { Notebook } from "../driver/notebook.ts";
import { scenario } from "../driver/scenario.ts";
import { isHere, isThere, start, stop, sunbird } from "../driver/sunpyter.ts";

// Longer than a user needs in a list; the real Jupyter extension has its own speed.
const slow = { settings: sunbird, env: { SUNPYTER_TEST_JUPYTER_SLOW: "20000" } };

scenario("the Jupyter extension is slow to list kernels", slow, async ({ bench, timings }) => {
  const notebook = await Notebook.open(bench);
  await notebook.kernelIs(isHere);
  const node = await start(bench);
  timings.mark("cells are said to run on the cluster");
  assert.match(
    await notebook.kernel(),
    isThere,
    "it is said only when the notebook has the kernel",
  );
  assert.equal((await notebook.ran(/on (\S+)/))[1], node);
  await stop(bench);
});
