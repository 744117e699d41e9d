import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDuration, parseMemory } from "../src/text/units.js";

test("units: lengths of time", () => {
  const minute = 60;
  const hour = 3600;
  const forms: Record<string, number> = {
    "4h": 4 * hour,
    "90m": 90 * minute,
    "90 min": 90 * minute,
    "2 hours": 2 * hour,
    "1h30m": 1.5 * hour,
    "1.5h": 1.5 * hour,
    "1d12h": 36 * hour,
    "45": 45 * minute,
    "30:00": 30 * minute,
    "02:00:00": 2 * hour,
    "1-00:00:00": 24 * hour,
    "1-12": 36 * hour,
    " 10s ": 10,
  };
  for (const [text, seconds] of Object.entries(forms))
    assert.equal(parseDuration(text), seconds, text);
});

test("units: what is not a length of time", () => {
  for (const text of ["", " ", "soon", "4x", "-4h", "4h4", "h", "1:2:3:4"]) {
    assert.throws(() => parseDuration(text), /is not a duration; write 4h/u, text);
  }
  assert.throws(() => parseDuration("0h"), /greater than zero/u);
  assert.throws(() => parseDuration("99999d"), /more than ten years/u);
});

test("units: sizes of memory", () => {
  const forms: Record<string, number> = {
    "8G": 8192,
    "8 GB": 8192,
    "1.5GiB": 1536,
    "512M": 512,
    "512": 512,
    "1k": 1,
    "1T": 1048576,
  };
  for (const [text, mib] of Object.entries(forms)) assert.equal(parseMemory(text), mib, text);
  for (const text of ["", "lots", "8X", "-1G", "8B"]) {
    assert.throws(() => parseMemory(text), /is not a memory size; write 8G/u, text);
  }
  assert.throws(() => parseMemory("0"), /not between/u);
});
