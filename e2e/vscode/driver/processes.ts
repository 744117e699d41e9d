import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { promisify } from "node:util";
import { patient, until } from "./deadline.ts";

const run = promisify(execFile);

/** Process is a process of this test: there are no others in its namespace. */
export interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly args: readonly string[];
}

/** processes are all that are alive; one that has ended and waits for its parent is not. */
export function processes(): readonly Process[] {
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      const args = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0").slice(0, -1);
      return state === "Z" ? [] : [{ pid, parent: Number(parent), args }];
    } catch {
      return []; // ended meanwhile
    }
  });
}

/** alive reports whether a process is alive. */
export function alive(pid: number): boolean {
  return processes().some((p) => p.pid === pid);
}

/** servers are the processes of our program, oldest first. */
export function servers(): readonly Process[] {
  return processes().filter((p) => p.args[1] === "serve" && p.args[0]?.endsWith("/bin/sunpyter"));
}

/** logins are those of our processes that keep a login for all windows. */
export function logins(): readonly Process[] {
  return processes().filter((p) => p.args[1] === "keep-login");
}

/** extensionHosts are VS Code's processes that run extensions. */
export function extensionHosts(): readonly Process[] {
  const named = processes().filter((p) => p.args.some((arg) => arg === "--type=extensionHost"));
  // A child that one starts has its command line until it calls exec.
  return named.filter(({ parent }) => !named.some(({ pid }) => pid === parent));
}

/**
 * inputEnds waits until a process's standard input has ended, and returns the time, by
 * performance.now(). It asks the kernel: Node's pipes to children are pairs of sockets.
 */
export async function inputEnds(pid: number): Promise<number> {
  const inode = /\d+/.exec(readlinkSync(`/proc/${pid}/fd/0`))?.[0] ?? "none";
  const own = new RegExp(`\\* ${inode} +\\* \\d+ +(.)-`);
  const open = async () => {
    const { stdout } = await run("ss", ["-Hxen"]);
    return stdout.split("\n").some((line) => own.exec(line)?.[1] === "<");
  };
  if (!(await open())) throw new Error(`the input of process ${pid} is no open socket`);
  await until("the end of the server's input", async () => !(await open()), {
    ...patient,
    every: 30,
  });
  return performance.now();
}
