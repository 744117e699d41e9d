import assert from "node:assert/strict";
import { test } from "node:test";
import type { TreeDragAndDropController } from "vscode";
import { createFilesView } from "../src/commands/files.js";
import { createLog } from "../src/common/log.js";
import { createAccess } from "../src/files/access.js";
import { ClusterFiles } from "../src/files/provider.js";
import { createTransfers } from "../src/files/transfer.js";
import { createFileTree, type EntryRow } from "../src/files/tree.js";
import { failure } from "./fakes/cluster.js";
import { FakeServer } from "./fakes/server.js";
import { MemoryStub } from "./stub/context.js";
import { until } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

function made({ exists = false } = {}) {
  const stub = createStub();
  const { vscode, workspace } = stub;
  let isDown = false;
  const server = new FakeServer({
    "file/places": () => ({ home: "/home/alice" }),
    "file/list": () => {
      if (isDown) throw failure("ssh.timeout", "no answer");
      return { path: "", entries: [], total: 0 };
    },
    "file/write": () => {
      if (exists) throw failure("file.exists", "there is a file of that name");
      return { entry: {} };
    },
    "file/mkdir": () => ({}),
    "file/rename": () => ({}),
    "file/delete": () => ({}),
    "file/upload": () => ({ files: 1, bytes: 1, skipped: [] }),
  });
  const log = createLog(vscode, { level: () => "info" });
  const access = createAccess(vscode, { server, globalState: new MemoryStub(), log });
  const files = new ClusterFiles(vscode, { access, offerDownload: () => undefined });
  workspace.fileSystems.set("sunpyter", files);
  const site = { cluster: "sunbird", title: "Sunbird", sshHost: false, profile: true, request: {} };
  const tree = createFileTree(vscode, { access });
  const view = createFilesView(vscode, {
    access,
    files,
    tree,
    transfers: createTransfers(vscode, { access, server, log }),
    starter: { pickCluster: () => Promise.resolve({ site, user: "" }) },
    log,
  });
  const row = (path: string, type: "file" | "directory"): EntryRow => ({
    uri: vscode.Uri.from({ scheme: "sunpyter", authority: "sunbird", path }),
    entry: { name: path.split("/").at(-1) ?? "", type, size: 0 },
    root: "/home/alice",
  });
  const run = (id: string, ...args: unknown[]) => vscode.commands.executeCommand(id, ...args);
  const asked = () => server.asked.map(({ method }) => method);
  /** show is what makes the cluster one that the user has agreed to. */
  const show = () => run("sunpyter.showFiles");
  const reach = (is: boolean) => (isDown = !is);
  return { ...stub, server, tree, view, row, run, asked, show, reach };
}

test("files view: a cluster that was out of reach is asked again by Refresh, without a notification's button", async () => {
  const { tree, show, run, asked, reach } = made();
  await show();
  const [place] = (await tree.getChildren()) ?? [];
  reach(false);
  assert.equal((await tree.getChildren(place))?.length, 1, "the reason");
  reach(true);
  await run("sunpyter.files.refresh");
  assert.deepEqual(await tree.getChildren(place), []);
  assert.deepEqual(asked(), ["file/places", "file/list", "file/list"]);
});

test("files view: nothing connects before the user asks; then the places are shown", async () => {
  const { tree, show, asked } = made();
  assert.deepEqual([asked(), await tree.getChildren()], [[], []]);
  await show();
  assert.deepEqual(asked(), ["file/places"]);
  assert.equal((await tree.getChildren())?.length, 1);
});

test("files view: a file is created beside a file, and opened; none is replaced", async () => {
  const { show, run, row, window, server, commands } = made();
  await show();
  const creating = run("sunpyter.files.newFile", row("/home/alice/nb/a.txt", "file"));
  const box = await window.inputBox("New file");
  box.answer("a/b");
  assert.equal(box.validationMessage, "A name can't contain /.");
  box.answer("b.txt");
  await creating;
  const { params } = server.asked.at(-1) ?? {};
  assert.deepEqual(params, {
    cluster: "sunbird",
    path: "/home/alice/nb/b.txt",
    content: "",
    new: true,
  });
  assert.equal(commands.executed.at(-1)?.id, "vscode.open");

  const again = made({ exists: true });
  await again.show();
  const second = again.run("sunpyter.files.newFile", again.row("/home/alice", "directory"));
  (await again.window.inputBox("New file")).answer("b.txt");
  await second;
  assert.match(again.window.texts.join(), /Couldn't create b\.txt\. There is a file of that name/u);
});

test("files view: deleting asks; without a row the selected one counts", async () => {
  const { show, run, row, window, asked, server } = made();
  await show();
  const folder = row("/home/alice/old", "directory");
  const tree = window.trees.get("sunpyter.filesView");
  assert.ok(tree);
  tree.selection = [folder];
  await run("sunpyter.files.delete");
  assert.equal(window.texts.at(-1), "Delete old and everything in it on the cluster?");
  assert.ok(!asked().includes("file/delete"));
  window.answer = ({ buttons }) => buttons[0];
  await run("sunpyter.files.delete");
  const params = { cluster: "sunbird", path: "/home/alice/old", recursive: true };
  assert.deepEqual(server.asked.at(-1), { method: "file/delete", params });
});

test("files view: a file is renamed in its folder", async () => {
  const { show, run, row, window, server } = made();
  await show();
  const renaming = run("sunpyter.files.rename", row("/home/alice/caf%E9.csv", "file"));
  const box = await window.inputBox("Rename caf%E9.csv");
  assert.equal(box.value, "caf%E9.csv");
  box.answer("café.csv");
  await renaming;
  const { newPath } = (server.asked.at(-1)?.params ?? {}) as { newPath?: string };
  assert.equal(newPath, "/home/alice/café.csv");
});

test("files view: what is dropped on a row is uploaded into its folder", async () => {
  const { show, row, window, server, vscode } = made();
  await show();
  const { dragAndDropController } = window.trees.get("sunpyter.filesView") ?? {};
  const controller = dragAndDropController as TreeDragAndDropController<unknown>;
  const text = "file:///home/me/a.csv\r\nhttps://example.org/b\r\n";
  const data = { get: () => ({ asString: () => Promise.resolve(text) }) } as never;
  const { token } = new vscode.CancellationTokenSource();
  await controller.handleDrop?.(row("/home/alice/nb/b.csv", "file"), data, token);
  await until("the upload", () => server.asked.some(({ method }) => method === "file/upload"));
  const { path, localPath } = (server.asked.at(-1)?.params ?? {}) as Record<string, string>;
  assert.deepEqual([path, localPath], ["/home/alice/nb/a.csv", "/home/me/a.csv"]);
});

test("files view: a terminal opens in the folder of a row", async () => {
  const { run, row, commands } = made();
  await run("sunpyter.files.openTerminal", row("/home/alice/nb", "directory"));
  const { id, args } = commands.executed.at(-1) ?? {};
  assert.deepEqual(
    [id, String(args?.[0])],
    ["sunpyter.openTerminalHere", "sunpyter://sunbird/home/alice/nb"],
  );
});

test("files view: a path is copied as the cluster has it", async () => {
  const { run, row, env } = made();
  await run("sunpyter.files.copyPath", row("/home/alice/a b.csv", "file"));
  assert.equal(env.clipboard, "/home/alice/a b.csv");
});
