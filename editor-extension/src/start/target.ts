import type { VSCode } from "../common/vscode.js";
import type { ClusterListResult, ClusterResourcesResult, Problem } from "../protocol.js";
import type { Server } from "../server/types.js";
import type { Settings } from "../settings/settings.js";
import { askUser, isKnown, knownUser, pickSite, siteOf } from "./clusters.js";
import { compact } from "./plan.js";
import { type Answer, back, choose, type Row } from "./quickinput.js";
import { accountStep, askCharge, askCluster, partitionStep } from "./resources.js";
import type { Memory } from "./state.js";
import type { Charge, Site, Someone, Where } from "./types.js";

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

type Part = "cluster" | "account" | "partition" | "ask";

/**
 * changeWhere lets the person change one thing about where kernels start. What they choose is
 * remembered. Back gives the place as it was.
 */
export async function changeWhere(
  vs: VSCode,
  finder: Finder,
  where: Where,
  named: Charge,
): Promise<Where | undefined> {
  const part = await choose(vs, {
    title: `Start a kernel on ${where.site.title}`,
    placeholder: "Choose what to change",
    rows: rows(vs, where, named),
    canGoBack: true,
  });
  if (part === undefined) return undefined;
  if (part === back) return where;
  const changed = await change(vs, finder, where, part, named);
  if (changed === back) return changeWhere(vs, finder, where, named);
  if (changed) await finder.remember(changed);
  return changed;
}

async function change(
  vs: VSCode,
  finder: Finder,
  where: Where,
  part: Part,
  named: Charge,
): Promise<Answer<Where>> {
  const { resources } = where;
  const current = { ...named, ...where.charge };
  const position = { canGoBack: true };
  switch (part) {
    case "cluster":
      return finder.find({ choose: true });
    case "ask":
      return (await finder.ask(where)) ?? where;
    case "account": {
      const chosen = await accountStep<Charge>(vs, resources)(current, position);
      return chosen && chosen !== back ? withCharge(where, { account: chosen.account }) : chosen;
    }
    case "partition": {
      const asks = partitionStep<Charge>(vs, resources, current.account);
      const chosen = await asks(current, position);
      return chosen && chosen !== back
        ? withCharge(where, { partition: chosen.partition })
        : chosen;
    }
  }
}

/** withCharge is a place with another account or partition. */
export function withCharge(
  where: Where,
  changed: { readonly [K in keyof Charge]: Charge[K] | undefined },
): Where {
  return { ...where, charge: compact({ ...where.charge, ...changed }) };
}

function rows(vs: VSCode, { site, user, charge }: Where, named: Charge): Row<Part>[] {
  const { account, partition } = { ...named, ...charge };
  const usual = "the cluster's default";
  return [
    {
      label: "Cluster or user name…",
      description: [site.title, user].filter(Boolean).join(", "),
      iconPath: new vs.ThemeIcon("server"),
      value: "cluster",
    },
    {
      label: "Account…",
      description: account ?? usual,
      iconPath: new vs.ThemeIcon("credit-card"),
      value: "account",
    },
    {
      label: "Partition…",
      description: partition ?? usual,
      iconPath: new vs.ThemeIcon("layers"),
      value: "partition",
    },
    {
      label: `Ask ${site.title} again what you may use`,
      iconPath: new vs.ThemeIcon("refresh"),
      value: "ask",
    },
  ];
}
