import { requestProblem } from "../common/problems.js";
import type { KernelRequest, PartitionInfo } from "../protocol.js";
import { count, formatDuration, formatMemory, parseDuration, parseMemory } from "../text/units.js";

/** Parsed is what a typed text means, or what is wrong with it. */
export type Parsed<T> = { readonly value: T } | { readonly problem: string };

/** readCpus reads a number of CPUs: "4", "4 CPUs". */
export function readCpus(text: string): Parsed<number> {
  const digits = /^([0-9]{1,6})(?:\s*cpus?)?$/i.exec(text)?.[1];
  const n = Number(digits);
  return digits !== undefined && n >= 1
    ? { value: n }
    : { problem: "Enter a whole number, 1 or more." };
}

/** readMemory reads a size in MiB: "8 GB", "8G", "1.5 GB", "512 MB". */
export function readMemory(text: string): Parsed<number> {
  const number = /^[0-9.]+$/.exec(text)?.[0];
  // Slurm would take a number alone as MB, but the user may mean GB.
  if (number) return { problem: `Add a unit: "${number} GB" or "${number} MB".` };
  return tryParse(() => parseMemory(text));
}

/** readTime reads a length of time in seconds: "90 min", "2 h 30 min", "1 day", "1-12:00:00". */
export function readTime(text: string): Parsed<number> {
  const number = /^[0-9.]+$/.exec(text)?.[0];
  if (number) return { problem: `Add a unit: "${number} min" or "${number} h".` };
  const pair = /^([0-9]+):([0-9]{1,2})$/.exec(text);
  // Slurm would take "2:30" as minutes and seconds.
  if (pair) return { problem: `Add units: "${pair[1] ?? ""} h ${pair[2] ?? ""} min".` };
  return tryParse(() => parseDuration(text));
}

function tryParse(parse: () => number): Parsed<number> {
  try {
    return { value: parse() };
  } catch (err) {
    return { problem: `${requestProblem(err).message}.` };
  }
}

/** nameProblem returns what is wrong with a Slurm name: an account, a partition. */
export function nameProblem(what: string, text: string): string | undefined {
  if (text === "") return `Enter the ${what}'s name.`;
  return /^[A-Za-z0-9_.][A-Za-z0-9_.+@:/%=-]*$/.test(text)
    ? undefined
    : `"${text}" cannot be the name of a${what.startsWith("a") ? "n" : ""} ${what}.`;
}

/** hostProblem returns what is wrong with HOST or USER@HOST. */
export function hostProblem(text: string): string | undefined {
  const at = text.lastIndexOf("@");
  const host = text.slice(at + 1);
  if (host === "")
    return at < 0 ? "Enter a host, or user@host." : "The host after the @ is missing.";
  if (!isName(host)) return `"${host}" cannot be the name of a host.`;
  return at < 0 ? undefined : userProblem(text.slice(0, at));
}

/** userProblem returns what is wrong with a user name. */
export function userProblem(text: string): string | undefined {
  if (text === "") return "Enter your user name on the cluster.";
  return isUser(text) ? undefined : `"${text}" cannot be a user name.`;
}

/**
 * isUser accepts what the server accepts. Names of directory services have an @, spaces, a backslash
 * or letters of any language.
 */
function isUser(text: string): boolean {
  return (
    text === text.trim() &&
    !/^-| -|\\$|['`"$;&<>|(){}]/.test(text) &&
    !/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(text)
  );
}

/** isName rejects what ssh rejects, since names can reach a shell through its configuration. */
function isName(text: string): boolean {
  return /^[!-~]+$/.test(text) && !text.startsWith("-") && !/['`"$\\;&<>|(){},@]/.test(text);
}

/** defaultTime is the default time limit, if the partition allows it. */
const defaultTime = 4 * 3600;

/** cpusProblem returns why a partition does not allow so many CPUs. */
export function cpusProblem(n: number, partition?: PartitionInfo): string | undefined {
  return limitProblem(partition, n, partition?.maxCpus, (max) => count(max, "CPU"));
}

/** memoryProblem returns why a partition does not allow so much memory. */
export function memoryProblem(mib: number, partition?: PartitionInfo): string | undefined {
  return limitProblem(partition, mib, partition?.memoryMiB, formatMemory);
}

/** timeProblem returns why a partition does not allow so much time. */
export function timeProblem(seconds: number, partition?: PartitionInfo): string | undefined {
  return limitProblem(partition, seconds, partition?.maxTimeSeconds, formatDuration);
}

/** limitProblem says that a partition allows less; without a limit, that is not known. */
function limitProblem(
  partition: PartitionInfo | undefined,
  value: number,
  max: number | undefined,
  format: (max: number) => string,
): string | undefined {
  return max && value > max ? `${partition?.name ?? ""} allows at most ${format(max)}.` : undefined;
}

/** timeLimitOf returns a request's effective time limit in a partition. */
export function timeLimitOf(request: KernelRequest, partition?: PartitionInfo): number {
  const maxSeconds = partition?.maxTimeSeconds || Infinity;
  return request.timeLimitSeconds ?? Math.min(defaultTime, maxSeconds);
}
