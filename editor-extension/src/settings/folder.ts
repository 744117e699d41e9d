import type { Complain } from "./request.js";

/**
 * ownMembers are the members of a cluster that choose a program to run, a file to read, a host
 * to log in to, or how. A folder's settings cannot choose them, even where the folder is
 * trusted: trusting code to run here does not mean logging in somewhere else with it.
 */
const ownMembers: readonly string[] = ["host", "user", "ssh", "sshConfig", "keysOnly"];

const fromUser = "a folder or workspace cannot choose it; set it in your user settings";

type Entries = Readonly<Record<string, unknown>>;

/** Layers are the values of one setting: the user's own, then the workspace's and the folder's. */
export interface Layers {
  readonly own: unknown;
  readonly folders: readonly unknown[];
}

/**
 * clusterEntries lays a folder's clusters over the user's own, member by member, without those
 * that only the user chooses.
 */
export function clusterEntries({ own, folders }: Layers, at: string, complain: Complain): unknown {
  const objects = folders.filter(isObject);
  if (objects.length === 0) return own;
  const merged: Record<string, unknown> = isObject(own) ? { ...own } : {};
  for (const [name, entry] of objects.flatMap((layer) => Object.entries(layer))) {
    const known = Object.hasOwn(merged, name) ? merged[name] : undefined;
    if (known === undefined && isAddress(name)) {
      complain(`${at}.${name}`, fromUser); // a cluster without a host is the host of its name
      continue;
    }
    if (!isObject(entry)) {
      merged[name] = known ?? entry;
      continue;
    }
    const [first, ...more] = Object.keys(entry).filter((member) => ownMembers.includes(member));
    if (first !== undefined) {
      const others = more.length === 0 ? "" : ` (and ${more.join(", ")})`;
      complain(`${at}.${name}.${first}${others}`, fromUser);
    }
    const kept = Object.entries(entry).filter(([member]) => !ownMembers.includes(member));
    merged[name] = { ...(isObject(known) ? known : {}), ...Object.fromEntries(kept) };
  }
  return merged;
}

/** clusterName is the cluster that is set: a folder can name one, but no host of its own. */
export function clusterName({ own, folders }: Layers, at: string, complain: Complain): unknown {
  const named = folders.filter((value) => typeof value === "string" && value.trim() !== "");
  const last = named.at(-1);
  if (last === undefined) return own;
  if (last === own || !isAddress(last as string)) return last;
  complain(at, fromUser);
  return own;
}

/** presetEntries lays a folder's presets over the user's own; none of them names a host. */
export function presetEntries({ own, folders }: Layers, at: string, complain: Complain): unknown {
  const objects = folders.filter(isObject);
  if (objects.length === 0) return own;
  const merged: Record<string, unknown> = isObject(own) ? { ...own } : {};
  for (const [name, entry] of objects.flatMap((layer) => Object.entries(layer))) {
    const cluster = isObject(entry) ? entry["cluster"] : undefined;
    if (typeof cluster === "string" && isAddress(cluster)) complain(`${at}.${name}`, fromUser);
    else merged[name] = entry;
  }
  return merged;
}

/** isAddress tells USER@HOST, a host's full name and an address from the name of a cluster. */
function isAddress(name: string): boolean {
  return /[@.:[\]]/u.test(name);
}

function isObject(value: unknown): value is Entries {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
