import assert from "node:assert/strict";
import { test } from "node:test";
import { createTable } from "../src/common/table.js";
import { MemoryStub } from "./stub/context.js";

test("table: the value that was set last is at the end, and the first are forgotten", async () => {
  const state = new MemoryStub();
  await state.update("key", { a: 1, b: 2, c: 3 }); // as earlier versions stored it
  const table = createTable<number>(state, "key", 3);
  await table.set("a", 4);
  assert.deepEqual(table.entries(), [
    ["b", 2],
    ["c", 3],
    ["a", 4],
  ]);
  await table.set("d", 5);
  assert.deepEqual(state.get("key"), { c: 3, a: 4, d: 5 });
  assert.equal(table.get("b"), undefined);
  await table.set("a", undefined);
  assert.deepEqual(table.entries(), [
    ["c", 3],
    ["d", 5],
  ]);
});

test("table: without a limit nothing is forgotten; names of an object's own members are none", async () => {
  const table = createTable<string>(new MemoryStub(), "key");
  for (let i = 0; i < 300; i++) await table.set(`k${i}`, "x");
  assert.equal(table.entries().length, 300);
  assert.equal(table.get("constructor"), undefined);
});

test("table: a state that is no object counts as empty, and is replaced", async () => {
  for (const stored of [undefined, null, 7, "text"]) {
    const state = new MemoryStub();
    await state.update("key", stored);
    const table = createTable<number>(state, "key");
    assert.deepEqual(table.entries(), []);
    await table.set("a", 1);
    assert.deepEqual(state.get("key"), { a: 1 });
  }
});
