import assert from "node:assert/strict";
import { test } from "node:test";
import { made } from "./commands.fixture.js";
import { FakeServer } from "./fakes/server.js";
import { until } from "./stub/until.js";

const places = { home: "/home/alice", workingDirectory: "/scratch/alice" };

function addFolder() {
  const server = new FakeServer({ "file/places": () => places });
  const all = made({ server });
  const running = all.run("addFolder");
  const folders = () =>
    (all.workspace.api.workspaceFolders ?? []).map(({ uri, name }) => `${name}: ${uri.toString()}`);
  return { ...all, running, folders };
}

test("add folder: the working directory is offered first, and becomes a folder of the workspace", async () => {
  const { window, running, folders, server } = addFolder();
  const pick = await window.quickPick("Add Cluster Folder");
  assert.deepEqual(pick.labels, ["/scratch/alice", "/home/alice", "Another folder…"]);
  pick.pick("/scratch/alice");
  await running;
  assert.deepEqual(folders(), ["alice (Sunbird): sunpyter://alice@sunbird/scratch/alice"]);
  assert.deepEqual(server.asked, [{ method: "file/places", params: { cluster: "alice@sunbird" } }]);
});

test("add folder: another folder is typed, as an absolute path", async () => {
  const { window, running, folders } = addFolder();
  (await window.quickPick("Add Cluster Folder")).pick("Another");
  const box = await window.inputBox("Add Cluster Folder");
  box.answer("data");
  assert.equal(box.validationMessage, "Enter a path that begins with /.");
  box.answer("/data/group 1/");
  await running;
  assert.deepEqual(folders(), ["group 1 (Sunbird): sunpyter://alice@sunbird/data/group 1"]);
});

test("add folder: nothing is added without a choice", async () => {
  const { window, running, folders } = addFolder();
  (await window.quickPick("Add Cluster Folder")).hide();
  await running;
  assert.deepEqual(folders(), []);
  await until("the progress to end", () => window.progresses.every(({ done }) => done));
});
