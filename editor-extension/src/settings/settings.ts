import type { Disposable, Event } from "vscode";
import type { LogSetting } from "../common/log.js";
import type { VSCode } from "../common/vscode.js";
import type { ClusterProfile, KernelRequest } from "../protocol.js";
import {
  type Complain,
  type Preset,
  readPresets,
  readProfiles,
  readRequest,
  requestKeys,
} from "./parse.js";

/** StartOnRun is whether running a cell asks before it starts a kernel. */
export type StartOnRun = "ask" | "always" | "never";

/**
 * Settings are what the person set. A value that was left at its default is not told, so
 * that a cluster's profile is not overruled by it. A value that cannot be used is shown to
 * the person once, by its name, and left out.
 */
export interface Settings extends Disposable {
  /** clusters are the profiles of `sunpyter.clusters`. */
  clusters(): ClusterProfile[];
  /** defaultCluster is a profile, a host or USER@HOST; "": the server's default. */
  defaultCluster(): string;
  /** request has only what the person set. */
  request(): KernelRequest;
  /** presets are those of `sunpyter.presets`. */
  presets(): Preset[];
  /** startOnRun is what running a cell does when no kernel is running. */
  startOnRun(): StartOnRun;
  /** reloadGraceSeconds is how long kernels wait for a window that is reloading. */
  reloadGraceSeconds(): number;
  logLevel(): LogSetting;
  /** serverPath is the program to use instead of the package's own; "": that one. */
  serverPath(): string;
  /** onDidChange fires when a setting of ours changed, or the folder became trusted. */
  readonly onDidChange: Event<void>;
}

const section = "sunpyter";

const logLevels: readonly string[] = ["off", "error", "warning", "info", "debug"];

/** createSettings reads the settings anew at each call. */
export function createSettings(vs: VSCode): Settings {
  const changed = new vs.EventEmitter<void>();
  const complain = createComplaints(vs);
  const subscriptions = [
    vs.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(section)) changed.fire();
    }),
    vs.workspace.onDidGrantWorkspaceTrust(() => {
      changed.fire();
    }),
    changed,
  ];
  const value = (key: string): unknown => setValue(vs, key);
  const guarded = (key: string, read: GuardedReader): unknown =>
    read(layersOf(vs, key), `${section}.${key}`, complain);
  const word = (key: string): string => trimmed(value(key));
  return {
    onDidChange: changed.event,
    clusters: () =>
      readProfiles(guarded("clusters", clusterEntries) ?? {}, `${section}.clusters`, complain),
    presets: () =>
      readPresets(guarded("presets", presetEntries) ?? {}, `${section}.presets`, complain),
    request: () =>
      readRequest(
        Object.fromEntries(requestKeys.map((key) => [key, value(key)])),
        section,
        complain,
      ),
    defaultCluster: () => trimmed(guarded("cluster", clusterName)),
    serverPath: () => trimmed(layersOf(vs, "serverPath").own),
    logLevel: () =>
      logLevels.includes(word("logLevel")) ? (word("logLevel") as LogSetting) : "info",
    startOnRun: () => {
      const mode = word("startOnRun");
      return mode === "always" || mode === "never" ? mode : "ask";
    },
    reloadGraceSeconds: () => secondsWithin(value("reloadSeconds"), 30, 300),
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

/** GuardedReader reads a setting of which a folder cannot choose everything. */
type GuardedReader = (layers: Layers, at: string, complain: Complain) => unknown;

function trimmed(value: unknown): string {
  return typeof value === "string" ? value.trim() : "";
}

/**
 * setValue is a value that a person made: the folder's over the workspace's over the user's;
 * objects are laid over each other, as the editor does. In a folder that is not trusted only
 * the user's own counts: the editor sees to that too, for the settings that the package
 * declares as restricted.
 */
function setValue(vs: VSCode, key: string): unknown {
  const { own, folders } = layersOf(vs, key);
  const set = [own, ...folders].filter((layer) => layer !== undefined && layer !== null);
  if (set.length > 1 && set.every(isObject)) return Object.assign({}, ...set) as unknown;
  return set.at(-1);
}

/** layersOf are a setting's values by who made them, without those that do not count now. */
function layersOf(vs: VSCode, key: string): Layers {
  const found = vs.workspace.getConfiguration(section).inspect<unknown>(key);
  const folders = vs.workspace.isTrusted
    ? [found?.workspaceValue, found?.workspaceFolderValue]
    : [];
  return { own: found?.globalValue, folders };
}

function secondsWithin(value: unknown, otherwise: number, most: number): number {
  if (typeof value !== "number" || !Number.isFinite(value)) return otherwise;
  return Math.round(Math.min(Math.max(value, 0), most));
}

/** createComplaints shows each complaint once while the window lives. */
function createComplaints(vs: VSCode): (where: string, why: string) => void {
  const told = new Set<string>();
  return (where, why) => {
    const text = `The setting ${where} is ignored: ${why}.`;
    if (told.has(text)) return;
    told.add(text);
    void vs.window
      .showWarningMessage(text, "Open Settings")
      .then((button) =>
        button
          ? vs.commands.executeCommand("workbench.action.openSettings", where.split(" ")[0])
          : undefined,
      );
  };
}

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

export function isObject(value: unknown): value is Entries {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
