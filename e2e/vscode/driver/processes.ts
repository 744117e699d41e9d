import { readdirSync, readFileSync } from "node:fs";
import { until } from "./deadline.ts";

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

/** alive tells whether a process is. */
export function alive(pid: number): boolean {
  return processes().some((p) => p.pid === pid);
}

/** servers are the processes of our program, oldest first. */
export function servers(): readonly Process[] {
  return processes().filter((p) => p.args[1] === "serve" && p.args[0]?.endsWith("/bin/sunpyter"));
}

/** extensionHosts are VS Code's processes that run extensions. */
export function extensionHosts(): readonly Process[] {
  return processes().filter((p) => p.args.some((arg) => arg === "--type=extensionHost"));
}

/** ended waits for the end of a process and gives the milliseconds that it took. */
export async function ended(what: string, pid: number, ms: number): Promise<number> {
  const begun = performance.now();
  await until(`the end of ${what}`, () => !alive(pid), { ms });
  return performance.now() - begun;
}
