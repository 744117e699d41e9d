import { request } from "node:http";
import { pace, patient, until, type Within } from "./deadline.ts";
import { rig } from "./rig.ts";

/** Job is a job in the queue, in squeue's words. */
export interface Job {
  readonly ID: string;
  readonly Name: string;
  readonly User: string;
  readonly Partition: string;
  readonly Nodes: string;
  readonly State: string;
  readonly Reason: string;
}

/** Call is one call of a Slurm command on the login node. */
export interface Call {
  readonly Command: string;
  readonly Args: readonly string[] | null;
}

/** exec runs a command inside a host as a user and returns what it printed. */
export function exec(host: string, user: string, ...args: string[]): Promise<string> {
  return ask<string>("/exec", { host, user, args });
}

/** jobs are a user's jobs in the queue. */
export async function jobs(user = "alice"): Promise<readonly Job[]> {
  return (await ask<Job[] | null>("/jobs", { user })) ?? [];
}

/** running are the user's jobs that have not begun to end. */
export async function running(user = "alice"): Promise<readonly Job[]> {
  return (await jobs(user)).filter((job) => job.State !== "COMPLETING");
}

/** left is what the program has left behind on the site. */
export async function left(): Promise<readonly string[]> {
  return (await ask<string[] | null>("/left", {})) ?? [];
}

/** nothingLeft waits until no job, file and process of alice's is left anywhere on the site. */
export async function nothingLeft(within: Within = { ...patient, every: 200 }): Promise<void> {
  let last: readonly string[] = [];
  try {
    await until("nothing left on the site", async () => (last = await left()).length === 0, within);
  } catch (err) {
    throw new Error(`left behind on the site: ${last.join("; ")}`, { cause: err });
  }
}

/** calls are those of Slurm's commands since {@link resetCalls}. */
export async function calls(): Promise<readonly Call[]> {
  return (await ask<Call[] | null>("/calls", {})) ?? [];
}

export const resetCalls = (): Promise<void> => ask("/resetCalls", {});
export const cut = (): Promise<void> => ask("/cut", {});
export const uncut = (): Promise<void> => ask("/uncut", {});
/** delay sets the delay of the link in each direction, in milliseconds. */
export const delay = (ms: number): Promise<void> => ask("/delay", { delay: ms });
/** rate limits the link in each direction, in kbit/s; 0: no limit. */
export const rate = (kbit: number): Promise<void> => ask("/rate", { rate: kbit });
export const hideJupyter = (host: string): Promise<void> => ask("/hideJupyter", { host });
export const crash = (host: string): Promise<void> => ask("/crash", { host });
export const boot = (host: string): Promise<void> => ask("/boot", { host });

/** took fails if something took longer than it may on an idle machine, by how busy this one is now. */
export async function took(seconds: number, limit: number, what: string): Promise<void> {
  if (seconds < limit * pace || seconds < limit * (await ask<number>("/pace", {}))) return;
  throw new Error(`${what} took ${seconds} s, more than ${limit} s on an idle machine`);
}

/** write writes a file of a host as root. */
export function write(host: string, file: string, mode: number, content: string): Promise<void> {
  return ask("/write", { host, file, mode, content });
}

/** occupy fills every node with a job of bob's; the result frees them again. */
export async function occupy(nodes = 2): Promise<() => Promise<void>> {
  for (let i = 0; i < nodes; i++) {
    const options = ["-n1", "-c40", "--mem=1000", "-o", "/dev/null", "--wrap", "exec sleep 600"];
    await exec("login", "bob", "sbatch", "--parsable", ...options);
  }
  const full = async () => (await jobs("bob")).filter((j) => j.State === "RUNNING").length >= nodes;
  await until("bob's jobs to run", full);
  return async () => {
    await exec("ctl", "root", "scancel", "-u", "bob");
    await until("bob's jobs to end", async () => (await jobs("bob")).length === 0);
  };
}

/** ask sends one request to the Go part. */
function ask<T>(path: string, question: object): Promise<T> {
  return new Promise((resolve, reject) => {
    const req = request({ socketPath: rig.Socket, path, method: "POST" }, (res) => {
      let text = "";
      res.setEncoding("utf8").on("data", (part: string) => (text += part));
      res.on("error", reject).on("end", () => {
        if (res.statusCode === 200) resolve(JSON.parse(text) as T);
        else reject(new Error(`the site, ${path} ${JSON.stringify(question)}: ${text}`));
      });
    });
    req.on("error", reject).end(JSON.stringify(question));
  });
}
