import type { ClusterProfile, Environment, KernelRequest } from "../protocol.js";
import { parseDuration, parseMemory } from "../text/units.js";

/** Values are settings by name, as the editor gives them: nothing is known of their types. */
export type Values = Readonly<Record<string, unknown>>;

/** Complain is told of each value that cannot be used: where it stands, and why not. */
export type Complain = (where: string, why: string) => void;

type Reader = (request: KernelRequest, value: unknown) => void;

const readers: Readonly<Record<string, Reader>> = {
  cpus: (request, value) => (request.cpus = wholeNumber(value, 1)),
  memory: (request, value) => (request.memoryMiB = parseMemory(text(value))),
  memoryPerCpu: (request, value) => (request.memoryPerCpu = value === true),
  timeLimit: (request, value) => (request.timeLimitSeconds = parseDuration(text(value))),
  gpus: (request, value) => (request.gpus = text(value)),
  partition: (request, value) => (request.partition = text(value)),
  account: (request, value) => (request.account = text(value)),
  qos: (request, value) => (request.qos = text(value)),
  reservation: (request, value) => (request.reservation = text(value)),
  constraint: (request, value) => (request.constraint = text(value)),
  slurmClusters: (request, value) => (request.clusters = text(value)),
  workingDirectory: (request, value) => (request.workingDirectory = text(value)),
  kernelTransport: (request, value) => (request.kernelTransport = text(value)),
  sbatchOptions: (request, value) => (request.sbatchOptions = texts(value)),
  keepMinutes: (request, value) => (request.graceSeconds = 60 * wholeNumber(value, 1, 240)),
  idleMinutes: (request, value) => {
    const minutes = wholeNumber(value, 0, 7 * 24 * 60);
    request.idleSeconds = minutes === 0 ? -1 : 60 * minutes;
  },
  modules: (request, value) => (environment(request).modules = texts(value)),
  conda: (request, value) => (environment(request).conda = text(value)),
  venv: (request, value) => (environment(request).venv = text(value)),
  setup: (request, value) => (environment(request).setup = texts(value)),
  variables: (request, value) => (environment(request).variables = variables(value)),
};

/** requestKeys are the settings that say what is asked for. */
export const requestKeys: readonly string[] = Object.keys(readers);

/**
 * readRequest makes a request of settings. What is not set, or set to nothing, is left out;
 * what cannot be used is complained of, by where it stands, and left out too.
 */
export function readRequest(values: Values, where: string, complain: Complain): KernelRequest {
  const request: KernelRequest = {};
  for (const [key, read] of Object.entries(readers)) {
    const value = values[key];
    if (isNothing(value)) continue;
    attempt(`${where}.${key}`, complain, () => {
      read(request, value);
    });
  }
  return request;
}

/** attempt reads one value, and complains of it when that throws. */
export function attempt(where: string, complain: Complain, read: () => void): void {
  try {
    read();
  } catch (err) {
    complain(where, err instanceof Error ? err.message : String(err));
  }
}

/** isNothing tells that a value means no more than "not set". */
export function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** text takes texts, and numbers where a person left out the quotes. */
export function text(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value !== "string") throw new Error("it must be a text");
  return value.trim();
}

/** record takes an object. */
export function record(value: unknown): Values {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error("it must be an object");
  }
  return value as Values;
}

function texts(value: unknown): string[] {
  if (!Array.isArray(value)) throw new Error("it must be a list of texts");
  return value.map(text);
}

function variables(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(record(value)).map(([name, one]) => [name, text(one)]));
}

function wholeNumber(value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) {
    return value;
  }
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
  throw new Error(`${JSON.stringify(value)} is not a whole number ${range}`);
}

function environment(request: KernelRequest): Environment {
  return (request.environment ??= {});
}

/** Preset is a named choice of resources. */
export interface Preset {
  readonly name: string;
  /** cluster is a profile's name, a host, or USER@HOST; undefined: whichever is chosen. */
  readonly cluster?: string;
  readonly request: KernelRequest;
}

type Member = (profile: ClusterProfile, value: unknown) => void;

const members: Readonly<Record<string, Member>> = {
  title: (profile, value) => (profile.title = text(value)),
  host: (profile, value) => (profile.host = text(value)),
  user: (profile, value) => (profile.user = text(value)),
  sshConfig: (profile, value) => (profile.sshConfig = text(value)),
  ssh: (profile, value) => (profile.ssh = text(value)),
  keysOnly: (profile, value) => (profile.keysOnly = flag(value)),
  shareLogin: (profile, value) => (profile.shareLogin = flag(value)),
  route: (profile, value) => (profile.route = route(value)),
  nodePort: (profile, value) => (profile.nodePort = flag(value)),
  sessionDirectory: (profile, value) => (profile.sessionDirectory = text(value)),
  startMinutes: (profile, value) => (profile.startTimeoutSeconds = 60 * wholeNumber(value, 1, 120)),
};

/** oldNames are earlier names of settings, which are still read. */
const oldNames: Readonly<Record<string, string>> = { route: "wayIn" };

function route(value: unknown): string {
  if (value !== "ssh" && value !== "srun") throw new Error("it must be ssh or srun");
  return value;
}

function flag(value: unknown): boolean {
  if (typeof value !== "boolean") throw new Error("it must be true or false");
  return value;
}

/** readProfiles makes cluster profiles of the setting `sunpyter.clusters`. */
export function readProfiles(
  setting: unknown,
  where: string,
  complain: Complain,
): ClusterProfile[] {
  return readEach(setting, where, complain, (name, values, at) => {
    const profile: ClusterProfile = { name, request: readRequest(values, at, complain) };
    for (const [key, read] of Object.entries(members)) {
      const value = isNothing(values[key]) ? values[oldNames[key] ?? key] : values[key];
      if (isNothing(value)) continue;
      attempt(`${at}.${key}`, complain, () => {
        read(profile, value);
      });
    }
    const known = [...Object.keys(members), ...Object.values(oldNames), ...requestKeys];
    refuseUnknown(values, known, at, complain);
    return profile;
  });
}

/** readPresets makes presets of the setting `sunpyter.presets`. */
export function readPresets(setting: unknown, where: string, complain: Complain): Preset[] {
  return readEach(setting, where, complain, (name, values, at) => {
    const request = readRequest(values, at, complain);
    refuseUnknown(values, ["cluster", ...requestKeys], at, complain);
    const cluster = values["cluster"];
    return typeof cluster === "string" && cluster ? { name, cluster, request } : { name, request };
  });
}

/** readEach reads an object of objects; an entry that is none is complained of and left out. */
function readEach<T>(
  setting: unknown,
  where: string,
  complain: Complain,
  read: (name: string, values: Readonly<Record<string, unknown>>, at: string) => T,
): T[] {
  const found: T[] = [];
  attempt(where, complain, () => {
    for (const [name, value] of Object.entries(record(setting))) {
      const at = `${where}.${name}`;
      attempt(at, complain, () => found.push(read(name, record(value), at)));
    }
  });
  return found;
}

function refuseUnknown(
  values: Readonly<Record<string, unknown>>,
  known: readonly string[],
  where: string,
  complain: Complain,
): void {
  for (const key of Object.keys(values)) {
    if (!known.includes(key)) complain(`${where}.${key}`, "there is no such setting");
  }
}
