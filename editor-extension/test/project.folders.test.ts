import assert from "node:assert/strict";
import os from "node:os";
import { test } from "node:test";
import { fileNamed, folderOf, nameIn, sessionPath } from "../src/project/folders.js";
import { notebook } from "./fakes/notebooks.js";
import { Uri } from "./stub/types.js";
import { createStub } from "./stub/vscode.js";

test("folders: a notebook's folder is its workspace folder, else its own, and never the home directory", () => {
  const { vscode, workspace } = createStub();
  const own = notebook("/work/thesis/notebooks/a.ipynb");
  assert.equal(folderOf(vscode, own), "/work/thesis/notebooks");
  const folder = (path: string) => ({ uri: Uri.file(path), name: "", index: 0 }) as never;
  workspace.api.workspaceFolders = [folder("/work/thesis"), folder(os.homedir())];
  assert.equal(folderOf(vscode, own), "/work/thesis");
  assert.equal(folderOf(vscode, notebook(`${os.homedir()}/a.ipynb`)), undefined);
  assert.equal(
    folderOf(vscode, notebook(`${os.homedir()}/thesis/a.ipynb`)),
    `${os.homedir()}/thesis`,
    "the workspace is the home directory",
  );
  assert.equal(folderOf(vscode, notebook("/work/a.ipynb", { isUntitled: true })), undefined);
  const remote = notebook("", { uri: Uri.parse("sunpyter://sunbird/home/a.ipynb") as never });
  assert.equal(folderOf(vscode, remote), undefined);
});

test("folders: names in a folder", () => {
  assert.equal(nameIn("/work/thesis", "/work/thesis/pkg/..x.py"), "pkg/..x.py");
  assert.equal(nameIn("/work/thesis", "/work/thesis"), "");
  for (const file of ["/work", "/work/thesis2/a", "/"])
    assert.equal(nameIn("/work/thesis", file), undefined, file);
});

test("folders: a kernel starts in the notebook's own place in the copy", () => {
  const name = "a-jvsc-1.ipynb";
  assert.equal(
    sessionPath("/work/thesis", name, "/work/thesis/sub/deep/a.ipynb"),
    `sub/deep/${name}`,
  );
  assert.equal(sessionPath("/work/thesis", name, "/work/thesis/a.ipynb"), name);
  assert.equal(sessionPath("/work/thesis", name, "/elsewhere/a.ipynb"), name);
  assert.equal(sessionPath(undefined, name, "/work/thesis/sub/a.ipynb"), name);
  assert.equal(sessionPath("/work/thesis", name), name);
});

test("folders: the notebook that the Jupyter extension's name is made from, if there is only one", () => {
  const { vscode, workspace } = createStub();
  const open = ["/work/x/a.ipynb", "/work/b.ipynb", "/work/y/a.ipynb"].map((path) =>
    notebook(path),
  );
  workspace.api.notebookDocuments = open.slice(0, 2);
  assert.equal(fileNamed(vscode, "a-jvsc-0f1e.ipynb"), "/work/x/a.ipynb");
  assert.equal(fileNamed(vscode, "a.ipynb"), undefined);
  workspace.api.notebookDocuments = open;
  assert.equal(fileNamed(vscode, "a-jvsc-0f1e.ipynb"), undefined);
});
