import assert from "node:assert/strict";
import { test } from "node:test";
import type { NotebookDocument } from "vscode";
import { placeOf } from "../src/jupyter/places.js";
import { ready } from "./fakes/kernels.js";
import { notebook } from "./fakes/notebooks.js";
import { Uri } from "./stub/types.js";
import { createStub } from "./stub/vscode.js";

/** open is a notebook with one cell. */
function open(uri: string, code = "1"): NotebookDocument {
  const cells = [{ document: { getText: () => code } }];
  const getCells = () => cells as unknown as ReturnType<NotebookDocument["getCells"]>;
  return notebook("", { uri: Uri.parse(uri) as never, getCells });
}

function place(notebooks: NotebookDocument[], more: { code?: string; spec?: string } = {}) {
  const { vscode, workspace } = createStub();
  workspace.api.notebookDocuments = notebooks;
  const { code = "1", spec = "python3" } = more;
  const session = { ...ready, host: "login", user: "alice", workingDirectory: "/scratch/alice" };
  return placeOf(vscode, session, {
    notebook: { path: "a-jvsc-1.ipynb", name: "a", type: "notebook", spec },
    code,
    isPython: (one) => one === "python3",
  });
}

const root = { path: "a-jvsc-1.ipynb" };

test("places: the kernel of a notebook on the cluster starts in its folder", () => {
  for (const authority of ["sunbird", "alice@sunbird", "login"]) {
    const uri = `sunpyter://${authority}/scratch/alice/my project/nb/a.ipynb`;
    assert.deepEqual(place([open(uri)]), { path: "my project/nb/a-jvsc-1.ipynb" });
  }
  assert.deepEqual(place([open("sunpyter://sunbird/scratch/alice/a.ipynb")]), root);
});

test("places: outside Jupyter's root a Python kernel changes there, others start in the root", () => {
  const there = [open('sunpyter://sunbird/home/alice/"x"/a.ipynb')];
  assert.deepEqual(place(there), {
    ...root,
    setup: `__import__("os").chdir("/home/alice/\\"x\\"")`,
  });
  assert.deepEqual(place(there, { spec: "ir" }), root);
  assert.equal(place([open("sunpyter://sunbird/scratch/alice2/a.ipynb")])?.path, root.path);
});

test("places: of two notebooks of one name, the one that has the cell counts", () => {
  const here = open("file:///home/me/a.ipynb", "2");
  const there = open("sunpyter://sunbird/scratch/alice/x/a.ipynb", "1");
  assert.deepEqual(place([here, there]), { path: "x/a-jvsc-1.ipynb" });
  assert.equal(place([here, there], { code: "2" }), undefined);
  assert.equal(place([here, there], { code: "3" }), undefined, "nobody knows");
});

test("places: a notebook that is not on the kernel's cluster starts in the root", () => {
  for (const uri of [
    "file:///scratch/alice/x/a.ipynb",
    "sunpyter://another/scratch/alice/x/a.ipynb",
    "sunpyter://bob@sunbird/scratch/alice/x/a.ipynb",
    "sunpyter://sunbird/scratch/alice/x/b.ipynb",
    "sunpyter://sunbird/scratch/alice/caf%E9/a.ipynb",
  ]) {
    assert.equal(place([open(uri)]), undefined, uri);
  }
});
