import assert from "node:assert/strict";
import { test } from "node:test";
import { createConflicts } from "../src/project/conflicts.js";
import type { Copy } from "../src/project/copies.js";
import { problem } from "./start.fixture.js";
import { Uri } from "./stub/types.js";
import { settle } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

const copy: Copy = {
  sessionId: "k1",
  cluster: "sunbird",
  title: "Sunbird",
  project: { folder: "/work/thesis", path: "/scratch/thesis" },
};

const conflict = (name: string, more = {}) => ({ name, path: `/scratch/thesis/${name}`, ...more });

function made() {
  const stub = createStub();
  const pushed: unknown[] = [];
  const push = { fails: false };
  const conflicts = createConflicts(stub.vscode, {
    push: (_copy, change) => {
      pushed.push(change);
      if (push.fails) return Promise.reject(problem("file.no-space", "The disk is full"));
      return Promise.resolve({ path: "/scratch/thesis", sent: [], sentBytes: 0, unchanged: 0 });
    },
    remoteFile: (_copy, path) => Promise.resolve(Uri.parse(`sunpyter://sunbird${path}`) as never),
    log: { error: () => undefined, show: () => undefined },
  });
  return { ...stub, conflicts, pushed, push };
}

test("conflicts: compare shows both, and the question stays", async () => {
  const { conflicts, window, commands, pushed } = made();
  const answers = ["Compare", "Take Theirs"];
  window.answer = () => answers.shift();
  await conflicts(copy, [conflict("pkg/mod.py")]);
  const text = "pkg/mod.py was changed on Sunbird, so your version was not sent.";
  assert.deepEqual(window.texts, [text, text]);
  assert.deepEqual(window.messages[0]?.buttons, ["Compare", "Take Theirs", "Take Mine"]);
  const [diff] = commands.executed;
  assert.deepEqual(
    [diff?.id, String(diff?.args[0]), String(diff?.args[1]), diff?.args[2]],
    [
      "vscode.diff",
      "sunpyter://sunbird/scratch/thesis/pkg/mod.py",
      "file:///work/thesis/pkg/mod.py",
      "mod.py (Sunbird ↔ this computer)",
    ],
  );
  assert.deepEqual(pushed, [{ only: ["pkg/mod.py"], theirs: ["pkg/mod.py"] }]);
});

test("conflicts: take mine; a file that was deleted here; nothing that was reported before", async () => {
  const { conflicts, window, pushed } = made();
  window.answer = ({ buttons }) => buttons.at(-1);
  await conflicts(copy, [conflict("a"), conflict("known", { reported: true })]);
  await conflicts(copy, [conflict("b", { deleted: true })]);
  await conflicts(copy, [conflict("known", { reported: true })]);
  assert.deepEqual(window.texts, [
    "a was changed on Sunbird, so your version was not sent.",
    "b was deleted here, but changed on Sunbird. It is kept there.",
  ]);
  assert.deepEqual(window.messages[1]?.buttons, ["Bring It Back", "Delete It There"]);
  assert.deepEqual(pushed, [
    { only: ["a"], mine: ["a"] },
    { only: ["b"], mine: ["b"] },
  ]);
});

test("conflicts: several are one message, and a list", async () => {
  const { conflicts, window, pushed } = made();
  window.answer = () => "Review…";
  const reporting = conflicts(copy, [conflict("a"), conflict("b")]);
  for (const [name, choice] of [
    ["b", "Take Mine"],
    ["a", "Take Theirs"],
  ] as const) {
    const list = await window.quickPick("Files that were changed on Sunbird and here");
    list.pick(name);
    (await window.quickPick(name)).pick(choice);
    await settle();
  }
  await reporting;
  assert.deepEqual(window.texts, [
    "2 files were changed on Sunbird and here. They were left as they are.",
  ]);
  assert.deepEqual(pushed, [
    { only: ["b"], mine: ["b"] },
    { only: ["a"], theirs: ["a"] },
  ]);
});

test("conflicts: a failure is shown, and the question stays", async () => {
  const { conflicts, window, push } = made();
  push.fails = true;
  const answers = ["Take Mine", undefined, undefined];
  window.answer = () => answers.shift();
  await conflicts(copy, [conflict("a")]);
  assert.deepEqual(window.texts, [
    "a was changed on Sunbird, so your version was not sent.",
    "Couldn't update a. The disk is full.",
    "a was changed on Sunbird, so your version was not sent.",
  ]);
});
