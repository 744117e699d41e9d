import type { Memento } from "vscode";
import { createTable } from "../common/table.js";
import type { ClusterResourcesResult, Environment, KernelRequest } from "../protocol.js";
import type { Preset } from "../settings/parse.js";
import type { ChosenEnvironment, Charge } from "./types.js";

/** StartState is what this computer remembers between starts. None of it is secret. */
export interface StartState {
  /** cluster is the chosen one, as requests name it. */
  cluster(): string | undefined;
  setCluster(cluster: string): Promise<void>;
  /** user is the user's name on a cluster; empty: as ssh finds it. */
  user(cluster: string): string | undefined;
  setUser(cluster: string, user: string | undefined): Promise<void>;
  /** charge is undefined for a user who was never asked. */
  charge(at: UserAtCluster): Charge | undefined;
  setCharge(at: UserAtCluster, charge: Charge): Promise<void>;
  /** resources are what the cluster last reported. */
  resources(at: UserAtCluster): ClusterResourcesResult | undefined;
  setResources(at: UserAtCluster, resources: ClusterResourcesResult | undefined): Promise<void>;
  /** environment is what was chosen for this folder; undefined: that of the settings. */
  environment(at: UserAtCluster): ChosenEnvironment | undefined;
  setEnvironment(at: UserAtCluster, environment: ChosenEnvironment | undefined): Promise<void>;
  /** last is the choice for the last kernel that became ready. */
  last(at: UserAtCluster): KernelRequest | undefined;
  setLast(at: UserAtCluster, request: KernelRequest): Promise<void>;
  /** enough is what would have been enough for the last kernel, if that is much less than it had. */
  enough(at: UserAtCluster): KernelRequest | undefined;
  setEnough(at: UserAtCluster, request: KernelRequest | undefined): Promise<void>;
  /** presets are those that the user saved here, oldest first. */
  presets(): readonly Preset[];
  savePreset(preset: Preset): Promise<void>;
  removePreset(name: string): Promise<void>;
}

/** UserAtCluster is a user of a cluster, as far as it is needed here. */
interface UserAtCluster {
  readonly site: { readonly cluster: string };
  readonly user: string;
}

/** keys are the keys in the editor's state. A new format gets a new key. */
export const keys = {
  cluster: "sunpyter.start.cluster.v1",
  users: "sunpyter.start.users.v1",
  charges: "sunpyter.start.charges.v1",
  resources: "sunpyter.start.resources.v1",
  last: "sunpyter.start.last.v1",
  enough: "sunpyter.start.enough.v1",
  presets: "sunpyter.start.presets.v1",
  environments: "sunpyter.start.environments.v1",
} as const;

/**
 * createStartState uses the editor's global state, and that of the workspace for what belongs to a
 * folder. It ignores what it cannot read.
 */
export function createStartState(state: Memento, workspace: Memento): StartState {
  const text = (value: unknown): string | undefined =>
    typeof value === "string" ? value : undefined;
  const users = createTable(state, keys.users);
  const charges = createTable(state, keys.charges);
  const resources = createTable(state, keys.resources);
  const last = createTable(state, keys.last);
  const enough = createTable(state, keys.enough);
  const environments = createTable(workspace, keys.environments);
  const presets = (): Preset[] => asArray(state.get(keys.presets)).flatMap(presetOf);
  const without = (name: string): Preset[] => presets().filter((preset) => preset.name !== name);

  return {
    cluster: () => text(state.get(keys.cluster)),
    setCluster: async (cluster) => state.update(keys.cluster, cluster),
    user: (cluster) => text(users.get(cluster)),
    setUser: (cluster, user) => users.set(cluster, user),
    charge: (at) => chargeOf(charges.get(keyOf(at))),
    setCharge: (at, charge) => charges.set(keyOf(at), charge),
    resources: (at) => resourcesOf(resources.get(keyOf(at))),
    setResources: (at, found) => resources.set(keyOf(at), found),
    environment: (at) => chosenEnvironmentOf(environments.get(keyOf(at))),
    setEnvironment: (at, environment) => environments.set(keyOf(at), environment),
    last: (at) => requestOf(last.get(keyOf(at))),
    setLast: (at, request) => last.set(keyOf(at), request),
    enough: (at) => requestOf(enough.get(keyOf(at))),
    setEnough: (at, request) => enough.set(keyOf(at), request),
    presets,
    savePreset: async (preset) => state.update(keys.presets, [...without(preset.name), preset]),
    removePreset: async (name) => state.update(keys.presets, without(name)),
  };
}

/** Members are those of a stored object. */
type Members = Readonly<Record<string, unknown>>;

function keyOf({ site, user }: UserAtCluster): string {
  return `${user}@${site.cluster}`;
}

function asObject(value: unknown): Members | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Members)
    : undefined;
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function chargeOf(value: unknown): Charge | undefined {
  const known = asObject(value);
  return known && pickTexts(known, ["account", "partition"]);
}

function chosenEnvironmentOf(value: unknown): ChosenEnvironment | undefined {
  const known = asObject(value);
  const environment = environmentOf(known?.["environment"]);
  if (typeof known?.["label"] !== "string" || !environment) return undefined;
  return { label: known["label"], environment };
}

function environmentOf(value: unknown): Environment | undefined {
  const known = asObject(value);
  if (!known) return undefined;
  const modules = asArray(known["modules"]).filter((one) => typeof one === "string");
  return {
    ...pickTexts(known, ["name", "container", "conda", "venv"]),
    ...(modules.length > 0 ? { modules } : {}),
  };
}

/** requestOf keeps the members that the user can pick, if they have the right type. */
function requestOf(value: unknown): KernelRequest | undefined {
  const known = asObject(value);
  if (!known) return undefined;
  const numbers = (["cpus", "memoryMiB", "timeLimitSeconds"] as const).flatMap((key) => {
    const n = known[key];
    return typeof n === "number" && Number.isInteger(n) && n > 0 ? [[key, n] as const] : [];
  });
  return {
    ...Object.fromEntries(numbers),
    ...pickTexts(known, ["gpus", "partition", "account", "qos"]),
  };
}

function presetOf(value: unknown): Preset[] {
  const known = asObject(value);
  const request = requestOf(known?.["request"]);
  if (typeof known?.["name"] !== "string" || known["name"] === "" || !request) return [];
  const environment = environmentOf(asObject(known["request"])?.["environment"]);
  const whole = environment ? { ...request, environment } : request;
  return [{ name: known["name"], ...pickTexts(known, ["cluster"]), request: whole }];
}

/** resourcesOf checks only those members of a stored result without which a start would fail. */
function resourcesOf(value: unknown): ClusterResourcesResult | undefined {
  const known = asObject(value);
  const complete =
    typeof known?.["title"] === "string" &&
    [known["partitions"], known["accounts"]].every(
      (rows) =>
        Array.isArray(rows) && rows.every((row) => typeof asObject(row)?.["name"] === "string"),
    );
  return complete ? (known as unknown as ClusterResourcesResult) : undefined;
}

function pickTexts<K extends string>(known: Members, names: readonly K[]): { [key in K]?: string } {
  const found = names.flatMap((key) => {
    const text = known[key];
    return typeof text === "string" && text !== "" ? [[key, text] as const] : [];
  });
  return Object.fromEntries(found) as { [key in K]?: string };
}
