import assert from "node:assert/strict";
import { test } from "node:test";
import { EditorCode } from "../src/common/problems.js";
import { createCopies } from "../src/project/copies.js";
import { createSync } from "../src/project/sync.js";
import {
  ProblemCode,
  type ProjectCopy,
  type ProjectConflict,
  type ProjectPushResult,
} from "../src/protocol.js";
import { FakeClock } from "./fakes/clock.js";
import { FakeKernels, ended, ready } from "./fakes/kernels.js";
import { FakeServer } from "./fakes/server.js";
import { problem } from "./start.fixture.js";
import { MemoryStub } from "./stub/context.js";
import { Uri } from "./stub/types.js";
import { settle } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

const path = "/scratch/alice/thesis";

const unchanged: ProjectPushResult = { path, sent: [], sentBytes: 0, unchanged: 3 };

function made(state = new MemoryStub()) {
  const stub = createStub();
  const kernels = new FakeKernels(ready);
  const clock = new FakeClock("2026-03-02T09:00:00Z");
  const answers = {
    "project/push": (): ProjectPushResult | Promise<ProjectPushResult> => unchanged,
  };
  const server = new FakeServer(answers);
  const conflicts: ProjectConflict[] = [];
  const copies = createCopies(stub.vscode, { kernels, workspaceState: state });
  const sync = createSync(stub.vscode, {
    server,
    kernels,
    copies,
    onConflicts: (_copy, all) => conflicts.push(...all),
    log: { debug: () => undefined, error: () => undefined, show: () => undefined },
    clock,
  });
  const add = () => copies.add(ready, { folder: "/work/thesis", adopt: true }, { path });
  /** pushed are the names of each push so far; undefined: all files. */
  const pushed = () =>
    server.asked.map(({ params }) => (params as { only?: readonly string[] }).only);
  const pass = async (ms: number) => {
    clock.turn(ms / 1000);
    await settle();
  };
  const file = (name: string) => Uri.file(`/work/thesis/${name}`) as never;
  return {
    ...stub,
    kernels,
    clock,
    answers,
    server,
    conflicts,
    copies,
    sync,
    add,
    pushed,
    pass,
    file,
  };
}

test("sync: nothing is watched without a copy; with one, all files are looked at first", async () => {
  const { workspace, add, pass, pushed, server } = made();
  assert.equal(workspace.watchers.length, 0);
  add();
  assert.equal(workspace.watchers.length, 1);
  await pass(200);
  assert.deepEqual(pushed(), [undefined]);
  assert.deepEqual(server.asked[0]?.params, {
    cluster: "sunbird",
    user: "alice",
    project: { folder: "/work/thesis", path },
  });
});

test("sync: what is saved, made, changed or deleted is sent after a pause, once", async () => {
  const { workspace, add, pass, pushed, file } = made();
  add();
  await pass(200);
  const [watcher] = workspace.watchers;
  workspace.textSaved.fire({ uri: file("mymod.py") } as never);
  await pass(100);
  watcher?.changed.fire(file("mymod.py"));
  watcher?.created.fire(file("pkg"));
  watcher?.deleted.fire(file("old.py"));
  workspace.notebookSaved.fire({ uri: file("a.ipynb") } as never);
  for (const name of [".git/index", "pkg/__pycache__/x.pyc", "../other/x.py"])
    watcher?.changed.fire(file(name));
  await pass(199);
  assert.equal(pushed().length, 1, "changes pause for 200 ms first");
  await pass(1);
  assert.deepEqual(pushed().slice(1), [["mymod.py", "pkg", "old.py", "a.ipynb"]]);
  await pass(60_000);
  assert.equal(pushed().length, 2);
});

test("sync: changes that never pause are sent after 2 s", async () => {
  const { workspace, add, pass, pushed, file } = made();
  add();
  await pass(200);
  for (let ms = 0; ms < 2_000; ms += 100) {
    workspace.watchers[0]?.changed.fire(file("log.txt"));
    await pass(100);
  }
  assert.deepEqual(pushed(), [undefined, ["log.txt"]]);
});

test("sync: a branch switch, and a change of what git ignores, look at all files", async () => {
  const { workspace, add, pass, pushed, file } = made();
  add();
  await pass(200);
  for (let i = 0; i < 300; i++) workspace.watchers[0]?.changed.fire(file(`f${i}.py`));
  await pass(200);
  workspace.watchers[0]?.changed.fire(file("sub/.gitignore"));
  await pass(200);
  assert.deepEqual(pushed(), [undefined, undefined, undefined]);
});

test("sync: one push at a time; what changes meanwhile, or while it is read, follows", async () => {
  const { workspace, add, pass, pushed, file, answers } = made();
  let finish: (result: ProjectPushResult) => void = () => undefined;
  answers["project/push"] = () => new Promise((resolve) => (finish = resolve));
  add();
  await pass(200);
  workspace.watchers[0]?.changed.fire(file("a.py"));
  await pass(1_000);
  assert.equal(pushed().length, 1);
  answers["project/push"] = () => unchanged;
  finish({ ...unchanged, busy: ["b.py"] });
  await settle();
  await pass(200);
  assert.deepEqual(pushed(), [undefined, ["a.py", "b.py"]]);
});

test("sync: a file that can't be read now is tried again later", async () => {
  const { add, pass, pushed, answers } = made();
  answers["project/push"] = () => ({ ...unchanged, busy: ["b.py"] });
  add();
  await pass(200);
  await pass(9_999);
  assert.equal(pushed().length, 1);
  answers["project/push"] = () => unchanged;
  await pass(1);
  await pass(60_000);
  assert.deepEqual(pushed(), [undefined, ["b.py"]]);
});

for (const [what, code] of [
  ["connection", ProblemCode.LinkLost],
  ["program", EditorCode.ServerDied],
] as const)
  test(`sync: while the ${what} is lost changes wait; then all files are looked at`, async () => {
    const { workspace, add, pass, pushed, file, answers, kernels, window } = made();
    add();
    await pass(200);
    answers["project/push"] = () => Promise.reject(problem(code, "lost"));
    workspace.watchers[0]?.changed.fire(file("a.py"));
    await pass(200);
    kernels.change({ ...ready, state: "disconnected" });
    await pass(60_000);
    const before = pushed().length;
    answers["project/push"] = () => unchanged;
    kernels.change(ready);
    await pass(200);
    assert.deepEqual(pushed().slice(before), [undefined]);
    assert.deepEqual(window.texts, [], "its loss is shown elsewhere");
  });

test("sync: a failure is shown once, and the next change or a click tries again", async () => {
  const { workspace, add, pass, pushed, file, answers, window } = made();
  answers["project/push"] = () => Promise.reject(problem("file.no-space", "The disk is full"));
  add();
  await pass(200);
  await pass(60_000);
  assert.equal(pushed().length, 1);
  workspace.watchers[0]?.changed.fire(file("a.py"));
  await pass(200);
  assert.equal(pushed().length, 2);
  const text = "Couldn't send changes in thesis to Sunbird. The disk is full.";
  assert.deepEqual(window.texts, [text]);
  window.answer = ({ buttons }) => buttons.find((button) => button === "Try Again");
  answers["project/push"] = () => Promise.reject(problem("file.no-space", "It is still full"));
  workspace.watchers[0]?.changed.fire(file("a.py"));
  await pass(200);
  answers["project/push"] = () => unchanged;
  await pass(200);
  assert.equal(pushed().length, 4, "without another change");
});

test("sync: a folder there that is no copy any more is used after a click", async () => {
  const { workspace, add, pass, file, answers, server, window } = made();
  const adopted = () =>
    server.asked.map(({ params }) => (params as { project: ProjectCopy }).project.adopt);
  answers["project/push"] = () => Promise.reject(problem("project.not-ours", "It is another"));
  add();
  window.answer = ({ buttons }) => buttons.find((button) => button === "Use That Folder");
  await pass(200);
  answers["project/push"] = () => unchanged;
  await pass(200);
  workspace.watchers[0]?.changed.fire(file("a.py"));
  await pass(200);
  assert.deepEqual(adopted(), [undefined, true, undefined]);
});

test("sync: conflicts are passed on; it ends with the kernel", async () => {
  const { workspace, add, pass, pushed, answers, conflicts, kernels, file, sync } = made();
  const conflict = { name: "a.py", path: `${path}/a.py` };
  answers["project/push"] = () => ({ ...unchanged, conflicts: [conflict] });
  add();
  await pass(200);
  assert.deepEqual(conflicts, [conflict]);
  kernels.change(ended(ready, "ended.idle"));
  assert.equal(workspace.watchers[0]?.disposed, true);
  workspace.textSaved.fire({ uri: file("a.py") } as never);
  await pass(60_000);
  assert.equal(pushed().length, 1);
  sync.dispose();
});

test("sync: a reloaded window goes on with the copies of its kernels", async () => {
  const state = new MemoryStub();
  const before = made(state);
  before.add();
  before.sync.dispose();
  const { workspace, pass, pushed } = made(state);
  assert.equal(workspace.watchers.length, 1);
  await pass(200);
  assert.deepEqual(pushed(), [undefined]);
});
