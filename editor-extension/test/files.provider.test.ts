import assert from "node:assert/strict";
import { test } from "node:test";
import type { FileChangeEvent, Tab, TabGroup, Uri } from "vscode";
import { createLog } from "../src/common/log.js";
import { createAccess } from "../src/files/access.js";
import { ClusterFiles } from "../src/files/provider.js";
import { FakeClock } from "./fakes/clock.js";
import { failure, FakeCluster } from "./fakes/cluster.js";
import { MemoryStub } from "./stub/context.js";
import { settle } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

async function made({ allowed = true } = {}) {
  const stub = createStub();
  const { vscode, window } = stub;
  const cluster = new FakeCluster();
  const clock = new FakeClock("2026-11-28T12:00:00Z");
  const log = createLog(vscode, { level: () => "info" });
  const globalState = new MemoryStub();
  const access = createAccess(vscode, { server: cluster.server, globalState, log });
  if (allowed) await access.allow("sunbird");
  const offered: string[] = [];
  const files = new ClusterFiles(vscode, {
    access,
    clock,
    offerDownload: (uri) => void offered.push(uri.path),
  });
  const events: FileChangeEvent[] = [];
  files.onDidChangeFile((changes) => events.push(...changes));
  const uri = (path: string) => vscode.Uri.from({ scheme: "sunpyter", authority: "sunbird", path });
  const save = async (at: Uri, text: string) => {
    await files.writeFile(at, Buffer.from(text), { create: true, overwrite: true });
  };
  const read = async (at: Uri) => Buffer.from(await files.readFile(at)).toString("utf8");
  /** saveAsEditor looks before and after, as the editor does; it asks itself if the file is newer and its size differs. */
  const saveAsEditor = async (at: Uri, text: string) => {
    await files.stat(at);
    await save(at, text);
    return files.stat(at);
  };
  const open = (...uris: Uri[]) => {
    const tabs = uris.map((one) => ({ input: { uri: one } }) as unknown as Tab);
    window.api.tabGroups.all = [{ tabs } as unknown as TabGroup];
  };
  return {
    ...stub,
    cluster,
    clock,
    files,
    events,
    uri,
    save,
    saveAsEditor,
    read,
    open,
    offered,
    access,
  };
}

const code = (expected: string) => (err: Error & { code?: string }) => {
  assert.equal(err.code, expected);
  return true;
};

test("files: a file is read and saved, with the version that was read", async () => {
  const { cluster, read, saveAsEditor, uri } = await made();
  const at = uri("/a.txt");
  cluster.put("/a.txt", "one");
  assert.equal(await read(at), "one");
  await saveAsEditor(at, "two");
  await saveAsEditor(at, "three");
  assert.equal(cluster.text("/a.txt"), "three");
});

test("files: a large file is read in parts, and one that changes meanwhile is read again", async () => {
  const { cluster, files, uri } = await made();
  const data = Buffer.alloc(5 * 1024 * 1024 + 3, "x");
  cluster.put("/big", Buffer.alloc(data.length, "0123456789"));
  cluster.afterRead = () => {
    cluster.afterRead = () => undefined;
    cluster.put("/big", data);
  };
  const all = Buffer.from(await files.readFile(uri("/big")));
  assert.ok(all.equals(data));
});

test("files: a file of more than 50 MB is offered as a download", async () => {
  const { cluster, files, uri, offered } = await made();
  cluster.put("/huge", Buffer.alloc(50 * 1024 * 1024 + 1));
  await assert.rejects(async () => files.readFile(uri("/huge")), code("Unavailable"));
  assert.deepEqual(offered, ["/huge"]);
  const reads = cluster.server.asked.filter(({ method }) => method === "file/read");
  assert.equal(reads.length, 1);
});

test("files: a folder is listed in pages", async () => {
  const { cluster, files, uri } = await made();
  for (const name of ["a", "b", "c", "d", "e"]) cluster.put(`/${name}`, "");
  const rows = await files.readDirectory(uri("/"));
  assert.deepEqual(
    rows.map(([name]) => name),
    ["a", "b", "c", "d", "e"],
  );
});

test("files: saving over a change of the same size asks, and writes only after a yes", async () => {
  const { cluster, read, saveAsEditor, uri, window, commands } = await made();
  const at = uri("/a.txt");
  cluster.put("/a.txt", "one");
  await read(at);
  cluster.put("/a.txt", "two");
  for (const answer of [undefined, "Compare"]) {
    window.answer = () => answer;
    await assert.rejects(saveAsEditor(at, "mine"), code("Unavailable"));
    assert.equal(cluster.text("/a.txt"), "two");
  }
  assert.equal(commands.executed.at(-1)?.id, "workbench.files.action.compareWithSaved");
  assert.ok(window.messages.every(({ modal }) => modal));
  window.answer = () => "Overwrite";
  await saveAsEditor(at, "mine");
  assert.equal(cluster.text("/a.txt"), "mine");
});

test("files: an overwrite that the editor has asked about is not asked about again", async () => {
  const { cluster, read, saveAsEditor, uri, window } = await made();
  const at = uri("/a.txt");
  cluster.put("/a.txt", "one");
  await read(at);
  cluster.put("/a.txt", "a longer one");
  await saveAsEditor(at, "mine"); // the editor calls this after its own question only
  assert.equal(cluster.text("/a.txt"), "mine");
  assert.deepEqual(window.texts, []);
});

test("files: a change between the editor's look and the save is asked about", async () => {
  const { cluster, files, read, save, uri, window } = await made();
  const at = uri("/a.txt");
  cluster.put("/a.txt", "one");
  await read(at);
  cluster.put("/a.txt", "a longer one");
  await files.stat(at);
  cluster.put("/a.txt", "the longest one");
  await assert.rejects(save(at, "mine"), code("Unavailable"));
  assert.equal(cluster.text("/a.txt"), "the longest one");
  assert.match(window.texts.join(), /changed on the cluster/u);
});

test("files: a file that was deleted there is created by a save", async () => {
  const { cluster, files, read, save, uri } = await made();
  const at = uri("/a.txt");
  cluster.put("/a.txt", "one");
  await read(at);
  cluster.files.delete("/a.txt");
  await assert.rejects(async () => files.stat(at), code("FileNotFound"));
  await save(at, "mine");
  assert.equal(cluster.text("/a.txt"), "mine");
});

test("files: a new file does not replace one", async () => {
  const { cluster, files, uri } = await made();
  cluster.put("/a.txt", "one");
  const only = { create: true, overwrite: false };
  await assert.rejects(async () => {
    await files.writeFile(uri("/a.txt"), Buffer.from(""), only);
  }, code("FileExists"));
  const missing = { create: false, overwrite: true };
  await assert.rejects(async () => {
    await files.writeFile(uri("/none"), Buffer.from(""), missing);
  }, code("FileNotFound"));
});

test("files: failures have the editor's codes, and no links", async () => {
  const codes = {
    "file.not-found": "FileNotFound",
    "file.permission-denied": "NoPermissions",
    "file.exists": "FileExists",
    "file.is-directory": "FileIsADirectory",
    "file.not-directory": "FileNotADirectory",
    "file.no-space": "Unavailable",
  };
  for (const [ours, theirs] of Object.entries(codes)) {
    const { cluster, files, uri } = await made();
    cluster.failing = failure(ours, "no [x](command:evil) here");
    await assert.rejects(
      async () => {
        await files.delete(uri("/a"), { recursive: false });
      },
      (err: Error & { code?: string }) => {
        assert.equal(err.code, theirs);
        assert.equal(err.message, "No [x] (command:evil) here.");
        return true;
      },
    );
  }
});

test("files: an open file is looked at every 5 s, and a change is reported once", async () => {
  const { cluster, clock, events, read, uri, open } = await made();
  const at = uri("/a.txt");
  cluster.put("/a.txt", "one");
  assert.equal(clock.pending, 0);
  await read(at);
  open(at);
  const turn = async () => {
    clock.turn(5);
    await settle();
  };
  await turn();
  assert.deepEqual(events, []);
  cluster.put("/a.txt", "two");
  await turn();
  await turn();
  assert.deepEqual(
    events.map(({ type }) => type),
    [1],
  );
  cluster.files.delete("/a.txt");
  await turn();
  await turn();
  assert.deepEqual(
    events.map(({ type }) => type),
    [1, 3],
  );
});

test("files: a change right after a save is not taken for the saved file", async () => {
  const { cluster, files, uri, save, read, open, clock, events } = await made();
  const at = uri("/a.txt");
  cluster.put("/a.txt", "one");
  await read(at);
  open(at);
  await files.stat(at);
  await save(at, "two");
  cluster.put("/a.txt", "made there");
  assert.equal((await files.stat(at)).size, 3, "what the editor has");
  events.length = 0;
  clock.turn(5);
  await settle();
  assert.equal(events.length, 1);
  assert.equal((await files.stat(at)).size, 10, "so the editor reads it");
});

test("files: nothing is looked at without an editor, without the focus, or after a failure", async () => {
  const { cluster, clock, read, uri, open, window, files } = await made();
  const at = uri("/a.txt");
  cluster.put("/a.txt", "one");
  const looks = () => cluster.server.asked.filter(({ method }) => method === "file/stat").length;
  const turn = async () => {
    clock.turn(5);
    await settle();
  };
  await read(at);
  await turn();
  assert.deepEqual([looks(), clock.pending], [0, 0]);
  await read(at);
  open(at);
  window.api.state = { focused: false, active: true };
  await turn();
  assert.deepEqual([looks(), clock.pending], [0, 1]);
  window.api.state = { focused: true, active: true };
  cluster.failing = failure("ssh.timeout");
  await turn();
  assert.deepEqual([looks(), clock.pending], [1, 0]);
  cluster.failing = undefined;
  files.dispose();
});

test("files: a cluster out of reach is reported once, and not asked again before a yes", async () => {
  const { cluster, files, uri, window } = await made();
  cluster.put("/a", "");
  cluster.failing = failure("ssh.auth-refused", "the host refused the login");
  let answer: (button: string) => void = () => undefined;
  window.answer = () => new Promise((resolve) => (answer = resolve));
  await Promise.allSettled([1, 2, 3].map(async () => files.stat(uri("/a"))));
  for (let i = 0; i < 3; i++) await assert.rejects(async () => files.stat(uri("/a")));
  assert.equal(window.texts.length, 1);
  assert.equal(cluster.server.asked.length, 3);
  cluster.failing = undefined;
  answer("Try Again");
  await settle();
  assert.equal((await files.stat(uri("/a"))).size, 0);
});

test("files: a lost connection is made anew by the next request", async () => {
  const { cluster, files, uri, window } = await made();
  cluster.put("/a", "");
  cluster.failing = failure("ssh.link-lost");
  const stat = files.stat(uri("/a"));
  cluster.failing = undefined;
  await stat;
  assert.deepEqual(window.texts, []);
});

test("files: a cluster that the user did not choose is not connected to without a yes", async () => {
  const { cluster, files, uri, window } = await made({ allowed: false });
  cluster.put("/a", "");
  await Promise.allSettled([files.stat(uri("/a")), files.stat(uri("/b"))]);
  await assert.rejects(async () => files.stat(uri("/a")), code("Unavailable"));
  assert.deepEqual(cluster.server.asked, []);
  assert.equal(window.texts.length, 1);
  const other = await made({ allowed: false });
  other.cluster.put("/a", "");
  other.window.answer = () => "Connect";
  await other.files.stat(other.uri("/a"));
});
