import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { EditorCode, requestProblem, type RequestProblem } from "../common/problems.js";
import { within } from "../common/time.js";
import type { InitializeParams, InitializeResult } from "../protocol.js";
import { blockedProblem, programProblem, spawnProblem } from "./binary.js";
import type { Child, Connection, Exit, Handlers, SpawnChild } from "./types.js";

/** Run is one run of the program, from its start to its end. */
export interface Run {
  readonly connection: Connection;
  readonly result: InitializeResult;
  readonly exited: Promise<Exit>;
  /** endProgram sends `shutdown` and `exit` and closes stdin, which alone would be enough. */
  end(limit: number): Promise<void>;
}

/** LaunchOptions is what a run starts with. */
interface LaunchOptions {
  readonly binary: string;
  readonly args: readonly string[];
  readonly initialize: InitializeParams;
  readonly spawn: SpawnChild;
  /** handlers handle the program's requests and notifications. */
  readonly handlers: Handlers;
  /** timeout is how long the first response may take, in milliseconds. */
  readonly timeout: number;
}

/** launch runs the program and initializes the protocol. It rejects with a problem. */
export async function launch(options: LaunchOptions): Promise<Run> {
  // This module, with the JSON-RPC library, takes half of the extension's load time.
  const { connect } = await import("./connection.js");
  const child = spawnProgram(options);
  const connection = connect(child, options.handlers);
  try {
    const result = await initialize(options, child, connection);
    return {
      connection,
      result,
      exited: child.exited,
      end: (limit) => endProgram(child, connection, limit),
    };
  } catch (err) {
    connection.dispose();
    child.stdin.end();
    child.kill(); // it holds nothing yet
    throw requestProblem(err);
  }
}

function spawnProgram({ spawn, binary, args }: LaunchOptions): Child {
  try {
    return spawn(binary, args);
  } catch (err) {
    throw spawnProblem(binary, err);
  }
}

/** initialize returns the response to `initialize`, unless the program ends or is silent. */
async function initialize(
  options: LaunchOptions,
  child: Child,
  connection: Connection,
): Promise<InitializeResult> {
  const done = new AbortController();
  const silence = sleep(options.timeout, undefined, { signal: done.signal }).then(() => {
    throw timedOut(options.timeout);
  });
  const ended = child.exited.then((exit) => {
    throw earlyExit(options.binary, exit);
  });
  const answer = connection.request("initialize", options.initialize);
  // The loser's rejection is ignored.
  for (const one of [silence, ended, answer]) one.catch(() => undefined);
  try {
    return await Promise.race([answer.catch((err: unknown) => exitOr(err, ended)), ended, silence]);
  } finally {
    done.abort();
  }
}

/** exitOr waits for the program's exit, if that is why there is no response. */
function exitOr(err: unknown, ended: Promise<never>): Promise<never> {
  const { problem } = requestProblem(err);
  if (problem.code === EditorCode.ServerDied) return ended;
  throw err;
}

function timedOut(limit: number): RequestProblem {
  const seconds = Math.round(limit / 1000);
  return programProblem(
    EditorCode.ServerSilent,
    `it did not answer within ${seconds} s`,
    "Try again. A virus scanner may have been checking it",
  );
}

/** earlyExit describes why the program ended before its first response. */
function earlyExit(binary: string, exit: Exit): RequestProblem {
  if (exit.error) return spawnProblem(binary, exit.error);
  // A system that kills programs that it does not allow does so before their first output.
  if (exit.signal === "SIGKILL" && exit.stderr.length === 0)
    return blockedProblem(binary, exit.signal);
  const last = exit.stderr.at(-1) ?? "it said nothing";
  return programProblem(
    EditorCode.ServerDied,
    `it stopped at once (${describeExit(exit)}): ${last}`,
    "Reload the window; if that does not help, install Sunpyter again",
  );
}

/** describeExit describes a program's exit in a few words. */
export function describeExit(exit: Exit): string {
  return exit.signal ? `signal ${exit.signal}` : `exit code ${exit.code ?? "unknown"}`;
}

/** exitNotificationTimeout is how long a program that does not read may delay the end of its stdin. */
const exitNotificationTimeout = 100;

async function endProgram(child: Child, connection: Connection, limit: number): Promise<void> {
  const settled = (ms: number, sent: Promise<unknown>) =>
    within(ms, Promise.race([sent, child.exited]), undefined);
  await settled(limit, connection.request("shutdown", undefined));
  await settled(exitNotificationTimeout, connection.notify("exit", undefined));
  child.stdin.end();
}

/**
 * spawnOptions keep the program alive when the extension host dies: on Windows a child that
 * is not detached is killed with it, before it could release a node. The end of its stdin
 * always ends it.
 */
export const spawnOptions = {
  detached: true,
  windowsHide: true,
  stdio: ["pipe", "pipe", "pipe"],
} as const satisfies SpawnOptions;

/** serveArguments are the program's arguments. */
export function serveArguments(debug: boolean): readonly string[] {
  return debug ? ["serve", "-v"] : ["serve"];
}

const stderrLines = 30;

/** How long reading the pipes to their end may take after the program's exit. */
const drainTimeout = 500;

/** spawnChild runs the program as a child. */
export const spawnChild: SpawnChild = (binary, args) => {
  const child = spawn(binary, args, spawnOptions);
  // A pipe whose reader is gone needs no report: `exited` reports it.
  child.stdin.on("error", () => undefined);
  const stderr = lastLines(child.stderr, stderrLines);
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    exited: waitForExit(child).then((exit) => ({ ...exit, stderr: stderr() })),
    kill: () => child.kill("SIGKILL"),
  };
};

function waitForExit(child: ChildProcess): Promise<Omit<Exit, "stderr">> {
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: null, signal: null, error }));
    const closed = new Promise((done) => child.once("close", done));
    child.once("exit", (code, signal) => {
      // A process that the program left behind can keep the pipes open.
      void Promise.race([closed, sleep(drainTimeout, undefined, { ref: false })]).then(() =>
        resolve({ code, signal }),
      );
    });
  });
}

/** lastLines reads a stream to its end and returns a function for its last lines. */
export function lastLines(stream: Readable, maxLines: number): () => readonly string[] {
  let lines: string[] = [];
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const read = (rest + text).split(/\r?\n/u);
    // A line without an end is cut, to bound its size.
    rest = (read.pop() ?? "").slice(-4096);
    lines = [...lines, ...read].slice(-maxLines);
  });
  return () => (rest ? [...lines, rest].slice(-maxLines) : lines);
}
