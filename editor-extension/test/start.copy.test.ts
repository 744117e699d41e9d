import assert from "node:assert/strict";
import { test } from "node:test";
import type * as vscode from "vscode";
import { createProjectState } from "../src/project/state.js";
import { ProblemCode } from "../src/protocol.js";
import { editorOf, notebook } from "./fakes/notebooks.js";
import { createRig, createUsedRig, problem, type Rig, sessionOf } from "./start.fixture.js";
import { until } from "./stub/until.js";

/** inFolder is a rig in which a notebook in a folder is open. */
async function inFolder(): Promise<Rig> {
  const rig = await createUsedRig();
  rig.window.api.activeNotebookEditor = editorOf(notebook("/work/thesis/a.ipynb"));
  return rig;
}

/** start starts a kernel of the default size. */
async function start(rig: Rig): Promise<ReturnType<Rig["starter"]["start"]>> {
  const starting = rig.starter.start();
  (await rig.window.quickPick("Start a kernel on Sunbird")).pick("1 CPU");
  return starting;
}

test("copy: the folder is looked at while the user chooses the size, then offered", async () => {
  const rig = await inFolder();
  rig.answers.scan = () =>
    Promise.resolve({
      files: 41,
      bytes: 3_355_443,
      leftOut: [
        { name: ".env", reason: "secret" },
        { name: "raw.bin", bytes: 734_003_200, reason: "too-large" },
        { name: "data", reason: "link" },
      ],
    });
  const starting = rig.starter.start();
  const sizes = await rig.window.quickPick("Start a kernel on Sunbird");
  assert.deepEqual(rig.asked[0], {
    method: "project/scan",
    params: { project: { folder: "/work/thesis" } },
  });
  sizes.pick("1 CPU");
  const offer = await rig.window.quickPick("Copy this folder to Sunbird? 41 files, 3.2 MB");
  assert.match(
    offer.items[0]?.detail ?? "",
    /Not copied: \.env \(may hold a secret\), raw\.bin \(700 MB\), data \(leads out of the folder\)$/u,
  );
  offer.pick("Copy and Run There");
  assert.ok(await starting);
  assert.deepEqual(rig.started[0]?.project, { folder: "/work/thesis" });
  assert.deepEqual(rig.copied, [{ folder: "/work/thesis" }]);
});

test("copy: the user can name the place on the cluster", async () => {
  const rig = await inFolder();
  const starting = start(rig);
  (await rig.window.quickPick("Copy this folder")).pick("Copy to Another Place…");
  const box = await rig.window.inputBox("Path of the copy on Sunbird");
  assert.equal(box.value, "~/thesis");
  box.answer("/scratch/thesis");
  await starting;
  assert.deepEqual(rig.started[0]?.project, { folder: "/work/thesis", path: "/scratch/thesis" });
  await rig.starter.start({ repeatLast: true }); // the program remembers the place
  assert.deepEqual(rig.started[1]?.project, { folder: "/work/thesis" });
  const dismissed = start(rig);
  (await rig.window.quickPick("Copy this folder")).pick("Copy to Another Place…");
  (await rig.window.inputBox("Path of the copy on Sunbird")).hide();
  assert.equal(await dismissed, undefined);
  assert.equal(rig.started.length, 2);
});

test("copy: only the kernel; the answer holds for the next start of the same kind", async () => {
  const rig = await inFolder();
  const starting = start(rig);
  (await rig.window.quickPick("Copy this folder")).pick("Only the Kernel");
  await starting;
  assert.equal(rig.started[0]?.project, undefined);
  await rig.starter.start({ repeatLast: true });
  assert.equal(rig.started[1]?.project, undefined);
  const again = start(rig);
  const offer = await rig.window.quickPick("Copy this folder");
  assert.equal(offer.labels[0], "Only the Kernel", "what was chosen last is first");
  offer.pick("Copy and Run There");
  await again;
  await rig.starter.start({ repeatLast: true });
  assert.deepEqual(rig.started[3]?.project, { folder: "/work/thesis" });
});

for (const [row, copies] of [
  ["Always Copy thesis", true],
  ["Never Copy thesis", false],
] as const) {
  test(`copy: ${row} is remembered for the folder`, async () => {
    const rig = await inFolder();
    const first = start(rig);
    (await rig.window.quickPick("Copy this folder")).pick(row);
    await first;
    await start(rig);
    assert.deepEqual(
      rig.started.map(({ project }) => project !== undefined),
      [copies, copies],
    );
    assert.equal(rig.asked.filter(({ method }) => method === "project/scan").length, 1);
  });
}

test("copy: what was remembered for folders can be forgotten", async () => {
  const rig = await inFolder();
  const first = start(rig);
  (await rig.window.quickPick("Copy this folder")).pick("Never Copy thesis");
  await first;
  await createProjectState({
    globalState: rig.state,
    workspaceState: rig.state,
  }).forgetDecisions();
  const second = start(rig);
  (await rig.window.quickPick("Copy this folder")).pick("Copy and Run There");
  await second;
  assert.deepEqual(
    rig.started.map(({ project }) => project !== undefined),
    [false, true],
  );
});

test("copy: the folder of the window goes along with a Python file in it, too", async () => {
  for (const [path, languageId, folder] of [
    ["/work/thesis/sub/run.py", "python", "/work/thesis"],
    ["/work/thesis/notes.md", "markdown", undefined],
    ["/elsewhere/run.py", "python", undefined],
  ] as const) {
    const rig = await createUsedRig();
    rig.settings.projectCopy = "always";
    rig.workspace.api.workspaceFolders = [
      { uri: notebook("/work/thesis").uri, name: "thesis", index: 0 },
    ];
    const document = { ...notebook(path), languageId };
    rig.window.api.activeTextEditor = { document } as unknown as vscode.TextEditor;
    await start(rig);
    assert.equal(rig.started[0]?.project?.folder, folder, path);
  }
});

test("copy: nothing is asked where the setting decides, and without a notebook in a folder", async () => {
  for (const mode of ["always", "never"] as const) {
    const rig = await inFolder();
    rig.settings.projectCopy = mode;
    await start(rig);
    assert.equal(rig.started[0]?.project !== undefined, mode === "always");
  }
  const rig = await createUsedRig();
  await start(rig);
  assert.equal(rig.started[0]?.project, undefined);
});

test("copy: who dismisses the question starts nothing", async () => {
  const rig = await inFolder();
  const starting = start(rig);
  (await rig.window.quickPick("Copy this folder")).hide();
  assert.equal(await starting, undefined);
  assert.deepEqual(rig.started, []);
  assert.deepEqual(rig.window.statusMessages, ["No kernel was started."]);
});

test("copy: a folder that is too large is said once, and the kernel starts", async () => {
  const rig = await inFolder();
  rig.answers.scan = () =>
    Promise.reject(problem(ProblemCode.ProjectTooLarge, "Its files have 230 MiB"));
  assert.ok(await start(rig));
  assert.ok(await start(rig));
  assert.deepEqual(rig.window.texts, ["The folder thesis was not copied. Its files have 230 MiB."]);
});

test("copy: a folder of that name on the cluster is used after a yes only", async () => {
  const rig = await inFolder();
  rig.settings.projectCopy = "always";
  const succeed = rig.start;
  rig.start = (params) =>
    params.project?.adopt || params.project?.path || !params.project
      ? succeed(params)
      : Promise.reject(problem(ProblemCode.ProjectNotOurs, "There are other files"));
  const question = () => rig.window.quickPick("Sunbird already has a folder thesis");
  const adopted = start(rig);
  (await question()).pick("Use That Folder");
  assert.ok(await adopted);
  assert.deepEqual(rig.started.at(-1)?.project, { folder: "/work/thesis", adopt: true });
  const moved = start(rig);
  (await question()).pick("Choose Another Place…");
  const box = await rig.window.inputBox("Path of the copy on Sunbird");
  box.answer("work");
  assert.equal(box.validationMessage, "Enter a path that begins with / or ~");
  box.answer("/scratch/thesis");
  assert.ok(await moved);
  assert.equal(rig.started.at(-1)?.project?.path, "/scratch/thesis");
  const without = start(rig);
  (await question()).pick("Only the Kernel");
  assert.ok(await without);
  assert.equal(rig.started.at(-1)?.project, undefined);
  const none = start(rig);
  (await question()).hide();
  assert.equal(await none, undefined);
  assert.deepEqual(rig.window.texts, []);
});

test("copy: its bytes are shown during the start", async () => {
  const rig = createRig();
  rig.start = (_params, doing) => {
    const report = { token: "t", kind: "report" as const };
    rig.changes.fire({ kernel: { session: sessionOf({ state: "submitting" }) } });
    doing?.onProgress?.({ ...report, doneBytes: 1_048_576, totalBytes: 3_145_728 });
    doing?.onProgress?.({ ...report, doneBytes: 3_145_728, totalBytes: 3_145_728 });
    return Promise.resolve({ session: sessionOf({ state: "ready" }) });
  };
  await rig.starter.startOn("own", undefined, {});
  const shown = await until("progress", () => rig.window.progresses[0]?.reports);
  assert.deepEqual(
    shown.map(({ message }) => message),
    [
      "Connecting…",
      "Asking Slurm for a compute node…",
      "Asking Slurm for a compute node… Copying files: 1 MB of 3 MB.",
      "Asking Slurm for a compute node…",
    ],
  );
});
