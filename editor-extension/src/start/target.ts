import { createWarnings, openSettings } from "../common/notices.js";
import type { VSCode } from "../common/vscode.js";
import type { ClusterListResult, ClusterResourcesResult } from "../protocol.js";
import type { Server } from "../server/types.js";
import type { Settings } from "../settings/settings.js";
import { askUserName, isKnownCluster, knownUserName, pickSite, resolveSite } from "./clusters.js";
import { joinTexts } from "../text/units.js";
import { compact } from "./plan.js";
import { type Answer, back, choose, type Row, rowOf } from "../common/quickinput.js";
import { accountStep, askAccountAndPartition, fetchResources, partitionStep } from "./resources.js";
import type { StartState } from "./state.js";
import type { Charge, Site, ClusterUser, StartTarget } from "./types.js";

/** FindOptions is what is already known, and what to ask for anyway. */
export interface FindOptions {
  /** cluster is a profile, HOST or USER@HOST, instead of the one in settings or memory. */
  readonly cluster?: string;
  readonly user?: string;
  /** choose asks for the cluster and the user even if they are known. */
  readonly choose?: boolean;
}

/** TargetFinderDeps is what {@link createTargetFinder} needs. */
interface TargetFinderDeps {
  readonly server: Pick<Server, "request">;
  readonly settings: Pick<Settings, "defaultCluster" | "request">;
  readonly state: StartState;
  /** onSite is called once the cluster is known, before the user is asked for the size. */
  readonly onSite: (site: Site) => void;
}

/** TargetFinder finds where to start, and asks the user only for what is not known. */
export interface TargetFinder {
  /** findUser returns the cluster and the user, without connecting to the cluster. */
  findUser(options?: FindOptions): Promise<ClusterUser | undefined>;
  /** findTarget returns undefined if the user dismissed a question. */
  findTarget(options?: FindOptions): Promise<StartTarget | undefined>;
  /** refresh asks the cluster again what the user may use. */
  refresh(where: StartTarget): Promise<StartTarget | undefined>;
  /** save stores a target for the next start. */
  save(where: StartTarget): Promise<void>;
}

const title = "Start Sunbird kernel";

/** createTargetFinder remembers only what worked, so that a mistyped name does not come back. */
export function createTargetFinder(vscode: VSCode, deps: TargetFinderDeps): TargetFinder {
  const { server, settings, state: memory } = deps;
  const warn = createWarnings(vscode);
  /** lastTried has the last answers, which are the defaults when asking again. */
  let lastTried: ClusterUser | undefined;

  async function findUser(options: FindOptions = {}): Promise<ClusterUser | undefined> {
    const list = await server.request("cluster/list", {});
    for (const { message } of list.problems)
      warn(message, openSettings(vscode, "sunpyter.clusters"));
    const known = options.choose ? undefined : knownCluster(list, options, deps);
    for (;;) {
      const site = known ?? (await chooseSite(list));
      if (site === undefined) return undefined;
      const user = await userNameOn(site, options);
      if (user === back && known === undefined) continue;
      if (user === undefined || user === back) return undefined;
      lastTried = { site, user };
      return lastTried;
    }
  }

  async function chooseSite(list: ClusterListResult): Promise<Site | undefined> {
    const current = lastTried?.site.cluster ?? memory.cluster();
    const site = await pickSite(vscode, list, { title, ...(current ? { current } : {}) });
    return site === back ? undefined : site;
  }

  async function userNameOn(site: Site, options: FindOptions): Promise<Answer<string>> {
    const remembered = memory.user(site.cluster);
    const known = options.user ?? knownUserName(site, options.choose ? undefined : remembered);
    if (known !== undefined && !(options.choose && known === "")) return known;
    const value = lastTried?.site.cluster === site.cluster ? lastTried.user : remembered;
    return askUserName(vscode, site, { title, value });
  }

  async function findTarget(options: FindOptions = {}): Promise<StartTarget | undefined> {
    const found = await findUser(options);
    if (!found) return undefined;
    deps.onSite(found.site);
    const known = memory.resources(found);
    const resources = known ?? (await fetchResources(vscode, server, found.site, found.user));
    if (!resources) return undefined;
    const site = known ? found.site : learned(found.site, resources);
    const charge = await chargeFor({ ...found, site }, resources);
    if (!charge) return undefined;
    const environment = memory.environment(found);
    const where = { ...found, site, resources, charge, ...(environment ? { environment } : {}) };
    await save(where);
    return where;
  }

  /** chargeFor leaves out what the settings name: they may have changed since. */
  async function chargeFor(
    who: ClusterUser,
    resources: ClusterResourcesResult,
  ): Promise<Charge | undefined> {
    const set = settings.request();
    const remembered = memory.charge(who);
    if (!remembered) {
      return askAccountAndPartition(vscode, resources, { ...who.site.request, ...set });
    }
    const { account, partition } = remembered;
    return {
      ...(account && !set.account ? { account } : {}),
      ...(partition && !set.partition ? { partition } : {}),
    };
  }

  async function save(where: StartTarget): Promise<void> {
    const { cluster } = where.site;
    await memory.setCluster(cluster);
    await memory.setUser(cluster, where.user);
    await memory.setResources(where, where.resources);
    await memory.setCharge(where, where.charge);
  }

  return {
    findUser,
    findTarget,
    save,
    refresh: async (where) => {
      const resources = await fetchResources(vscode, server, where.site, where.user);
      return resources && { ...where, site: learned(where.site, resources), resources };
    },
  };
}

/** learned returns a site with the title and the defaults that it has just named, if it has. */
function learned(site: Site, { title, request }: ClusterResourcesResult): Site {
  return request ? { ...site, title, request } : site;
}

/** knownCluster returns the cluster if it need not be asked for. */
function knownCluster(
  list: ClusterListResult,
  options: FindOptions,
  { settings, state: memory }: TargetFinderDeps,
): Site | undefined {
  const named = options.cluster ?? settings.defaultCluster();
  if (named) return resolveSite(list, named);
  const remembered = memory.cluster();
  return remembered !== undefined && isKnownCluster(list, remembered)
    ? resolveSite(list, remembered)
    : undefined;
}

type Part = "cluster" | "account" | "partition" | "ask";

/**
 * changeTarget lets the user change one thing about where kernels start. The choice is
 * remembered. Back returns the target unchanged.
 */
export async function changeTarget(
  vscode: VSCode,
  targets: TargetFinder,
  where: StartTarget,
  configured: Charge,
): Promise<StartTarget | undefined> {
  const part = await choose(vscode, {
    title: `Start a kernel on ${where.site.title}`,
    placeholder: "Select what to change",
    rows: changeRows(vscode, where, configured),
    canGoBack: true,
  });
  if (part === undefined) return undefined;
  if (part === back) return where;
  const changed = await change(vscode, targets, where, part, configured);
  if (changed === back) return changeTarget(vscode, targets, where, configured);
  if (changed) await targets.save(changed);
  return changed;
}

async function change(
  vscode: VSCode,
  targets: TargetFinder,
  where: StartTarget,
  part: Part,
  configured: Charge,
): Promise<Answer<StartTarget>> {
  const { resources } = where;
  const current = { ...configured, ...where.charge };
  const position = { canGoBack: true };
  switch (part) {
    case "cluster":
      return targets.findTarget({ choose: true });
    case "ask":
      return (await targets.refresh(where)) ?? where;
    case "account": {
      const chosen = await accountStep<Charge>(vscode, resources)(current, position);
      if (!chosen || chosen === back) return chosen;
      return withCharge(where, { account: chosen.account });
    }
    case "partition": {
      const asks = partitionStep<Charge>(vscode, resources, current.account);
      const chosen = await asks(current, position);
      if (!chosen || chosen === back) return chosen;
      return withCharge(where, { partition: chosen.partition });
    }
  }
}

/** withCharge returns a target with another account or partition. */
export function withCharge(
  where: StartTarget,
  changed: { readonly [K in keyof Charge]: Charge[K] | undefined },
): StartTarget {
  return { ...where, charge: compact({ ...where.charge, ...changed }) };
}

function changeRows(
  vscode: VSCode,
  { site, user, charge }: StartTarget,
  configured: Charge,
): Row<Part>[] {
  const { account, partition } = { ...configured, ...charge };
  const clusterDefault = "cluster default";
  return [
    rowOf(vscode, "server", "cluster", {
      label: "Cluster or user name…",
      description: joinTexts(", ", [site.title, user]),
    }),
    rowOf(vscode, "credit-card", "account", {
      label: "Account…",
      description: account ?? clusterDefault,
    }),
    rowOf(vscode, "layers", "partition", {
      label: "Partition…",
      description: partition ?? clusterDefault,
    }),
    rowOf(vscode, "refresh", "ask", {
      label: `Refresh accounts and partitions from ${site.title}`,
    }),
  ];
}
