import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog } from "../src/common/log.js";
import { createRestart } from "../src/server/server.js";
import { createSettings } from "../src/settings/settings.js";
import { settle } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

function made(isInUse: boolean, running = true) {
  const stub = createStub();
  const settings = createSettings(stub.vscode);
  let stops = 0;
  const server = {
    running,
    stop: () => {
      stops++;
      return Promise.resolve();
    },
    onDidStart: new stub.vscode.EventEmitter<never>().event,
  };
  const log = createLog(stub.vscode, { level: () => "info" });
  createRestart(stub.vscode, { server, isInUse: () => isInUse, settings, log });
  return { ...stub, stops: () => stops };
}

test("restart: a setting that the program is begun with ends one that holds no kernel", async () => {
  const { workspace, stops, window } = made(false);
  workspace.set({ "sunpyter.cpus": 2 });
  assert.equal(stops(), 0);
  workspace.set({ "sunpyter.logLevel": "debug" });
  await settle();
  assert.equal(stops(), 1);
  assert.deepEqual(window.texts, []);
});

test("restart: with a kernel the window's reload is offered", async () => {
  const { workspace, stops, window, commands } = made(true);
  window.answer = () => "Reload Window";
  workspace.set({ "sunpyter.reloadSeconds": 0 });
  await settle();
  assert.equal(stops(), 0);
  assert.match(window.texts[0] ?? "", /Reload the window to apply/u);
  assert.deepEqual(commands.executed, [{ id: "workbench.action.reloadWindow", args: [] }]);
});

test("restart: without a running program nothing is shown", async () => {
  const { workspace, stops, window } = made(false, false);
  workspace.set({ "sunpyter.serverPath": "/opt/sunpyter" });
  await settle();
  assert.equal(stops(), 0);
  assert.deepEqual(window.texts, []);
});
