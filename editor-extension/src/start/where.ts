import type { ClusterListResult, ClusterResourcesResult, Problem } from "../protocol.js";
import type { Server } from "../server/server.js";
import type { Settings } from "../settings.js";
import type { VSCode } from "../vs.js";
import { back } from "./ask.js";
import { isKnown, pickSite, type Site, siteOf } from "./clusters.js";
import type { Charge, Memory } from "./memory.js";
import { askCharge, askCluster } from "./resources.js";
import { askUser, knownUser } from "./user.js";

/** Where is a cluster, who the user is there, and what they may use. */
export interface Where {
  readonly site: Site;
  /** user is the user's name; empty: as ssh finds it. */
  readonly user: string;
  readonly resources: ClusterResourcesResult;
  /** charge is what was chosen of accounts and partitions. */
  readonly charge: Charge;
}

/** Someone is a user of a cluster. */
export type Someone = Pick<Where, "site" | "user">;

/** Finding says what is known already, and what to ask for although it is known. */
export interface Finding {
  /** cluster is a profile, HOST or USER@HOST, instead of the one in settings or memory. */
  readonly cluster?: string;
  readonly user?: string;
  /** choose asks for the cluster and the user though they are known. */
  readonly choose?: boolean;
}

/** WhereDeps is what finding the place needs. */
export interface WhereDeps {
  readonly server: Pick<Server, "request">;
  readonly settings: Pick<Settings, "defaultCluster" | "request">;
  readonly memory: Memory;
}

/** Finder finds where to start, and asks the person only for what nobody knows. */
export interface Finder {
  /** someone gives the cluster and the user, without asking the cluster anything. */
  someone(finding?: Finding): Promise<Someone | undefined>;
  /** find gives undefined when the person dismissed a question. */
  find(finding?: Finding): Promise<Where | undefined>;
  /** ask asks the cluster again what the user may use. */
  ask(where: Where): Promise<Where | undefined>;
  /** remember keeps a place for the next start. */
  remember(where: Where): Promise<void>;
}

const title = "Start Sunbird kernel";

/** createFinder keeps in memory what worked: a mistyped name is not met again. */
export function createFinder(vs: VSCode, deps: WhereDeps): Finder {
  const { server, settings, memory } = deps;
  const tell = createTelling(vs);
  /** tried is what was meant last: the answers to begin with when they are asked for anew. */
  let tried: Someone | undefined;

  async function someone(finding: Finding = {}): Promise<Someone | undefined> {
    const list = await server.request("cluster/list", {});
    tell(list.problems);
    const known = finding.choose ? undefined : knownCluster(list, finding, deps);
    for (;;) {
      const site = known ?? (await choosePlace(list));
      if (site === undefined) return undefined;
      const user = await userOn(site, finding);
      if (user === back && known === undefined) continue;
      if (user === undefined || user === back) return undefined;
      tried = { site, user };
      return tried;
    }
  }

  async function choosePlace(list: ClusterListResult): Promise<Site | undefined> {
    const current = tried?.site.cluster ?? memory.cluster();
    const site = await pickSite(vs, list, { title, ...(current ? { current } : {}) });
    return site === back ? undefined : site;
  }

  async function userOn(site: Site, finding: Finding): Promise<string | typeof back | undefined> {
    const remembered = memory.user(site.cluster);
    const known = finding.user ?? knownUser(site, finding.choose ? undefined : remembered);
    if (known !== undefined && !(finding.choose && known === "")) return known;
    const value = tried?.site.cluster === site.cluster ? tried.user : remembered;
    return askUser(vs, site, { title, value });
  }

  async function find(finding: Finding = {}): Promise<Where | undefined> {
    const who = await someone(finding);
    if (!who) return undefined;
    const at = { cluster: who.site.cluster, user: who.user };
    const resources = memory.resources(at) ?? (await askCluster(vs, server, who.site, who.user));
    if (!resources) return undefined;
    const charge = await chargeFor(who, resources);
    if (!charge) return undefined;
    const where = { ...who, resources, charge };
    await remember(where);
    return where;
  }

  /** chargeFor leaves out what the settings name: they may have changed since it was chosen. */
  async function chargeFor(
    { site, user }: Someone,
    resources: ClusterResourcesResult,
  ): Promise<Charge | undefined> {
    const set = settings.request();
    const remembered = memory.charge({ cluster: site.cluster, user });
    if (!remembered) return askCharge(vs, resources, { ...site.request, ...set });
    const { account, partition } = remembered;
    return {
      ...(account && !set.account ? { account } : {}),
      ...(partition && !set.partition ? { partition } : {}),
    };
  }

  async function remember({ site, user, resources, charge }: Where): Promise<void> {
    const at = { cluster: site.cluster, user };
    await memory.setCluster(site.cluster);
    await memory.setUser(site.cluster, user);
    await memory.setResources(at, resources);
    await memory.setCharge(at, charge);
  }

  return {
    someone,
    find,
    remember,
    ask: async (where) => {
      const resources = await askCluster(vs, server, where.site, where.user);
      return resources && { ...where, resources };
    },
  };
}

/** knownCluster is the one that need not be asked for, if there is one. */
function knownCluster(
  list: ClusterListResult,
  finding: Finding,
  { settings, memory }: WhereDeps,
): Site | undefined {
  const named = finding.cluster ?? settings.defaultCluster();
  if (named) return siteOf(list, named);
  const remembered = memory.cluster();
  return remembered !== undefined && isKnown(list, remembered)
    ? siteOf(list, remembered)
    : undefined;
}

/** createTelling shows each mistake in a configuration once while the window lives. */
function createTelling(vs: VSCode): (problems: readonly Problem[]) => void {
  const told = new Set<string>();
  return (problems) => {
    for (const { message } of problems.filter(({ message }) => !told.has(message))) {
      told.add(message);
      void vs.window
        .showWarningMessage(message, "Open Settings")
        .then((button) =>
          button
            ? vs.commands.executeCommand("workbench.action.openSettings", "sunpyter.clusters")
            : undefined,
        );
    }
  };
}
