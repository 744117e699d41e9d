import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { test, type TestContext } from "node:test";
import type { NotebookDocumentChangeEvent } from "vscode";
import { createMissing, findMissing, type LocalFile, missingOf } from "../src/project/missing.js";
import type { Session } from "../src/protocol.js";
import { ready } from "./fakes/kernels.js";
import { notebook } from "./fakes/notebooks.js";
import { until } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

test("missing: what Python says that it did not find", () => {
  const texts: Record<string, unknown> = {
    "FileNotFoundError: [Errno 2] No such file or directory: 'data.csv'": ["file", "data.csv"],
    "Error: FileNotFoundError: [Errno 2] No such file or directory: 'sub/a b.csv'": [
      "file",
      "sub/a b.csv",
    ],
    [`FileNotFoundError: [Errno 2] No such file or directory: "it's.csv"`]: ["file", "it's.csv"],
    "ModuleNotFoundError: No module named 'mymod'": ["module", "mymod"],
    "ModuleNotFoundError: No module named 'pkg.sub'; 'pkg' is not a package": ["module", "pkg.sub"],
    "ValueError: No such file or directory: 'data.csv'": undefined,
    "ImportError: cannot import name 'x' from 'mymod'": undefined,
  };
  for (const [text, want] of Object.entries(texts)) {
    const found = missingOf(text);
    assert.deepEqual(found && [found.kind, found.name], want, text);
  }
});

function folder(t: TestContext, files: Record<string, string>): string {
  const made = mkdtempSync(path.join(os.tmpdir(), "missing-"));
  t.after(() => rmSync(made, { recursive: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(made, name)), { recursive: true });
    writeFileSync(path.join(made, name), text);
  }
  return made;
}

test("missing: it is looked for beside the notebook, and nothing outside of its folder", async (t) => {
  const top = folder(t, {
    "secret.csv": "1",
    "thesis/data.csv": "1,2",
    "thesis/pkg/__init__.py": "x",
    "thesis/empty/readme": "",
    "thesis/sub/mod.py": "",
  });
  const thesis = path.join(top, "thesis");
  const find = async (kind: "file" | "module", name: string, own = thesis) => {
    const found = await findMissing({ kind, name }, own, thesis);
    return found && [found.name, found.bytes];
  };
  assert.deepEqual(await find("file", "./data.csv"), ["data.csv", 3]);
  assert.deepEqual(await find("file", "../data.csv", path.join(thesis, "sub")), ["../data.csv", 3]);
  assert.deepEqual(await find("file", "pkg"), ["pkg", 1]);
  assert.deepEqual(await find("module", "pkg.x"), ["pkg", 1]);
  assert.deepEqual(await find("module", "mod", path.join(thesis, "sub")), ["mod.py", 0]);
  for (const name of ["../secret.csv", path.join(top, "secret.csv"), "none.csv", "C:\\x.csv"])
    assert.equal(await find("file", name), undefined, name);
  assert.equal(await find("module", "empty"), undefined);
});

function failing(
  file: string,
  message: string,
  name = "FileNotFoundError",
): NotebookDocumentChangeEvent {
  const text = JSON.stringify({ name, message, stack: "" });
  const data = new TextEncoder().encode(text);
  const outputs = [{ items: [{ mime: "application/vnd.code.notebook.error", data }] }];
  const document = notebook(file);
  return {
    notebook: document,
    cellChanges: [{ cell: { index: 2, notebook: document }, outputs }],
  } as unknown as NotebookDocumentChangeEvent;
}

test("missing: one notice offers to send it and to run the cell again", async (t) => {
  const { vscode, window, workspace, commands } = createStub();
  const thesis = folder(t, {
    "data.csv": "x".repeat(3_145_728),
    "b.csv": "",
    "c.csv": "",
    "m.py": "",
  });
  const sent: [Session, LocalFile][] = [];
  let session: Session | undefined = ready;
  const missing = createMissing(vscode, {
    sessionOf: () => session,
    folderOf: () => undefined,
    send: (to, file) => {
      sent.push([to, file]);
      return Promise.resolve(true);
    },
    log: { error: () => undefined, show: () => undefined },
  });
  t.after(() => {
    missing.dispose();
  });
  const event = failing(
    path.join(thesis, "a.ipynb"),
    "[Errno 2] No such file or directory: 'data.csv'",
  );
  window.answer = ({ buttons: [button] }) => button;
  workspace.notebookChanged.fire(event);
  workspace.notebookChanged.fire(event);
  await until("the cell to run again", () => commands.executed.length > 0);
  assert.deepEqual(window.texts, [
    "The cell did not find data.csv on Sunbird, but it is on this computer.",
  ]);
  assert.deepEqual(window.messages[0]?.buttons, ["Send data.csv (3 MB) and Run Again"]);
  assert.equal(sent[0]?.[1].name, "data.csv");
  assert.deepEqual(commands.executed[0]?.args[0], {
    ranges: [{ start: 2, end: 3 }],
    document: event.notebook.uri,
  });
  const fails = (name: string) => {
    const text = `[Errno 2] No such file or directory: '${name}.csv'`;
    workspace.notebookChanged.fire(failing(path.join(thesis, `${name}.ipynb`), text));
  };
  session = undefined;
  fails("b");
  session = ready;
  fails("c");
  await until("the next notice", () => sent.length > 1);
  const names = sent.map(([, { name }]) => name);
  assert.deepEqual(names, ["data.csv", "c.csv"], "a notebook without a kernel of ours");

  const noModule = failing(
    path.join(thesis, "d.ipynb"),
    "No module named 'm'",
    "ModuleNotFoundError",
  );
  workspace.notebookChanged.fire(noModule);
  await until("the module's notice", () => sent.length > 2);
  assert.equal(
    window.texts.at(-1),
    "The cell did not find the module m on Sunbird, but m.py is on this computer.",
  );
});
