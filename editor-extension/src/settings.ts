import type { Disposable, Event } from "vscode";
import type { ClusterProfile, KernelRequest } from "./protocol.js";
import { type Preset, readPresets, readProfiles } from "./settings/profiles.js";
import { clusterEntries, clusterName, type Layers, presetEntries } from "./settings/folder.js";
import { type Complain, readRequest, requestKeys } from "./settings/request.js";
import type { VSCode } from "./vs.js";

export type { Preset } from "./settings/profiles.js";

/** LogSetting is the least grave kind of line that goes into the log. */
export type LogSetting = "off" | "error" | "warning" | "info" | "debug";

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

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
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
