import assert from "node:assert/strict";
import { test } from "node:test";
import { restarted } from "../src/jupyter/restarted.js";
import { FakeRest } from "./fakes/jupyter.js";
import { ready } from "./fakes/kernels.js";

const kernel = { session: ready };
const quick = { every: 1, most: 10_000 };
const going = { isCancellationRequested: false };

test("restarted: it waits until the kernel in the place of the dead one has begun", async () => {
  const rest = new FakeRest();
  rest.states = ["busy", "busy", "starting", "idle", "busy"];
  await restarted(rest, kernel, going, quick);
  assert.deepEqual(rest.states, ["busy"]);
});

test("restarted: it does not wait for ever, nor longer than the person wants, nor for nobody", async () => {
  const rest = new FakeRest();
  rest.states = Array<string>(1000).fill("busy");
  await restarted(rest, kernel, going, { every: 1, most: 0 });
  await restarted(rest, kernel, { isCancellationRequested: true }, quick);
  assert.deepEqual(rest.asked, []);
  rest.up = false;
  await restarted(rest, kernel, going, quick);
  assert.equal(rest.asked.length, 1);
});
