import assert from "node:assert/strict";
import { test } from "node:test";
import { createMessages } from "../src/ui/messages.js";
import { FakeServer } from "./fakes/server.js";
import { settle } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

function made() {
  const stub = createStub();
  const server = new FakeServer();
  const logged: string[] = [];
  let shown = 0;
  const log = {
    write: (level: string, text: string) => logged.push(`${level}: ${text}`),
    show: () => (shown += 1),
  };
  const messages = createMessages(stub.vscode, { server, log });
  return { ...stub, server, messages, logged, shown: () => shown };
}

test("messages: one line is shown and logged, by its level", () => {
  const { server, window, logged } = made();
  const message = "login lets only so many log in at once; trying again in 4 s";
  server.tell("window/showMessage", { level: "warning", message });
  assert.deepEqual(window.messages[0]?.buttons, []);
  assert.deepEqual(window.texts, [message]);
  assert.deepEqual(logged, [`warning: ${message}`]);
});

test("messages: what is longer is read in the log", async () => {
  const { server, window, logged, shown } = made();
  window.answer = () => "Show Log";
  const banner = { level: "info", message: "login says: Maintenance", detail: "on Tuesday" };
  server.tell("window/showMessage", banner);
  await settle();
  assert.deepEqual(logged, ["info: login says: Maintenance\non Tuesday"]);
  assert.equal(shown(), 1);
});

test("messages: nothing is shown after disposal", () => {
  const { server, messages } = made();
  messages.dispose();
  assert.equal(server.listeners("window/showMessage"), 0);
});
