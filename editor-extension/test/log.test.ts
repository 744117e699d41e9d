import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog, type LogSetting } from "../src/common/log.js";
import { createStub } from "./stub/vscode.js";

test("log: the setting decides which lines are kept", () => {
  const { vscode, window } = createStub();
  let level: LogSetting = "info";
  const log = createLog(vscode, { level: () => level });
  const writeAll = (): void => {
    log.write("error", "e");
    log.write("warning", "w");
    log.write("info", "i");
    log.write("debug", "d");
  };
  const lines = (): string[] => window.outputs[0]?.lines.splice(0).map(({ text }) => text) ?? [];
  const kept: Record<LogSetting, string[]> = {
    off: [],
    error: ["e"],
    warning: ["e", "w"],
    info: ["e", "w", "i"],
    debug: ["e", "w", "i", "d"],
  };
  for (const [setting, expected] of Object.entries(kept)) {
    level = setting as LogSetting;
    writeAll();
    assert.deepEqual(lines(), expected, setting);
  }
});

test("log: each line has its own level; debug shows though the channel's level is info", () => {
  const { vscode, window } = createStub();
  const log = createLog(vscode, { level: () => "debug" });
  log.error("e");
  log.warn("w");
  log.info("i");
  log.debug("d");
  assert.deepEqual(
    window.outputs[0]?.lines.map(({ level }) => level),
    ["error", "warn", "info", "info"],
  );
  log.show();
  assert.equal(window.outputs[0].shown, true);
  log.dispose();
  assert.equal(window.outputs[0].disposed, true);
});
