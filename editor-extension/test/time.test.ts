import assert from "node:assert/strict";
import { test } from "node:test";
import { within } from "../src/common/time.js";

test("within: a result, a failure, or neither in time; no timer stays", async () => {
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  const before = timers();
  assert.equal(await within(60_000, Promise.resolve("in time"), "late"), "in time");
  assert.equal(await within(60_000, Promise.reject(new Error("failed")), "late"), "late");
  assert.equal(timers(), before);
  let fail: (err: Error) => void = () => undefined;
  const slow = new Promise<string>((_, reject) => (fail = reject));
  assert.equal(await within(1, slow, "late"), "late");
  fail(new Error("failed later")); // it is no unhandled rejection
  await new Promise(setImmediate);
});
