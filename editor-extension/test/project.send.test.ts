import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import { createLog } from "../src/common/log.js";
import { createAccess } from "../src/files/access.js";
import { timeLeft } from "../src/files/bytes.js";
import { createCopies } from "../src/project/copies.js";
import { createSender } from "../src/project/send.js";
import { createProjectState } from "../src/project/state.js";
import type { FileTransferResult } from "../src/protocol.js";
import { FakeKernels, ready } from "./fakes/kernels.js";
import { FakeServer } from "./fakes/server.js";
import { problem } from "./start.fixture.js";
import { MemoryStub } from "./stub/context.js";
import { Uri } from "./stub/types.js";
import { until } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

const sent: FileTransferResult = { files: 1, bytes: 3, skipped: [] };

function made(t: TestContext, kernels = new FakeKernels(ready)) {
  const stub = createStub();
  const state = new MemoryStub();
  const folder = mkdtempSync(path.join(os.tmpdir(), "send-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, "data.csv");
  writeFileSync(file, "1,2");
  const answers = {
    "file/mkdir": () => ({}),
    "file/upload": (): FileTransferResult | Promise<FileTransferResult> => sent,
    "file/places": () => ({ home: "/home/alice", workingDirectory: "/scratch/alice" }),
    "project/push": () => ({
      path: "/scratch/thesis",
      sent: ["data.csv"],
      sentBytes: 3,
      unchanged: 0,
    }),
  };
  const server = new FakeServer(answers);
  const log = createLog(stub.vscode, { level: () => "info" });
  const copies = createCopies(stub.vscode, { kernels, workspaceState: state });
  const project = createProjectState({ globalState: state, workspaceState: state });
  const sender = createSender(stub.vscode, {
    server,
    access: createAccess(stub.vscode, { server, globalState: state, log }),
    kernels,
    copies,
    state: project,
    pickCluster: () => Promise.resolve({ cluster: "hawk", title: "Hawk" }),
    log,
  });
  const asked = () =>
    server.asked.map(({ method, params }) => {
      const rest = Object.entries(params as object).filter(([key]) => key !== "progressToken");
      return [method, Object.fromEntries(rest)] as const;
    });
  const run = () => sender.run(Uri.file(file) as never);
  return { ...stub, answers, server, copies, project, sender, asked, run, folder, file };
}

test("send: to where the cells of this window's kernel run", async (t) => {
  const { run, asked, window, file } = made(t);
  await run();
  const at = { cluster: "sunbird", user: "alice" };
  assert.deepEqual(asked(), [
    ["file/mkdir", { ...at, path: "/cdt_storage/alice", parents: true }],
    [
      "file/upload",
      { ...at, localPath: file, path: "/cdt_storage/alice/data.csv", overwrite: false },
    ],
  ]);
  assert.deepEqual(window.texts, [
    "data.csv was sent to /cdt_storage/alice on Sunbird (1 file, 3 bytes).",
  ]);
});

test("send: without a kernel, to the working directory of the cluster", async (t) => {
  const { run, asked } = made(t, new FakeKernels());
  await run();
  assert.deepEqual(asked().at(-1)?.[1]["path"], "/scratch/alice/data.csv");
});

test("send: what is there is replaced after a yes only", async (t) => {
  const { run, asked, window, answers } = made(t);
  answers["file/upload"] = () => {
    answers["file/upload"] = () => sent;
    return Promise.reject(problem("file.exists", "there"));
  };
  await run();
  assert.match(window.texts.join(), /already has .*data\.csv\. Replace it\?/u);
  assert.equal(asked().filter(([method]) => method === "file/upload").length, 1);
  answers["file/upload"] = () => {
    answers["file/upload"] = () => sent;
    return Promise.reject(problem("file.exists", "there"));
  };
  window.answer = ({ buttons }) => buttons[0];
  await run();
  assert.equal(asked().at(-1)?.[1]["overwrite"], true);
});

test("send: a file of a folder that was copied joins the copy, unless it is large", async (t) => {
  const { run, asked, copies, project, folder, file } = made(t);
  copies.add(ready, { folder }, { path: "/scratch/thesis" });
  await run();
  assert.deepEqual(asked(), [
    [
      "project/push",
      {
        cluster: "sunbird",
        user: "alice",
        project: { folder, path: "/scratch/thesis", include: ["data.csv"] },
        only: ["data.csv"],
      },
    ],
  ]);
  assert.deepEqual(project.included(folder), ["data.csv"]);
  assert.deepEqual(copies.of(ready.id)?.project.include, ["data.csv"], "later saves send it");
  truncateSync(file, 30 * 1024 * 1024);
  await run();
  assert.deepEqual(asked().at(-1)?.[1]["path"], "/scratch/thesis/data.csv");
});

test("send: a change that was made in the copy is replaced after a yes only, as the copy knows", async (t) => {
  const { run, asked, copies, folder, window, answers } = made(t);
  copies.add(ready, { folder }, { path: "/scratch/thesis" });
  const conflicts = [{ name: "data.csv", path: "/scratch/thesis/data.csv", reported: true }];
  const pushed = answers["project/push"]();
  Object.assign(answers, { "project/push": () => ({ ...pushed, conflicts }) });
  await run();
  assert.deepEqual(window.texts, [
    "data.csv was changed on Sunbird. Replace it with your version?",
  ]);
  assert.equal(asked().length, 1);
  window.answer = ({ buttons }) => buttons[0];
  await run();
  const { project } = asked().at(-1)?.[1] as { project: { mine?: string[] } };
  assert.deepEqual([asked().length, project.mine], [3, ["data.csv"]]);
  assert.equal(
    window.texts.at(-1),
    "data.csv was sent to /scratch/thesis on Sunbird (1 file, 3 bytes).",
  );
});

test("send: a missing file goes where the cell looked for it", async (t) => {
  const { sender, asked, copies, folder, file } = made(t);
  assert.ok(await sender.sendMissing(ready, { file, name: "sub/data.csv", bytes: 3 }));
  assert.equal(asked().at(-1)?.[1]["path"], "/cdt_storage/alice/sub/data.csv");
  copies.add(ready, { folder }, { path: "/scratch/thesis" });
  assert.ok(await sender.sendMissing(ready, { file, name: "data.csv", bytes: 3 }));
  assert.equal(asked().at(-1)?.[0], "project/push");
});

test("send: one that is cancelled says how to resume", async (t) => {
  const { run, window, answers } = made(t);
  answers["file/upload"] = () => Promise.reject(problem("cancelled", "cancelled"));
  await run();
  assert.deepEqual(window.texts, ["Cancelled. To resume, send data.csv again."]);
});

test("transfer: the time that is left is shown after a few seconds", () => {
  assert.equal(timeLeft(1_000, 10, 90), "");
  assert.equal(timeLeft(4_000, 0, 90), "", "nothing has come yet");
  assert.equal(timeLeft(10_000, 50, 100), ", 20 s left");
  assert.equal(timeLeft(10_000, 100, 0), "");
});

test("send: what was left out is listed, and sent all the same", async (t) => {
  const { sender, asked, window, copies, folder } = made(t);
  const leftOut = [
    { name: ".env", reason: "secret" as const },
    { name: "raw.bin", bytes: 734_003_200, reason: "too-large" as const },
    { name: "data", reason: "link" as const },
  ];
  const copy = copies.add(ready, { folder }, { path: "/scratch/thesis", leftOut });
  const choosing = sender.chooseLeftOut(copy);
  const pick = await window.quickPick("that are not on Sunbird");
  assert.deepEqual(pick.labels, [".env", "raw.bin"]);
  pick.pick("raw.bin");
  await choosing;
  assert.deepEqual(asked().at(-1)?.[1]["only"], ["raw.bin"]);
  assert.deepEqual(copies.of(ready.id)?.project.include, ["raw.bin"]);
  assert.deepEqual(window.texts, ["1 file sent to /scratch/thesis on Sunbird."]);
});

test("send: several files have one notice, and none waits until the user closes another's", async (t) => {
  const { sender, server, window, folder, file, answers } = made(t);
  const names = ["other.csv", "third.csv"];
  for (const name of names) writeFileSync(path.join(folder, name), "3");
  const files = [file, ...names.map((name) => path.join(folder, name))];
  const uris = files.map((name) => Uri.file(name)) as never[];
  window.answer = () => new Promise(() => undefined);
  const send = () => sender.run(uris[0], uris);
  const uploads = () => server.asked.filter(({ method }) => method === "file/upload").length;
  await send();
  assert.deepEqual(window.texts, ["3 files were sent to /cdt_storage/alice on Sunbird (9 bytes)."]);
  const [progress, ...more] = window.progresses;
  assert.deepEqual([progress?.options.title, more.length], ["Sending 3 files", 0]);
  assert.deepEqual(
    progress?.reports.map(({ message }) => message),
    ["1 of 3, data.csv", "2 of 3, other.csv", "3 of 3, third.csv"],
  );

  const failOnce = (code: string) => {
    answers["file/upload"] = () => {
      answers["file/upload"] = () => sent;
      return Promise.reject(problem(code, "no"));
    };
  };
  failOnce("file.permission-denied");
  await send();
  assert.equal(uploads(), 6);
  assert.match(window.texts[1] ?? "", /^2 files were sent to/u);
  assert.match(window.texts[2] ?? "", /^Couldn't send data\.csv\./u);

  failOnce("cancelled");
  await send();
  assert.equal(uploads(), 7, "the others were not cancelled");
  assert.equal(
    window.texts[3],
    "Cancelled before data.csv and 2 more were sent. To resume, send them again.",
  );
});

test("send: several files ask once for the cluster, fail with one notice, and are retried together", async (t) => {
  const { sender, server, window, folder, file, answers } = made(t, new FakeKernels());
  const other = path.join(folder, "other.csv");
  writeFileSync(other, "3");
  const uris = [file, other].map((name) => Uri.file(name)) as never[];
  const uploads = () => server.asked.filter(({ method }) => method === "file/upload").length;
  const places = () => server.asked.filter(({ method }) => method === "file/places").length;
  answers["file/upload"] = () => Promise.reject(problem("disk-full", "the disk is full"));
  window.answer = ({ buttons }) => {
    answers["file/upload"] = () => sent;
    window.answer = () => undefined;
    return buttons[0];
  };
  await sender.run(uris[0], uris);
  await until("the retry", () => window.texts.length === 2);
  assert.match(window.texts[0] ?? "", /^Couldn't send data\.csv and 1 more\. /u);
  assert.match(window.texts[1] ?? "", /^2 files were sent to/u);
  assert.deepEqual([uploads(), places()], [4, 2]);
});

test("send: Cancel during a question leaves the rest unsent, and says so", async (t) => {
  const { sender, server, window, folder, file, answers } = made(t);
  const other = path.join(folder, "other.csv");
  writeFileSync(other, "3");
  const uris = [file, other].map((name) => Uri.file(name)) as never[];
  answers["file/upload"] = () => Promise.reject(problem("file.exists", "there"));
  window.answer = () => {
    window.progresses[0]?.cancel();
    return undefined;
  };
  await sender.run(uris[0], uris);
  assert.equal(server.asked.filter(({ method }) => method === "file/upload").length, 1);
  assert.equal(window.texts.at(-1), "Cancelled. To resume, send other.csv again.");
});
