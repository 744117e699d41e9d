import type { Environment, KernelRequest, PartitionInfo } from "../protocol.js";
import { formatCpus, formatDuration, formatGpus, formatMemory } from "../text/units.js";
import type { Plan, StartTarget } from "./types.js";
import { timeLimitOf } from "./validate.js";

/** requestOf is what is asked of the server: it fills in the cluster's profile and the defaults. */
export function requestOf({ target: where, picked }: Plan, settings: KernelRequest): KernelRequest {
  return mergeRequests(mergeRequests(settings, where.charge), picked);
}

/** effectiveRequest is what a plan comes to, as far as it is known here: for words and for limits. */
export function effectiveRequest(plan: Plan, settings: KernelRequest): KernelRequest {
  const request = mergeRequests(plan.target.site.request, requestOf(plan, settings));
  const partition = partitionOf(plan.target, request);
  return {
    cpus: 1,
    ...(partition ? { partition: partition.name } : {}),
    ...request,
    timeLimitSeconds: timeLimitOf(request, partition),
  };
}

/** partitionOf is what the cluster says of the partition that a request goes to. */
export function partitionOf(where: StartTarget, request: KernelRequest): PartitionInfo | undefined {
  const { partitions } = where.resources;
  return partitions.find(({ name, default: isDefault }) =>
    request.partition ? name === request.partition : isDefault,
  );
}

/** describeSize is a request's resources in words: "4 CPUs, 16 GB, 2 h, 1 GPU". */
export function describeSize(request: KernelRequest): string {
  return [
    request.cpus ? formatCpus(request.cpus) : "",
    request.memoryMiB ? formatMemory(request.memoryMiB) : "",
    request.timeLimitSeconds ? formatDuration(request.timeLimitSeconds) : "",
    request.gpus ? formatGpus(request.gpus) : "",
  ]
    .filter(Boolean)
    .join(", ");
}

/** describeSizeOn is a request's size in a place, with the memory that its partition gives by default. */
export function describeSizeOn(where: StartTarget, request: KernelRequest): string {
  const perCpu = partitionOf(where, request)?.defaultMemoryMiBPerCpu;
  const defaults = perCpu ? { memoryMiB: perCpu * (request.cpus ?? 1) } : {};
  return describeSize({ ...defaults, ...request });
}

/** describeTarget is where a request goes, in words: "Sunbird, partition s_compute, account scw1000". */
export function describeTarget(
  { site }: StartTarget,
  { partition, account }: KernelRequest,
): string {
  return [
    site.title,
    partition ? `partition ${partition}` : "",
    account ? `account ${account}` : "",
  ]
    .filter(Boolean)
    .join(", ");
}

/** mergeRequests lays one request over another; what either says of the environment stays. */
export function mergeRequests(base: KernelRequest, override: KernelRequest): KernelRequest {
  const environment: Environment = { ...base.environment, ...override.environment };
  const both = { ...base, ...override };
  return Object.keys(environment).length > 0 ? { ...both, environment } : both;
}

/** LooseRequest is a request in which a member may be undefined. */
export type LooseRequest = { [K in keyof KernelRequest]: KernelRequest[K] | undefined };

/** compact leaves out what has no value. */
export function compact(request: LooseRequest): KernelRequest {
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
}
