import assert from "node:assert/strict";
import { test } from "node:test";
import type { TreeItem } from "vscode";
import { createLog } from "../src/common/log.js";
import { createAccess } from "../src/files/access.js";
import { createFileTree, type FileRow, type FileTree, maxRows } from "../src/files/tree.js";
import type { FileEntry, FileListParams } from "../src/protocol.js";
import { failure } from "./fakes/cluster.js";
import { FakeServer } from "./fakes/server.js";
import { MemoryStub } from "./stub/context.js";
import { createStub } from "./stub/vscode.js";

const entry = (name: string, more: Partial<FileEntry> = {}): FileEntry => ({
  name,
  type: "file",
  size: 1536,
  modifiedAt: "2026-11-28T12:00:00Z",
  mode: "644",
  ...more,
});

async function made(list: (params: FileListParams) => readonly FileEntry[]) {
  const stub = createStub();
  const { vscode } = stub;
  const server = new FakeServer({
    "file/list": (params: FileListParams) => ({
      path: params.path,
      entries: list(params),
      total: 0,
    }),
  });
  const log = createLog(vscode, { level: () => "info" });
  const access = createAccess(vscode, { server, globalState: new MemoryStub(), log });
  await access.allow("sunbird");
  const tree = createFileTree(vscode, { access });
  const shown = (home: string, places: string[] = []) => {
    const all = { home, workingDirectory: "/scratch/alice", places };
    tree.add({ cluster: "sunbird", title: "Sunbird", places: all });
  };
  return { ...stub, server, tree, shown };
}

const rows = async (tree: FileTree, row?: FileRow) => (await tree.getChildren(row)) ?? [];
const item = async (tree: FileTree, row: FileRow): Promise<TreeItem> => tree.getTreeItem(row);
const labels = async (tree: FileTree, all: readonly FileRow[]) =>
  Promise.all(all.map(async (row) => (await item(tree, row)).label));

test("files view: nothing is asked before a cluster is shown; then it has the places, each once", async () => {
  const { tree, shown, server } = await made(() => []);
  assert.deepEqual(await rows(tree), []);
  shown("/home/alice", ["/data", "/home/alice"]);
  const places = await rows(tree);
  assert.deepEqual(await labels(tree, places), ["/scratch/alice", "/home/alice", "/data"]);
  assert.deepEqual(server.asked, [], "a folder is listed when it is expanded");
  const [first] = places;
  assert.ok(first);
  const { contextValue, description, accessibilityInformation } = await item(tree, first);
  assert.deepEqual([contextValue, description], ["place", "working directory"]);
  assert.equal(accessibilityInformation?.label, "/scratch/alice, folder, working directory");
});

test("files view: folders come first, and a file is opened", async () => {
  const all = [entry("a.txt"), entry("b", { type: "directory" }), entry("c", { link: true })];
  const { tree, shown } = await made(() => all);
  shown("/home/alice");
  const [place] = await rows(tree);
  const found = await rows(tree, place);
  assert.deepEqual(await labels(tree, found), ["b", "a.txt", "c"]);
  const [folder, file, link] = (await Promise.all(found.map((row) => item(tree, row)))) as [
    TreeItem,
    TreeItem,
    TreeItem,
  ];
  assert.deepEqual([folder.contextValue, folder.collapsibleState], ["folder", 1]);
  assert.deepEqual([file.contextValue, file.description], ["file", "2 KB"]);
  assert.equal(file.command?.command, "vscode.open");
  assert.equal(String(file.command.arguments?.[0]), "sunpyter://sunbird/scratch/alice/a.txt");
  assert.equal(link.accessibilityInformation?.label, "c, file, 2 KB, link");
});

test("files view: of a large folder the first rows are shown, and all if the user wants", async () => {
  const names = Array.from({ length: maxRows + 500 }, (_, i) => `f${i}`);
  const { tree, shown } = await made(() => names.map((name) => entry(name)));
  shown("/home/alice");
  const [place] = await rows(tree);
  const some = await rows(tree, place);
  assert.equal(some.length, maxRows + 1);
  const last = some.at(-1);
  assert.ok(last && place && "entry" in place);
  const { label, command } = await item(tree, last);
  assert.deepEqual([label, command?.command], ["500 more: show all", "sunpyter.files.showAll"]);
  tree.showAll(place);
  assert.equal((await rows(tree, place)).length, maxRows + 500);
});

test("files view: a folder that cannot be listed says why, and is listed again when that is selected", async () => {
  const { tree, shown } = await made(() => {
    throw failure("file.permission-denied", "you don't have the permission");
  });
  shown("/home/alice");
  const [place] = await rows(tree);
  const [note] = await rows(tree, place);
  assert.ok(note);
  const { label, command } = await item(tree, note);
  assert.equal(label, "You don't have the permission. Select to try again.");
  assert.equal(command?.command, "sunpyter.files.refresh");
});

test("files view: a folder that changed is listed again wherever it is shown", async () => {
  const { tree, shown, vscode } = await made(({ path }) =>
    path === "/home" ? [entry("alice", { type: "directory" })] : [],
  );
  shown("/home/alice", ["/home"]);
  const [, home, above] = await rows(tree);
  const [below] = await rows(tree, above);
  await Promise.all([rows(tree, home), rows(tree, below)]);
  const changed: unknown[] = [];
  tree.onDidChangeTreeData?.((row) => changed.push(row));
  tree.refresh(vscode.Uri.from({ scheme: "sunpyter", authority: "sunbird", path: "/home/alice" }));
  assert.deepEqual(changed, [home, below]);
});
