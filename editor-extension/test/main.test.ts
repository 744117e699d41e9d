import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createExtension } from "../src/main.js";
import { ContextStub } from "./stub/context.js";
import { FakeProgram } from "./stub/program.js";
import { kernelResult, session } from "./stub/sessions.js";
import { settle, until } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

function made(context = new ContextStub()) {
  const stub = createStub();
  const program = new FakeProgram();
  const outside = { spawn: program.spawn, exists: () => true };
  const extension = createExtension(stub.editor, context.api, outside);
  return { ...stub, program, context, extension };
}

interface Manifest {
  readonly contributes: { readonly commands: readonly { readonly command: string }[] };
}

test("main: activation runs nothing, and shows nothing", async () => {
  const { extension, program, window } = made();
  await settle();
  // The views may be visible: they are empty.
  for (const id of ["sunpyter.kernelsView", "sunpyter.filesView"]) {
    assert.deepEqual(await window.trees.get(id)?.treeDataProvider.getChildren(), [], id);
  }
  assert.equal(program.runs.length, 0);
  assert.deepEqual(window.texts, []);
  extension.dispose();
});

test("main: each command of the manifest is there, and gone after the end", () => {
  const { extension, commands } = made();
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
  const declared = manifest.contributes.commands.map(({ command }) => command).sort();
  // These are in no menu: the status bar and a row of the view Files offer them.
  const others = [
    "sunpyter.keep",
    "sunpyter.reconnect",
    "sunpyter.moreMemory",
    "sunpyter.files.showAll",
  ];
  const all = [...declared, ...others].sort();
  assert.deepEqual([...commands.registered.keys()].sort(), all);
  extension.dispose();
  assert.equal(commands.registered.size, 0);
});

test("main: all that was made is disposed", () => {
  const { extension, window } = made();
  extension.dispose();
  assert.ok(window.statusBarItems.every(({ disposed }) => disposed));
  assert.ok(window.outputs.every(({ disposed }) => disposed));
});

test("main: a window that was reloaded has its kernel back by itself, and gives it up at its end", async () => {
  const context = new ContextStub();
  await context.workspaceState.update("sunpyter.kernels.1", {
    kernels: [{ id: "k1", where: "scs0151", ran: true }],
    at: Date.now(),
  });
  const stub = createStub();
  const program = new FakeProgram();
  program.on("kernel/list", () => ({ sessions: [session({ owned: false, orphaned: true })] }));
  program.on("kernel/takeOver", () => kernelResult(session({ generation: 2 })));
  const extension = createExtension(stub.editor, context.api, {
    spawn: program.spawn,
    exists: () => true,
  });
  await until("the kernel", () => stub.commands.contextKeys.get("sunpyter.ready") === true);
  assert.match(stub.window.statusBarItems[0]?.text ?? "", /scs0151/u);
  assert.doesNotMatch(stub.window.log, /token-of/u);
  const end = extension.end();
  extension.dispose();
  await end;
  await program.run.exited;
  assert.ok(program.run.methods.includes("shutdown"));
  assert.deepEqual(stub.window.texts, []);
});
