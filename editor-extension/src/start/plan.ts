import type { Environment, KernelRequest, PartitionInfo } from "../protocol.js";
import { describeSize, joinTexts } from "../text/units.js";
import type { Plan, StartTarget } from "./types.js";
import { timeLimitOf } from "./validate.js";

/**
 * requestOf returns the request to the server, which fills in the cluster's profile and the defaults. An
 * environment that was picked with the resources comes before that of the folder.
 */
export function requestOf({ target: where, picked }: Plan, settings: KernelRequest): KernelRequest {
  const chosen = environmentOf(picked) ?? where.environment?.environment;
  const layers = [where.charge, chosen ? { environment: chosen } : {}, picked];
  // Jupyter runs outside a container, where conda or venv of the settings may have it.
  const isReplaced = chosen !== undefined && !chosen.container;
  return layers.reduce(mergeRequests, isReplaced ? withoutEnvironment(settings) : settings);
}

/** environmentOf returns the environment of a request, if it names one. */
export function environmentOf({ environment: found }: KernelRequest): Environment | undefined {
  return found && describeEnvironment(found) !== "" ? found : undefined;
}

/** withoutEnvironment leaves out the environment that a request names, but not what prepares it. */
function withoutEnvironment(request: KernelRequest): KernelRequest {
  const names = ["name", "container", "conda", "venv"];
  const rest = Object.entries(request.environment ?? {}).filter(([key]) => !names.includes(key));
  const environment = rest.length > 0 ? Object.fromEntries(rest) : undefined;
  return compact({ ...request, environment });
}

/** describeEnvironment returns the name of an environment for the user; "" if it has none. */
export function describeEnvironment(environment: Environment): string {
  const { name, container, conda, venv, modules } = environment;
  const shortName = (path: string): string => {
    const [parent, last = path] = path.split("/").filter(Boolean).slice(-2);
    const usual = [".venv", "venv", ".env", "env"];
    return parent !== undefined && usual.includes(last) ? parent : last;
  };
  const path = container || conda || venv;
  if (path) return shortName(path);
  if (!name) return (modules ?? []).join(", ");
  return /^[/~$]/u.test(name) ? shortName(name) : name;
}

/** effectiveRequest returns a plan's values as far as they are known here, for texts and limits. */
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

/** partitionOf returns the partition of a request, as the cluster reported it. */
export function partitionOf(where: StartTarget, request: KernelRequest): PartitionInfo | undefined {
  const { partitions } = where.resources;
  return partitions.find(({ name, default: isDefault }) =>
    request.partition ? name === request.partition : isDefault,
  );
}

/** describeSizeOn is describeSize with the partition's default memory. */
export function describeSizeOn(where: StartTarget, request: KernelRequest): string {
  const partition = partitionOf(where, request);
  const perCpu = partition?.defaultMemoryMiBPerCpu;
  const memoryMiB = perCpu ? perCpu * (request.cpus ?? 1) : partition?.defaultMemoryMiBPerNode;
  return describeSize({ ...(memoryMiB ? { memoryMiB } : {}), ...request });
}

/** describeTarget returns where a request goes, in words: "Sunbird, partition s_compute, account scw1000". */
export function describeTarget(
  { site }: StartTarget,
  { partition, account, qos }: KernelRequest,
): string {
  return joinTexts(", ", [
    site.title,
    partition && `partition ${partition}`,
    account && `account ${account}`,
    qos && `QOS ${qos}`,
  ]);
}

/**
 * mergeRequests merges one request over another, including their environments. As in the server, a
 * name replaces a container and the folders of conda and venv, and they replace a name. In those
 * folders, Jupyter runs outside a container.
 */
export function mergeRequests(base: KernelRequest, override: KernelRequest): KernelRequest {
  const { name, container, conda, venv, ...others } = base.environment ?? {};
  const over = override.environment ?? {};
  const environment: Environment = {
    ...others,
    ...(name && !over.container && !over.conda && !over.venv ? { name } : {}),
    ...(container && !over.name && !over.conda && !over.venv ? { container } : {}),
    ...(conda && !over.name ? { conda } : {}),
    ...(venv && !over.name ? { venv } : {}),
    ...over,
  };
  const both = { ...base, ...override };
  return Object.keys(environment).length > 0 ? { ...both, environment } : both;
}

/** LooseRequest is a request in which a member may be undefined. */
export type LooseRequest = { [K in keyof KernelRequest]: KernelRequest[K] | undefined };

/** compact removes members without a value. */
export function compact(request: LooseRequest): KernelRequest {
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined));
}
