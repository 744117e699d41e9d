import assert from "node:assert/strict";
import { test } from "node:test";
import { createAnnouncements } from "../src/ui/announcements.js";
import { made } from "./commands.fixture.js";
import { FakeKernels, ready } from "./fakes/kernels.js";
import { settle } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

/** noCopy: the kernel runs in no copy of a folder. */
const noCopy = {
  kernels: new FakeKernels(),
  copies: { of: () => undefined },
  showLeftOut: () => Promise.resolve(),
};

test("announcement: what the job lacks is shown once, also if it is known later", () => {
  const { vscode, window } = createStub();
  const kernels = new FakeKernels(ready);
  const announcements = createAnnouncements(vscode, { ...noCopy, kernels });
  const missing = { ...ready, notice: "you asked for 2 GPUs", noticeCode: "job.gpu-missing" };
  kernels.change(missing);
  assert.deepEqual(window.texts, [], "not before the kernel is announced");
  announcements.announce(ready);
  kernels.change(missing);
  kernels.change({ ...missing });
  kernels.change({ ...missing, notice: "it ran out of memory", noticeCode: "ended.out-of-memory" });
  announcements.dispose();
  kernels.change({ ...missing, notice: "something else" });
  assert.deepEqual(window.texts.slice(1), ["You asked for 2 GPUs."]);
});

test("announcement: once, where cells run and which files they see", () => {
  const { vscode, window } = createStub();
  const announcements = createAnnouncements(vscode, noCopy);
  const started = { ...ready, notice: "Jupyter is old" };
  announcements.announce(started);
  announcements.announce(started);
  announcements.announce({ ...ready, id: "taken-over", generation: 2 });
  announcements.announce({ ...ready, id: "in-ml", environment: "ml" });
  assert.deepEqual(window.texts, [
    "Connected to scs0151. Cells run in /cdt_storage/alice and see only files on the cluster.",
    "Jupyter is old.",
    "Connected to scs0151. Cells use the environment ml, run in /cdt_storage/alice and see only files on the cluster.",
  ]);
});

test("announcement: a kernel that runs in a copy of a folder, with what was left out", async () => {
  const { vscode, window } = createStub();
  const project = { folder: "/home/alice/thesis", path: "/scratch/alice/thesis" };
  const leftOut = [{ name: ".env", reason: "secret" as const }];
  const copy = { sessionId: ready.id, cluster: "sunbird", title: "Sunbird", project, leftOut };
  const shown: string[] = [];
  window.answer = () => "Left Out…";
  const announcements = createAnnouncements(vscode, {
    kernels: new FakeKernels(),
    copies: { of: () => copy },
    showLeftOut: () => Promise.resolve(void shown.push("list")),
  });
  const workingDirectory = "/scratch/alice/thesis";
  announcements.announce({ ...ready, workingDirectory });
  announcements.announce({ ...ready, workingDirectory, id: "in-ml", environment: "ml" });
  assert.deepEqual(window.texts, [
    `Connected to scs0151. Cells run in ${workingDirectory}, a copy of thesis. 1 file left out.`,
    `Connected to scs0151. Cells use the environment ml and run in ${workingDirectory}, a copy of thesis. 1 file left out.`,
  ]);
  await settle();
  assert.deepEqual(shown, ["list", "list"]);
});

test("announcement: with what remains to be done, also for a kernel that was announced", async () => {
  const { vscode, window } = createStub();
  const announcements = createAnnouncements(vscode, noCopy);
  let opened = 0;
  const left = {
    text: "Open a notebook.",
    actions: [{ title: "Open Notebook…", run: () => (opened += 1) }],
  };
  window.answer = () => "Open Notebook…";
  announcements.announce(ready, left);
  announcements.announce(ready, left);
  await settle();
  assert.deepEqual(window.texts, [
    "The kernel on scs0151 is ready. Open a notebook.",
    "The kernel on scs0151 is ready. Open a notebook.",
  ]);
  assert.equal(opened, 2);
});

test("announcement: once the notebook has the kernel", async () => {
  let done = (): void => undefined;
  const choosing = new Promise<void>((resolve) => (done = resolve));
  const { start, announced } = made({
    choosing,
    begin: () => Promise.resolve({ session: ready }),
  });
  const run = start.run();
  await settle();
  assert.deepEqual(announced, []);
  done();
  await run;
  await settle();
  assert.deepEqual(announced, [ready.id]);
});

test("announcement: while another start waits for the user", async () => {
  const answers = [Promise.resolve({ session: ready }), new Promise<undefined>(() => undefined)];
  const { start, announced } = made({ begin: () => answers.pop() ?? Promise.resolve(undefined) });
  void start.run();
  await start.run();
  await settle();
  assert.deepEqual(announced, [ready.id]);
});

test("announcement: also if the notebook could not get the kernel", async () => {
  const { start, announced, window } = made({
    choosing: Promise.reject(new Error("no list")),
    begin: () => Promise.resolve({ session: ready }),
  });
  await start.run();
  await settle();
  assert.deepEqual(announced, [ready.id]);
  assert.equal(window.texts.length, 1);
});
