import type { Environment, KernelRequest, PartitionInfo } from "../protocol.js";
import { cpus, duration, gpus, memory } from "../text/units.js";
import type { Plan, Where } from "./types.js";
import { timeOf } from "./validate.js";

/** asked is what is asked of the server: it fills in the cluster's profile and the defaults. */
export function asked({ where, picked }: Plan, settings: KernelRequest): KernelRequest {
  return over(over(settings, where.charge), picked);
}

/** effective is what a plan comes to, as far as it is known here: for words and for limits. */
export function effective(plan: Plan, settings: KernelRequest): KernelRequest {
  const request = over(plan.where.site.request, asked(plan, settings));
  const partition = partitionOf(plan.where, request);
  return {
    cpus: 1,
    ...(partition ? { partition: partition.name } : {}),
    ...request,
    timeLimitSeconds: timeOf(request, partition),
  };
}

/** partitionOf is what the cluster says of the partition that a request goes to. */
export function partitionOf(where: Where, request: KernelRequest): PartitionInfo | undefined {
  const { partitions } = where.resources;
  return partitions.find(({ name, default: isDefault }) =>
    request.partition ? name === request.partition : isDefault,
  );
}

/** size is a request's resources in words: "4 CPUs, 16 GB, 2 hours, 1 GPU". */
export function size(request: KernelRequest): string {
  return [
    request.cpus ? cpus(request.cpus) : "",
    request.memoryMiB ? memory(request.memoryMiB) : "",
    request.timeLimitSeconds ? duration(request.timeLimitSeconds) : "",
    request.gpus ? gpus(request.gpus) : "",
  ]
    .filter(Boolean)
    .join(", ");
}

/** sizeIn is a request's size in a place, with the memory that its partition gives by default. */
export function sizeIn(where: Where, request: KernelRequest): string {
  const perCpu = partitionOf(where, request)?.defaultMemoryMiBPerCpu;
  const usual = perCpu ? { memoryMiB: perCpu * (request.cpus ?? 1) } : {};
  return size({ ...usual, ...request });
}

/** place is where a request goes, in words: "Sunbird, partition s_compute, account scw1000". */
export function place({ site }: Where, { partition, account }: KernelRequest): string {
  return [
    site.title,
    partition ? `partition ${partition}` : "",
    account ? `account ${account}` : "",
  ]
    .filter(Boolean)
    .join(", ");
}

/** over lays one request over another; what either says of the environment stays. */
export function over(under: KernelRequest, upper: KernelRequest): KernelRequest {
  const environment: Environment = { ...under.environment, ...upper.environment };
  const both = { ...under, ...upper };
  return Object.keys(environment).length > 0 ? { ...both, environment } : both;
}

/** Loose is a request in which a member may be undefined. */
export type Loose = { [K in keyof KernelRequest]: KernelRequest[K] | undefined };

/** compact leaves out what has no value. */
export function compact(request: Loose): KernelRequest {
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
}
