import { createWarnings, openSettings } from "../common/notices.js";
import type { Disposable, Event } from "vscode";
import type { LogSetting } from "../common/log.js";
import type { VSCode } from "../common/vscode.js";
import type { ClusterProfile, KernelRequest, ProjectCopy } from "../protocol.js";
import {
  type ReportInvalid,
  type Preset,
  readPresets,
  readProfiles,
  readRequest,
  requestKeys,
} from "./parse.js";

/** AskMode is whether something is done, or the user is asked each time. */
export type AskMode = "ask" | "always" | "never";

/**
 * Settings are what the user set. A value that was left at its default is omitted, so
 * that it does not override a cluster's profile. An invalid value is reported to
 * the user once, by its name, and left out.
 */
export interface Settings extends Disposable {
  /** clusters are the profiles of `sunpyter.clusters`. */
  clusters(): ClusterProfile[];
  /** defaultCluster is a profile, a host or USER@HOST; "": the server's default. */
  defaultCluster(): string;
  /** request has only what the user set. */
  request(): KernelRequest;
  /** presets are those of `sunpyter.presets`. */
  presets(): Preset[];
  /** startOnRun is whether running a cell starts a kernel, if none is running. */
  startOnRun(): AskMode;
  /** projectCopy is whether a start copies the notebook's folder to the cluster. */
  projectCopy(): AskMode;
  /** projectLimits are the limits of such a copy that the user set. */
  projectLimits(): Pick<ProjectCopy, "maxTotalMB" | "maxFileMB">;
  /** projectBringBack is whether new files in the copy of a folder are fetched when its kernel ends. */
  projectBringBack(): AskMode;
  /** reloadGraceSeconds is how long kernels wait for a window to reload. */
  reloadGraceSeconds(): number;
  logLevel(): LogSetting;
  /** serverPath is the program to use instead of the package's own; "": that one. */
  serverPath(): string;
  /** onDidChange fires when a setting of ours changed, or the folder became trusted. */
  readonly onDidChange: Event<void>;
}

const section = "sunpyter";

const logLevels: readonly LogSetting[] = ["off", "error", "warning", "info", "debug"];

const askModes: readonly AskMode[] = ["ask", "always", "never"];

/** createSettings reads the settings at each call. */
export function createSettings(vscode: VSCode): Settings {
  const changed = new vscode.EventEmitter<void>();
  const warn = createWarnings(vscode);
  const reportInvalid: ReportInvalid = (where, why) =>
    warn(`The setting ${where} is ignored: ${why}.`, openSettings(vscode, where.split(" ")[0]));
  const subscriptions = vscode.Disposable.from(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(section)) changed.fire();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => changed.fire()),
    changed,
  );
  const value = (key: string): unknown => effectiveValue(vscode, key);
  const readLayered = (key: string, read: LayeredReader): unknown =>
    read(layersOf(vscode, key), `${section}.${key}`, reportInvalid);
  const oneOf = <T extends string>(key: string, known: readonly T[], otherwise: T): T =>
    known.find((one) => one === trimmed(value(key))) ?? otherwise;
  return {
    onDidChange: changed.event,
    clusters: () => {
      const clusters = readLayered("clusters", clusterEntries) ?? {};
      return readProfiles(clusters, `${section}.clusters`, reportInvalid);
    },
    presets: () =>
      readPresets(readLayered("presets", presetEntries) ?? {}, `${section}.presets`, reportInvalid),
    request: () => {
      const replaced = replacedKeys((key) => scopeOf(layersOf(vscode, key)));
      const keys = requestKeys.filter((key) => !replaced.includes(key));
      const values = Object.fromEntries(keys.map((key) => [key, value(key)]));
      return readRequest(values, section, reportInvalid);
    },
    defaultCluster: () => trimmed(readLayered("cluster", clusterName)),
    serverPath: () => trimmed(layersOf(vscode, "serverPath").user),
    logLevel: () => oneOf("logLevel", logLevels, "info"),
    startOnRun: () => oneOf("startOnRun", askModes, "ask"),
    projectCopy: () => oneOf("project.copy", askModes, "ask"),
    projectBringBack: () => oneOf("project.bringBack", askModes, "never"),
    projectLimits: () => ({
      ...limitOf("maxTotalMB", value("project.maxTotalMB")),
      ...limitOf("maxFileMB", value("project.maxFileMB")),
    }),
    reloadGraceSeconds: () => clampSeconds(value("reloadSeconds"), 30, 300),
    dispose: () => {
      subscriptions.dispose();
    },
  };
}

/** LayeredReader reads a setting that a folder can set only in part. */
type LayeredReader = (layers: Layers, at: string, complain: ReportInvalid) => unknown;

/** limitOf returns a limit in MB, if it is one. */
function limitOf<K extends string>(key: K, value: unknown): { [key in K]?: number } {
  const isLimit = typeof value === "number" && Number.isInteger(value) && value > 0;
  return (isLimit ? { [key]: value } : {}) as { [key in K]?: number };
}

function trimmed(value: unknown): string {
  return typeof value === "string" ? value.trim() : "";
}

/**
 * effectiveValue merges the values that were set: the folder's over the workspace's over the user's;
 * objects are merged, as the editor does. In an untrusted folder only
 * the user's own counts: the editor also ensures that, for the settings that the manifest
 * declares as restricted.
 */
function effectiveValue(vscode: VSCode, key: string): unknown {
  const { user: own, folders } = layersOf(vscode, key);
  const set = [own, ...folders].filter((layer) => layer !== undefined && layer !== null);
  if (set.length > 1 && set.every(isObject)) return Object.assign({}, ...set) as unknown;
  return set.at(-1);
}

/** layersOf returns a setting's values by scope, without those that do not count now. */
function layersOf(vscode: VSCode, key: string): Layers {
  const found = vscode.workspace.getConfiguration(section).inspect<unknown>(key);
  const folders = vscode.workspace.isTrusted
    ? [found?.workspaceValue, found?.workspaceFolderValue]
    : [];
  return { user: found?.globalValue, folders };
}

/** replacedBy has, for each setting that names an environment, those that replace it. */
const replacedBy: Readonly<Record<string, readonly string[]>> = {
  environment: ["container", "conda", "venv"],
  container: ["environment", "conda", "venv"],
  conda: ["environment"],
  venv: ["environment"],
};

/**
 * replacedKeys returns the settings of an environment that one of a narrower scope replaces. If both
 * have the same scope, neither is replaced, and the server reports it.
 */
function replacedKeys(scope: (key: string) => number): readonly string[] {
  const isReplaced = (key: string): boolean =>
    (replacedBy[key] ?? []).some((other) => scope(other) > scope(key));
  return Object.keys(replacedBy).filter(isReplaced);
}

/** scopeOf returns the narrowest scope in which a setting has a value; -1: it has none. */
function scopeOf({ user: own, folders }: Layers): number {
  return [own, ...folders].findLastIndex((value) => trimmed(value) !== "");
}

function clampSeconds(value: unknown, fallback: number, max: number): number {
  if (typeof value !== "number" || !Number.isFinite(value)) return fallback;
  return Math.round(Math.min(Math.max(value, 0), max));
}

/**
 * userOnlyMembers are the members of a cluster that choose a program to run, a file to read, a host
 * to log in to, or how. A folder's settings cannot choose them, even where the folder is
 * trusted: trusting code to run here does not mean logging in elsewhere with it.
 */
const userOnlyMembers: readonly string[] = ["host", "user", "ssh", "sshConfig", "keysOnly"];

const userOnlyReason = "a folder or workspace cannot choose it; set it in your user settings";

type Entries = Readonly<Record<string, unknown>>;

/** Layers are the values of one setting: the user's own, then the workspace's and the folder's. */
interface Layers {
  readonly user: unknown;
  readonly folders: readonly unknown[];
}

/** mergeEntries merges the entries of folders over the user's own, by a function. */
function mergeEntries(
  { user: own, folders }: Layers,
  put: (merged: Record<string, unknown>, name: string, entry: unknown) => void,
): unknown {
  const objects = folders.filter(isObject);
  if (objects.length === 0) return own;
  const merged: Record<string, unknown> = isObject(own) ? { ...own } : {};
  for (const [name, entry] of objects.flatMap((layer) => Object.entries(layer)))
    put(merged, name, entry);
  return merged;
}

/**
 * clusterEntries merges a folder's clusters over the user's own, member by member, without those
 * that only the user may set.
 */
function clusterEntries(layers: Layers, at: string, complain: ReportInvalid): unknown {
  return mergeEntries(layers, (merged, name, entry) => {
    const known = Object.hasOwn(merged, name) ? merged[name] : undefined;
    if (known === undefined && isAddress(name)) {
      complain(`${at}.${name}`, userOnlyReason); // a cluster without a host is the host of its name
      return;
    }
    if (!isObject(entry)) {
      merged[name] = known ?? entry;
      return;
    }
    const [first, ...more] = Object.keys(entry).filter((member) =>
      userOnlyMembers.includes(member),
    );
    if (first !== undefined) {
      const others = more.length === 0 ? "" : ` (and ${more.join(", ")})`;
      complain(`${at}.${name}.${first}${others}`, userOnlyReason);
    }
    const allowed = Object.entries(entry).filter(([member]) => !userOnlyMembers.includes(member));
    const own = Object.fromEntries(allowed);
    const replaced = replacedKeys((member) => (trimmed(own[member]) === "" ? 0 : 1));
    const base = Object.entries(isObject(known) ? known : {});
    const kept = base.filter(([member]) => !replaced.includes(member));
    merged[name] = { ...Object.fromEntries(kept), ...own };
  });
}

/** clusterName returns the cluster that is set: a folder can name a known one, but not a host. */
function clusterName({ user: own, folders }: Layers, at: string, complain: ReportInvalid): unknown {
  const names = folders.filter((value) => typeof value === "string" && value.trim() !== "");
  const last = names.at(-1);
  if (last === undefined) return own;
  if (last === own || !isAddress(last as string)) return last;
  complain(at, userOnlyReason);
  return own;
}

/** presetEntries merges a folder's presets over the user's own; none of them may name a host. */
function presetEntries(layers: Layers, at: string, complain: ReportInvalid): unknown {
  return mergeEntries(layers, (merged, name, entry) => {
    const cluster = isObject(entry) ? entry["cluster"] : undefined;
    if (typeof cluster === "string" && isAddress(cluster))
      complain(`${at}.${name}`, userOnlyReason);
    else merged[name] = entry;
  });
}

/** isAddress distinguishes USER@HOST, a host's full name or an IP address from the name of a cluster. */
function isAddress(name: string): boolean {
  return /[@.:[\]]/u.test(name);
}

function isObject(value: unknown): value is Entries {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
