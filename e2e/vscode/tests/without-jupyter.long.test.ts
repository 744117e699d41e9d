import assert from "node:assert/strict";
import { scenario } from "../driver/scenario.ts";
import { sunbird, titles, usual } from "../driver/sunpyter.ts";

const options = { settings: sunbird, jupyter: false };

scenario("without the Jupyter extension", options, async ({ bench, shot }) => {
  await bench.palette(titles.start);
  await bench.quick.pick(usual);
  const missing = /Jupyter extension/;
  await bench.notices.says(missing);
  const buttons = await bench.notices.buttons(missing);
  await shot("missing");
  assert.ok(buttons.includes("Install") && buttons.includes("Open in Browser"), buttons.join());
  assert.ok(await bench.offers(titles.openInBrowser));
});
