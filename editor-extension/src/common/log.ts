import type { Disposable } from "vscode";
import type { LogLevel } from "../protocol.js";
import { readable } from "./inert.js";
import type { VSCode } from "./vscode.js";

/** Log is the output channel "Sunpyter". Tokens and answers to prompts never go into it. */
export interface Log extends Disposable {
  error(text: string): void;
  warn(text: string): void;
  info(text: string): void;
  debug(text: string): void;
  /** write writes a line that came over the wire, with its level. */
  write(level: LogLevel, text: string): void;
  /** show opens the channel without moving the focus. */
  show(): void;
}

const ranks: Record<LogSetting, number> = { off: 0, error: 1, warning: 2, info: 3, debug: 4 };

/** createLog creates the channel; `level` is called for each line. */
export function createLog(vscode: VSCode, deps: { level: () => LogSetting }): Log {
  const channel = vscode.window.createOutputChannel("Sunpyter", { log: true });
  const write = (level: LogLevel, raw: string): void => {
    if (ranks[level] > ranks[deps.level()]) return;
    const text = readable(raw);
    if (level === "error") channel.error(text);
    else if (level === "warning") channel.warn(text);
    // The channel has a level of its own, which would hide lines that the setting asks for.
    else if (level === "debug" && channel.logLevel <= vscode.LogLevel.Debug) channel.debug(text);
    else channel.info(text);
  };
  return {
    error: (text) => write("error", text),
    warn: (text) => write("warning", text),
    info: (text) => write("info", text),
    debug: (text) => write("debug", text),
    write,
    show: () => channel.show(true),
    dispose: () => channel.dispose(),
  };
}

/** LogSetting is the lowest level that is logged. */
export type LogSetting = "off" | "error" | "warning" | "info" | "debug";
