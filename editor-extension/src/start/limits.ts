import type { KernelRequest, PartitionInfo } from "../protocol.js";
import { cpus, duration, memory } from "../words.js";

/** defaultTime is what a kernel gets that asks for no time limit, where the partition allows it. */
const defaultTime = 4 * 3600;

/** cpusProblem says why a partition cannot give so many CPUs. */
export function cpusProblem(n: number, partition?: PartitionInfo): string | undefined {
  return over(n, partition?.maxCpus) && `${allows(partition)} ${cpus(partition?.maxCpus ?? 0)}.`;
}

/** memoryProblem says why a partition cannot give so much memory. */
export function memoryProblem(mib: number, partition?: PartitionInfo): string | undefined {
  return (
    over(mib, partition?.memoryMiB) && `${allows(partition)} ${memory(partition?.memoryMiB ?? 0)}.`
  );
}

/** timeProblem says why a partition cannot give so much time. */
export function timeProblem(seconds: number, partition?: PartitionInfo): string | undefined {
  const most = partition?.maxTimeSeconds;
  return over(seconds, most) && `${allows(partition)} ${duration(most ?? 0)}.`;
}

/** timeOf is the time limit that a request comes to in a partition. */
export function timeOf(request: KernelRequest, partition?: PartitionInfo): number {
  const most = partition?.maxTimeSeconds || Infinity;
  return request.timeLimitSeconds ?? Math.min(defaultTime, most);
}

/** over gives undefined where nothing is said against it, so that a sentence can follow. */
function over(asked: number, most: number | undefined): true | undefined {
  return most && asked > most ? true : undefined;
}

function allows(partition: PartitionInfo | undefined): string {
  return `${partition?.name ?? ""} allows at most`;
}
