import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

/** Exit is how the program ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
  /** error is why it could not even begin. */
  readonly error?: Error;
  /** stderr is the last that it said there. */
  readonly stderr: readonly string[];
}

/** Child is the program while it runs. */
export interface Child {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** exited resolves when it is over. It never rejects. */
  readonly exited: Promise<Exit>;
  /** kill is for a program that does not speak. One that does is ended by the end of its stdin. */
  kill(): void;
}

/** SpawnChild begins to run the program. */
export type SpawnChild = (binary: string, args: readonly string[]) => Child;

/**
 * spawnOptions keep the program alive when the extension host dies: on Windows a child that
 * is not detached is killed with it, before it could give a node back. The end of its stdin
 * is what ends it, always.
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

const keptLines = 30;
/** How long the pipes may take to be read to their end after the program is over. */
const drainLimit = 500;

/** spawnChild runs the program as a child. */
export const spawnChild: SpawnChild = (binary, args) => {
  const child = spawn(binary, args, spawnOptions);
  // A pipe whose reader is gone is no news: `exited` tells of it.
  child.stdin.on("error", () => undefined);
  const stderr = lastLines(child.stderr, keptLines);
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    exited: exitOf(child).then((exit) => ({ ...exit, stderr: stderr() })),
    kill: () => child.kill("SIGKILL"),
  };
};

function exitOf(child: ChildProcess): Promise<Omit<Exit, "stderr">> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      resolve({ code: null, signal: null, error });
    });
    const closed = new Promise((done) => child.once("close", done));
    child.once("exit", (code, signal) => {
      // A process that the program left behind can hold the pipes open.
      void Promise.race([closed, sleep(drainLimit, undefined, { ref: false })]).then(() => {
        resolve({ code, signal });
      });
    });
  });
}

/** lastLines reads a stream to its end and gives the last of its lines when asked. */
export function lastLines(stream: Readable, most: number): () => readonly string[] {
  let lines: string[] = [];
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const read = (rest + text).split(/\r?\n/u);
    // A line without an end is cut, so that nothing grows.
    rest = (read.pop() ?? "").slice(-4096);
    lines = [...lines, ...read].slice(-most);
  });
  return () => (rest ? [...lines, rest].slice(-most) : lines);
}
