import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "../src/protocol.js";
import { describeResources, timeLeft, locationOf } from "../src/text/session.js";
import { formatClock, count, formatDuration, formatGpus, formatMemory } from "../src/text/units.js";

const session: Session = {
  id: "k3v9q2",
  state: "ready",
  cluster: "sunbird",
  title: "Sunbird",
  host: "sunbird.swansea.ac.uk",
  owned: true,
  generation: 1,
  cpus: 1,
};

test("a length of time is formatted in its usual units", () => {
  const rows: [number, string][] = [
    [0, "0 s"],
    [40, "40 s"],
    [60, "1 min"],
    [90 * 60, "90 min"],
    [3600, "1 h"],
    [2 * 3600, "2 h"],
    [4 * 3600, "4 h"],
    [3 * 3600 + 40 * 60, "3 h 40 min"],
    [24 * 3600, "24 h"],
    [48 * 3600, "2 d"],
    [51 * 3600, "2 d 3 h"],
  ];
  for (const [seconds, want] of rows) {
    assert.equal(formatDuration(seconds), want);
  }
});

test("sizes and numbers", () => {
  assert.equal(formatMemory(512), "512 MB");
  assert.equal(formatMemory(1024), "1 GB");
  assert.equal(formatMemory(1536), "1.5 GB");
  assert.equal(formatMemory(8192), "8 GB");
  assert.equal(count(1, "CPU"), "1 CPU");
  assert.equal(count(4, "CPU"), "4 CPUs");
  assert.equal(formatGpus("1"), "1 GPU");
  assert.equal(formatGpus("a100:2"), "2 GPUs (a100)");
  assert.equal(count(2, "kernel"), "2 kernels");
  assert.equal(describeResources({ ...session, memoryMiB: 4096, gpus: "1" }), "1 CPU, 4 GB, 1 GPU");
  assert.equal(describeResources({ ...session, memoryMiB: 0 }), "1 CPU");
});

test("a time is in this computer's time zone, with its day if it is not today", () => {
  const now = new Date(2026, 2, 2, 9, 0);
  assert.equal(formatClock(new Date(2026, 2, 2, 14, 5), now), "14:05");
  assert.equal(formatClock(new Date(2026, 2, 3, 4, 5), now), "Tue 3 Mar, 04:05");
});

test("the time left is rounded down and never below nothing", () => {
  const now = new Date("2026-03-02T09:00:00Z");
  const until = (iso: string): string | undefined => timeLeft({ ...session, endsAt: iso }, now);
  assert.equal(until("2026-03-02T12:40:59Z"), "3 h 40 min");
  assert.equal(until("2026-03-02T13:00:00Z"), "4 h");
  assert.equal(until("2026-03-02T09:09:59Z"), "9 min");
  assert.equal(until("2026-03-02T09:00:59Z"), "less than 1 min");
  assert.equal(until("2026-03-02T08:00:00Z"), "less than 1 min");
  assert.equal(timeLeft(session, now), undefined);
});

test("a kernel's location is its node, or its cluster", () => {
  assert.equal(locationOf(session), "Sunbird");
  assert.equal(locationOf({ ...session, node: "scs0151" }), "scs0151");
});
