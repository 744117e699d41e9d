import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { lastLines, serveArguments, spawnChild, spawnOptions } from "../src/server/program.js";

test("child: it outlives the extension host on Windows, and has no window", () => {
  assert.deepEqual(spawnOptions, {
    detached: true,
    windowsHide: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  assert.deepEqual(serveArguments(false), ["serve"]);
  assert.deepEqual(serveArguments(true), ["serve", "-v"]);
});

test("child: its exit comes with its last output", async () => {
  const child = spawnChild(process.execPath, [
    "-e",
    "for (let i = 0; i < 40; i++) console.error('line', i); process.exitCode = 3",
  ]);
  const exit = await child.exited;
  assert.equal(exit.code, 3);
  assert.equal(exit.stderr.length, 30);
  assert.equal(exit.stderr.at(-1), "line 39");
});

test("child: a program that is not there ends with the reason", async () => {
  const exit = await spawnChild("/nowhere/sunpyter", ["serve"]).exited;
  assert.equal((exit.error as NodeJS.ErrnoException).code, "ENOENT");
});

test("child: lines are put together over chunks, and a line without an end is cut", () => {
  const stream = new PassThrough();
  const lines = lastLines(stream, 2);
  const push = (text: string): void => {
    stream.emit("data", text);
  };
  push("one\ntw");
  push("o\r\nthree\nfo");
  assert.deepEqual(lines(), ["three", "fo"]);
  push("x".repeat(10_000));
  assert.equal(lines().at(-1)?.length, 4096);
});
