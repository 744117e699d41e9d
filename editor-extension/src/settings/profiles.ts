import type { ClusterProfile, KernelRequest } from "../protocol.js";
import {
  attempt,
  type Complain,
  isNothing,
  readRequest,
  record,
  requestKeys,
  text,
} from "./request.js";

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
  wayIn: (profile, value) => (profile.wayIn = wayIn(value)),
  nodePort: (profile, value) => (profile.nodePort = flag(value)),
};

function wayIn(value: unknown): string {
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
      if (isNothing(values[key])) continue;
      attempt(`${at}.${key}`, complain, () => {
        read(profile, values[key]);
      });
    }
    refuseUnknown(values, [...Object.keys(members), ...requestKeys], at, complain);
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
