import type { VSCode } from "../common/vscode.js";
import type { KernelRequest } from "../protocol.js";
import type { Settings } from "../settings/settings.js";
import { pickPower } from "./custom.js";
import { compact } from "./plan.js";
import { back } from "./quickinput.js";
import { accountStep } from "./resources.js";
import { pickSize } from "./sizes.js";
import type { Memory } from "./state.js";
import { changeWhere, type Finder, type Finding, withCharge } from "./target.js";
import type { Plan, Where } from "./types.js";

/** PlannerDeps is what making a plan needs. */
export interface PlannerDeps {
  readonly finder: Finder;
  readonly settings: Pick<Settings, "request" | "presets">;
  readonly memory: Memory;
}

/** Planner asks what to start and where. Each gives undefined when the person dismissed it. */
export interface Planner {
  /** choose asks for the place, where it is not known, and for the size. */
  choose(finding?: Finding): Promise<Plan | undefined>;
  /** last is what was started last; asked for where there is nothing such. */
  last(): Promise<Plan | undefined>;
  /** again is what was started last on a cluster, or what is usual, with something changed. */
  again(cluster: string, change: KernelRequest): Promise<Plan | undefined>;
  /** size asks for the size alone. */
  size(where: Where): Promise<Plan | undefined>;
  /** power asks for each thing, beginning with a plan's values and what the cluster says now. */
  power(plan: Plan): Promise<Plan | undefined>;
  /** account asks for the account alone. */
  account(plan: Plan): Promise<Plan | undefined>;
}

/** createPlanner keeps nothing: what is to be remembered is in the memory. */
export function createPlanner(vs: VSCode, deps: PlannerDeps): Planner {
  const { finder, settings, memory } = deps;

  async function choose(finding?: Finding): Promise<Plan | undefined> {
    const where = await finder.find(finding);
    return where && chooseSize(where);
  }

  async function chooseSize(where: Where): Promise<Plan | undefined> {
    const size = await pickSize(vs, deps, where);
    if (size === undefined || size === back) return undefined;
    switch (size.kind) {
      case "picked":
        return { where, picked: size.picked };
      case "power":
        return choosePower({ where, picked: {} });
      case "preset": {
        const { cluster, request } = size.preset;
        const elsewhere = cluster !== undefined && cluster !== where.site.cluster;
        const there = elsewhere ? await finder.find({ cluster }) : where;
        return there && { where: there, picked: request };
      }
      case "change": {
        const changed = await changeWhere(vs, finder, where, named(where));
        return changed && chooseSize(changed);
      }
    }
  }

  async function choosePower(plan: Plan): Promise<Plan | undefined> {
    const taken = settings.presets().map(({ name }) => name);
    const power = await pickPower(vs, { settings: settings.request(), taken }, plan);
    if (!power) return undefined;
    const { picked, preset } = power;
    const { cluster } = plan.where.site;
    if (preset) await memory.savePreset({ name: preset, cluster, request: picked });
    return { where: plan.where, picked };
  }

  function named({ site }: Where): KernelRequest {
    return { ...site.request, ...settings.request() };
  }

  return {
    choose,
    last: async () => {
      const where = await finder.find();
      const picked = where && memory.last({ cluster: where.site.cluster, user: where.user });
      return where && (picked ? { where, picked } : chooseSize(where));
    },
    again: async (cluster, change) => {
      const where = await finder.find({ cluster });
      if (!where) return undefined;
      const picked = memory.last({ cluster: where.site.cluster, user: where.user });
      return { where, picked: { ...picked, ...change } };
    },
    size: chooseSize,
    power: async (plan) => {
      const where = await finder.ask(plan.where);
      if (!where) return undefined;
      await finder.remember(where);
      return choosePower({ ...plan, where });
    },
    account: async ({ where, picked }) => {
      const charge = { ...named(where), ...where.charge };
      const chosen = await accountStep<KernelRequest>(vs, where.resources)(charge, {});
      if (chosen === undefined || chosen === back) return undefined;
      const there = withCharge(where, { account: chosen.account });
      await finder.remember(there);
      return { where: there, picked: compact({ ...picked, account: undefined }) };
    },
  };
}
