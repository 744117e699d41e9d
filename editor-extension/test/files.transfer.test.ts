import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog } from "../src/common/log.js";
import { RequestProblem } from "../src/common/problems.js";
import { createAccess } from "../src/files/access.js";
import { createTransfers } from "../src/files/transfer.js";
import type { FileDownloadParams, FileTransferResult } from "../src/protocol.js";
import { failure } from "./fakes/cluster.js";
import { FakeServer } from "./fakes/server.js";
import { MemoryStub } from "./stub/context.js";
import { until } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

type Answer = (params: FileDownloadParams) => FileTransferResult;

const done: FileTransferResult = { files: 1, bytes: 3 * 1024 * 1024, skipped: [] };

async function made(answer: Answer) {
  const stub = createStub();
  const { vscode } = stub;
  const server = new FakeServer({ "file/download": answer, "file/upload": answer });
  const log = createLog(vscode, { level: () => "info" });
  const access = createAccess(vscode, { server, globalState: new MemoryStub(), log });
  await access.allow("sunbird");
  const transfers = createTransfers(vscode, { access, server, log });
  const uri = vscode.Uri.from({ scheme: "sunpyter", authority: "sunbird", path: "/data/big.csv" });
  return { ...stub, server, transfers, uri };
}

test("download: bytes are shown, and where the file is", async () => {
  const { transfers, uri, server, window, vscode } = await made(({ progressToken = "" }) => {
    const report = { token: progressToken, kind: "report", totalBytes: 3 * 1024 * 1024 };
    server.tell("$/progress", { ...report, doneBytes: 1024 * 1024 });
    server.tell("$/progress", { ...report, token: "another", doneBytes: 1 });
    return done;
  });
  window.dialogAnswer = vscode.Uri.file("/home/me/big.csv");
  await transfers.download(uri, { type: "file" });
  const [params] = server.asked.map((one) => one.params as FileDownloadParams);
  assert.equal(params?.localPath, "/home/me/big.csv");
  assert.deepEqual(
    window.progresses[0]?.reports.map(({ message }) => message),
    ["1 MB of 3 MB"],
  );
  assert.deepEqual(window.texts, ["big.csv was downloaded to /home/me (3 MB)."]);
  assert.equal(server.listeners("$/progress"), 0);
});

test("download: what was left out is reported", async () => {
  const skipped = [{ path: "/data/pipe", reason: "it is not a file" }];
  const { transfers, uri, window, vscode } = await made(() => ({ ...done, skipped }));
  window.dialogAnswer = vscode.Uri.file("/home/me");
  await transfers.download(uri, { type: "directory" });
  assert.match(window.texts.join(), /Left out: 1 file\./u);
  assert.match(window.log, /\/data\/pipe: it is not a file/u);
});

test("download: nothing is asked of the cluster without a place, and a cancelled one can be resumed", async () => {
  const { transfers, uri, server, window, vscode } = await made(() => {
    throw new RequestProblem({ code: "cancelled", message: "cancelled" });
  });
  await transfers.download(uri, { type: "file" });
  assert.deepEqual(server.asked, []);
  window.dialogAnswer = vscode.Uri.file("/home/me/big.csv");
  await transfers.download(uri, { type: "file" });
  assert.match(window.texts.join(), /Download cancelled\. To resume/u);
  assert.equal(window.texts.length, 1, "the cluster is not out of reach");
});

test("download: a file that is too large for an editor is offered", async () => {
  const { transfers, uri, server, window, vscode } = await made(() => done);
  window.dialogAnswer = vscode.Uri.file("/home/me/big.csv");
  window.answer = ({ buttons }) => buttons[0];
  const entry = { name: "", type: "file", size: 2 ** 31, modifiedAt: "", mode: "644" } as const;
  transfers.offerDownload(uri, entry);
  assert.match((await window.message("too large")).text, /big\.csv is 2 GB/u);
  await until("the download", () => server.asked.length === 1);
});

test("upload: files go into the folder; one that is there is replaced only after a yes", async () => {
  const { transfers, uri, server, window } = await made(({ overwrite, path }) => {
    if (overwrite !== true && path.endsWith("b.csv")) throw failure("file.exists");
    return done;
  });
  window.answer = ({ modal }) => (modal ? "Replace" : undefined);
  await transfers.upload(uri, ["/home/me/a.csv", "/home/me/b.csv"]);
  const sent = server.asked.map(({ params }) => params as FileDownloadParams);
  assert.deepEqual(
    sent.map(({ path, localPath, overwrite }) => [path, localPath, overwrite]),
    [
      ["/data/big.csv/a.csv", "/home/me/a.csv", false],
      ["/data/big.csv/b.csv", "/home/me/b.csv", false],
      ["/data/big.csv/b.csv", "/home/me/b.csv", true],
    ],
  );
  assert.match(window.texts.join("|"), /b\.csv already exists on the cluster/u);
  window.answer = () => undefined;
  await transfers.upload(uri, ["/home/me/b.csv"]);
  assert.equal(server.asked.length, 4, "it was kept");
  assert.doesNotMatch(window.texts.join("|"), /Couldn't/u);
});

test("upload: the next file does not wait until the user closes the notice of the one before", async () => {
  const { transfers, uri, server, window } = await made(() => done);
  window.answer = () => new Promise(() => undefined);
  await transfers.upload(uri, ["/home/me/a.csv", "/home/me/b.csv"]);
  assert.equal(server.asked.length, 2);
  assert.deepEqual(window.texts, ["2 files were uploaded to /data/big.csv (6 MB)."]);
});
