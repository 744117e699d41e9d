import { requestProblem } from "../common/problems.js";
import type { ClusterProfile, Environment, KernelRequest } from "../protocol.js";
import { parseDuration, parseMemory } from "../text/units.js";

/** Values are settings by name, as the editor returns them: their types are unknown. */
type Values = Readonly<Record<string, unknown>>;

/** ReportInvalid is called for each invalid value: where it is, and why it is invalid. */
export type ReportInvalid = (where: string, why: string) => void;

type Reader = (request: KernelRequest, value: unknown) => void;

const readers: Readonly<Record<string, Reader>> = {
  cpus: (request, value) => (request.cpus = readInteger(value, 1)),
  memory: (request, value) => (request.memoryMiB = parseMemory(readText(value))),
  memoryPerCpu: (request, value) => (request.memoryPerCpu = value === true),
  timeLimit: (request, value) => (request.timeLimitSeconds = parseDuration(readText(value))),
  gpus: (request, value) => (request.gpus = readText(value)),
  partition: (request, value) => (request.partition = readText(value)),
  account: (request, value) => (request.account = readText(value)),
  qos: (request, value) => (request.qos = readText(value)),
  reservation: (request, value) => (request.reservation = readText(value)),
  constraint: (request, value) => (request.constraint = readText(value)),
  slurmClusters: (request, value) => (request.clusters = readText(value)),
  workingDirectory: (request, value) => (request.workingDirectory = readText(value)),
  kernelTransport: (request, value) => (request.kernelTransport = readText(value)),
  sbatchOptions: (request, value) => (request.sbatchOptions = readTexts(value)),
  keepMinutes: (request, value) => (request.graceSeconds = 60 * readInteger(value, 1, 240)),
  idleMinutes: (request, value) => {
    const minutes = readInteger(value, 0, 7 * 24 * 60);
    request.idleSeconds = minutes === 0 ? -1 : 60 * minutes;
  },
  environment: (request, value) => (environment(request).name = readText(value)),
  container: (request, value) => (environment(request).container = readText(value)),
  containerBinds: (request, value) => (environment(request).containerBinds = readTexts(value)),
  modules: (request, value) => (environment(request).modules = readTexts(value)),
  conda: (request, value) => (environment(request).conda = readText(value)),
  venv: (request, value) => (environment(request).venv = readText(value)),
  setup: (request, value) => (environment(request).setup = readTexts(value)),
  variables: (request, value) => (environment(request).variables = readVariables(value)),
};

/** requestKeys are the settings of a request. */
export const requestKeys: readonly string[] = Object.keys(readers);

/**
 * readRequest makes a request of settings. What is unset or empty is left out;
 * what is invalid is reported, and left out too.
 */
export function readRequest(values: Values, where: string, complain: ReportInvalid): KernelRequest {
  const request: KernelRequest = {};
  for (const [key, read] of Object.entries(readers)) {
    const value = values[key];
    if (isUnset(value)) continue;
    tryRead(`${where}.${key}`, complain, () => read(request, value));
  }
  return request;
}

/** tryRead reads one value, and reports an error. */
function tryRead(where: string, complain: ReportInvalid, read: () => void): void {
  try {
    read();
  } catch (err) {
    complain(where, requestProblem(err).message);
  }
}

/** isUnset reports whether a value means "not set". */
function isUnset(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** readText accepts strings, and numbers, in case the user left out the quotes. */
function readText(value: unknown): string {
  if (typeof value === "number") return String(value);
  if (typeof value !== "string") throw new Error("it must be a string");
  return value.trim();
}

/** readObject accepts an object. */
function readObject(value: unknown): Values {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error("it must be an object");
  }
  return value as Values;
}

function readTexts(value: unknown): string[] {
  if (!Array.isArray(value)) throw new Error("it must be a list of strings");
  return value.map(readText);
}

function readVariables(value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(readObject(value)).map(([name, one]) => [name, readText(one)]),
  );
}

function readInteger(value: unknown, min: number, max = Number.MAX_SAFE_INTEGER): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  throw new Error(`${JSON.stringify(value)} is not a whole number ${range}`);
}

function environment(request: KernelRequest): Environment {
  return (request.environment ??= {});
}

/** Preset is a named choice of resources, and of an environment if it has one. */
export interface Preset {
  readonly name: string;
  /** cluster is a profile's name, a host, or USER@HOST; undefined: any cluster. */
  readonly cluster?: string;
  readonly request: KernelRequest;
}

type ProfileReader = (profile: ClusterProfile, value: unknown) => void;

const profileReaders: Readonly<Record<string, ProfileReader>> = {
  title: (profile, value) => (profile.title = readText(value)),
  host: (profile, value) => (profile.host = readText(value)),
  user: (profile, value) => (profile.user = readText(value)),
  sshConfig: (profile, value) => (profile.sshConfig = readText(value)),
  ssh: (profile, value) => (profile.ssh = readText(value)),
  keysOnly: (profile, value) => (profile.keysOnly = readBoolean(value)),
  shareLogin: (profile, value) => (profile.shareLogin = readBoolean(value)),
  route: (profile, value) => (profile.route = route(value)),
  nodePort: (profile, value) => (profile.nodePort = readBoolean(value)),
  sessionDirectory: (profile, value) => (profile.sessionDirectory = readText(value)),
  places: (profile, value) => (profile.places = readTexts(value)),
  startMinutes: (profile, value) => (profile.startTimeoutSeconds = 60 * readInteger(value, 1, 120)),
};

/** oldNames are earlier names of settings, which are still read. */
const oldNames: Readonly<Record<string, string>> = { route: "wayIn" };

function route(value: unknown): string {
  if (value !== "ssh" && value !== "srun") throw new Error("it must be ssh or srun");
  return value;
}

function readBoolean(value: unknown): boolean {
  if (typeof value !== "boolean") throw new Error("it must be true or false");
  return value;
}

/** readProfiles makes cluster profiles of the setting `sunpyter.clusters`. */
export function readProfiles(
  setting: unknown,
  where: string,
  complain: ReportInvalid,
): ClusterProfile[] {
  return readEach(setting, where, complain, (name, values, at) => {
    const profile: ClusterProfile = { name, request: readRequest(values, at, complain) };
    for (const [key, read] of Object.entries(profileReaders)) {
      const value = isUnset(values[key]) ? values[oldNames[key] ?? key] : values[key];
      if (isUnset(value)) continue;
      tryRead(`${at}.${key}`, complain, () => read(profile, value));
    }
    const known = [...Object.keys(profileReaders), ...Object.values(oldNames), ...requestKeys];
    reportUnknown(values, known, at, complain);
    return profile;
  });
}

/** readPresets makes presets of the setting `sunpyter.presets`. */
export function readPresets(setting: unknown, where: string, complain: ReportInvalid): Preset[] {
  return readEach(setting, where, complain, (name, values, at) => {
    const request = readRequest(values, at, complain);
    reportUnknown(values, ["cluster", ...requestKeys], at, complain);
    const cluster = values["cluster"];
    return typeof cluster === "string" && cluster ? { name, cluster, request } : { name, request };
  });
}

/** readEach reads an object of objects; any other entry is reported and left out. */
function readEach<T>(
  setting: unknown,
  where: string,
  complain: ReportInvalid,
  read: (name: string, values: Readonly<Record<string, unknown>>, at: string) => T,
): T[] {
  const found: T[] = [];
  tryRead(where, complain, () => {
    for (const [name, value] of Object.entries(readObject(setting))) {
      const at = `${where}.${name}`;
      tryRead(at, complain, () => found.push(read(name, readObject(value), at)));
    }
  });
  return found;
}

function reportUnknown(
  values: Readonly<Record<string, unknown>>,
  known: readonly string[],
  where: string,
  complain: ReportInvalid,
): void {
  for (const key of Object.keys(values)) {
    if (!known.includes(key)) complain(`${where}.${key}`, "there is no such setting");
  }
}
