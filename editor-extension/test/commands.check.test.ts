import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClusterCheckResult } from "../src/protocol.js";
import { made, problem } from "./commands.fixture.js";
import { FakeServer } from "./fakes/server.js";

const checked: ClusterCheckResult = {
  ok: false,
  cluster: "sunbird",
  host: "sunbird.swansea.ac.uk",
  user: "alice",
  steps: [
    {
      name: "connect",
      title: "SSH connection",
      outcome: "ok",
      detail: "logged in",
      milliseconds: 420,
    },
    {
      name: "slurm",
      title: "Slurm's commands",
      outcome: "failed",
      detail: "sbatch was not found.",
      advice: "Ask the site.",
      code: "slurm.not-found",
      milliseconds: 80,
    },
    { name: "home", title: "Home directory", outcome: "skipped", milliseconds: 0 },
  ],
  report: "Sunpyter check of Sunbird\n[FAILED] Slurm's commands (80 ms)\n",
};

test("check: each test with its icon, result and advice", async () => {
  let heard = 0;
  const server: FakeServer = new FakeServer({
    "cluster/check": ({ progressToken }: { progressToken: string }) => {
      heard = server.listeners("$/progress");
      server.tell("$/progress", { token: "another", kind: "report", message: "no" });
      server.tell("$/progress", {
        token: progressToken,
        kind: "report",
        message: "SSH connection",
      });
      return checked;
    },
  });
  const { run, window, env } = made({ server });
  const done = run("check");
  const pick = await window.quickPick("Sunbird");
  assert.equal(pick.title, "Sunbird: problem found");
  assert.deepEqual(pick.labels, [
    "$(error) Slurm's commands",
    "$(lightbulb) What to do",
    "$(copy) Copy Report",
    "$(pass) SSH connection",
    "$(circle-slash) Home directory",
  ]);
  assert.equal(pick.row("Slurm's").detail, "sbatch was not found.");
  assert.equal(pick.row("What to do").detail, "Ask the site.");
  assert.deepEqual(
    ["SSH", "Home"].map((name) => pick.row(name).description),
    ["0.4 s", "not tried"],
  );
  assert.deepEqual(window.progresses[0]?.reports, [{ message: "SSH connection" }]);
  assert.deepEqual([heard, server.listeners("$/progress")], [1, 0]);
  pick.pick("Copy Report");
  await done;
  assert.match(env.clipboard, /\[FAILED\] Slurm's commands/);
  assert.match(window.texts[0] ?? "", /Report copied/);
});

test("check: if all tests pass a small job is offered, once", async () => {
  const asked: unknown[] = [];
  const server: FakeServer = new FakeServer({
    "cluster/check": ({ full }: { full?: boolean }) => {
      asked.push(full);
      const cell = { ...checked.steps[0], name: "cell", title: "A cell" };
      return {
        ...checked,
        ok: true,
        steps: [...checked.steps.slice(0, 1), ...(full ? [cell] : [])],
      };
    },
  });
  const { run, window } = made({ server });
  const done = run("check");
  const pick = await window.quickPick("Sunbird: no problem found");
  pick.pick("Check with a Small Job");
  const second = await window.quickPick("Sunbird: everything works");
  assert.deepEqual(second.labels, [
    "$(copy) Copy Report",
    "$(pass) SSH connection",
    "$(pass) A cell",
  ]);
  second.hide();
  await done;
  assert.deepEqual(asked, [undefined, true]);
});

test("check: a failure is shown, so is a cancel, and on a cluster there is none", async () => {
  for (const [code, text] of [
    ["ssh.timeout", /Couldn't check the connection. It broke\./],
    ["cancelled", /The check was cancelled/],
  ] as const) {
    const server = new FakeServer({
      "cluster/check": () => Promise.reject(problem(code)),
    });
    const { run, window } = made({ server });
    await run("check");
    assert.match(window.texts[0] ?? "", text);
  }
  const refused = made({ refuse: true });
  await refused.run("check");
  assert.deepEqual(refused.server.asked, []);
});
