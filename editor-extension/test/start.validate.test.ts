import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cpusProblem,
  hostProblem,
  memoryProblem,
  nameProblem,
  type Parsed,
  readCpus,
  readMemory,
  readTime,
  timeProblem,
  userProblem,
} from "../src/start/validate.js";
import { formatDuration, formatMemory } from "../src/text/units.js";
import { resources } from "./start.fixture.js";

function value<T>(read: Parsed<T>): T | string {
  return "value" in read ? read.value : read.problem;
}

test("start: values are parsed as users write them", () => {
  assert.equal(value(readCpus("4")), 4);
  assert.equal(value(readCpus("4 CPUs")), 4);
  assert.equal(value(readMemory("8 GB")), 8192);
  assert.equal(value(readMemory("1.5G")), 1536);
  assert.equal(value(readTime("90 min")), 5400);
  assert.equal(value(readTime("2 h 30 min")), 9000);
  assert.equal(value(readTime("1-12:00:00")), 36 * 3600);
  assert.equal(value(readTime("02:30:00")), 9000);
});

test("start: an ambiguous value needs a unit", () => {
  assert.equal(value(readMemory("8")), 'Add a unit: "8 GB" or "8 MB".');
  assert.equal(value(readTime("2")), 'Add a unit: "2 min" or "2 h".');
  assert.equal(value(readTime("2:30")), 'Add units: "2 h 30 min".');
  for (const wrong of ["", "0", "-1", "1.5", "many"]) {
    assert.equal(value(readCpus(wrong)), "Enter a whole number, 1 or more.");
  }
  for (const wrong of ["", "lots", "8 XB"]) assert.equal(typeof value(readMemory(wrong)), "string");
  for (const wrong of ["", "soon", "0 min"]) assert.equal(typeof value(readTime(wrong)), "string");
});

test("start: a formatted value is parsed as the same value", () => {
  for (const seconds of [60, 5400, 4 * 3600, 9000, 36 * 3600, 3 * 86_400, 51 * 3600]) {
    assert.equal(value(readTime(formatDuration(seconds))), seconds);
  }
  for (const mib of [512, 1024, 1536, 8192, 375 * 1024]) {
    assert.equal(value(readMemory(formatMemory(mib))), mib);
  }
});

test("start: a partition's limits are shown in a sentence", () => {
  const [compute, gpu] = resources.partitions;
  assert.equal(timeProblem(4 * 86_400, compute), "compute allows at most 3 d.");
  assert.equal(timeProblem(3 * 86_400, compute), undefined);
  assert.equal(cpusProblem(41, compute), "compute allows at most 40 CPUs.");
  assert.equal(memoryProblem(376 * 1024, compute), "compute allows at most 375 GB.");
  assert.equal(cpusProblem(1000, gpu), undefined, "Slurm does not say");
  assert.equal(cpusProblem(1000, undefined), undefined);
});

test("start: names that ssh or Slurm would refuse are refused as they are typed", () => {
  for (const good of ["hawk", "a.b@hawk.example", "10.0.0.1"]) {
    assert.equal(hostProblem(good), undefined, good);
  }
  for (const bad of [
    "",
    "-oProxyCommand=x",
    "a b",
    "a@",
    "@hawk",
    "$(x)@hawk",
    "hawk;rm",
    "höst",
  ]) {
    assert.notEqual(hostProblem(bad), undefined, bad);
  }
  assert.equal(userProblem("a.b.person"), undefined);
  for (const good of ["j.doe@corp.example.org", "John Doe", "CORP\\jdoe", "JDOE", "müller"])
    assert.equal(userProblem(good), undefined, good);
  for (const bad of ["-lroot", "a -oX", " a", "a\n", "a\u202eb", "a\u00a0b", "a\\", "$(id)", "a;b"])
    assert.equal(userProblem(bad), `"${bad}" cannot be a user name.`, bad);
  assert.equal(nameProblem("account", "scw1000"), undefined);
  assert.equal(nameProblem("account", "-x"), '"-x" cannot be the name of an account.');
  assert.equal(nameProblem("partition", "a b"), '"a b" cannot be the name of a partition.');
});
