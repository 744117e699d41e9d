import type { VSCode } from "../common/vscode.js";
import type { KernelRequest } from "../protocol.js";
import type { Settings } from "../settings/settings.js";
import { pickCustom } from "./custom.js";
import { compact } from "./plan.js";
import { back } from "../common/quickinput.js";
import { accountStep } from "./resources.js";
import { pickSize } from "./sizes.js";
import type { StartState } from "./state.js";
import { changeTarget, type TargetFinder, type FindOptions, withCharge } from "./target.js";
import type { Plan, StartTarget } from "./types.js";

/** PlannerDeps is what {@link createPlanner} needs. */
interface PlannerDeps {
  readonly targets: TargetFinder;
  readonly settings: Pick<Settings, "request" | "presets">;
  readonly state: StartState;
}

/** Planner asks what to start and where. Each method returns undefined if the user dismissed it. */
interface Planner {
  /** choose asks for the target, if it is not known, and for the size. */
  choose(options?: FindOptions): Promise<Plan | undefined>;
  /** last returns what was started last; without that it asks. */
  last(): Promise<Plan | undefined>;
  /** repeat returns what was started last on a cluster, or the default, with a change. */
  repeat(cluster: string, change: KernelRequest): Promise<Plan | undefined>;
  /** size asks only for the size. */
  size(where: StartTarget): Promise<Plan | undefined>;
  /** custom asks for each value, beginning with a plan's values and the cluster's current limits. */
  custom(plan: Plan): Promise<Plan | undefined>;
  /** account asks only for the account. */
  account(plan: Plan): Promise<Plan | undefined>;
}

/** createPlanner has no state of its own: it is in the start state. */
export function createPlanner(vscode: VSCode, deps: PlannerDeps): Planner {
  const { targets: finder, settings, state: memory } = deps;

  async function choose(options?: FindOptions): Promise<Plan | undefined> {
    const where = await finder.findTarget(options);
    return where && chooseSize(where);
  }

  async function chooseSize(where: StartTarget): Promise<Plan | undefined> {
    const size = await pickSize(vscode, deps, where);
    if (size === undefined || size === back) return undefined;
    switch (size.kind) {
      case "picked":
        return { target: where, picked: size.picked };
      case "power":
        return chooseCustom({ target: where, picked: {} });
      case "preset": {
        const { cluster, request } = size.preset;
        const isOtherCluster = cluster !== undefined && cluster !== where.site.cluster;
        const presetTarget = isOtherCluster ? await finder.findTarget({ cluster }) : where;
        return presetTarget && { target: presetTarget, picked: request };
      }
      case "change": {
        const changed = await changeTarget(vscode, finder, where, configured(where));
        return changed && chooseSize(changed);
      }
    }
  }

  async function chooseCustom(plan: Plan): Promise<Plan | undefined> {
    const takenNames = settings.presets().map(({ name }) => name);
    const power = await pickCustom(
      vscode,
      { settings: settings.request(), takenNames: takenNames },
      plan,
    );
    if (!power) return undefined;
    const { picked, preset } = power;
    const { cluster } = plan.target.site;
    if (preset) await memory.savePreset({ name: preset, cluster, request: picked });
    return { target: plan.target, picked };
  }

  function configured({ site }: StartTarget): KernelRequest {
    return { ...site.request, ...settings.request() };
  }

  return {
    choose,
    last: async () => {
      const where = await finder.findTarget();
      const picked = where && memory.last({ cluster: where.site.cluster, user: where.user });
      return where && (picked ? { target: where, picked } : chooseSize(where));
    },
    repeat: async (cluster, change) => {
      const where = await finder.findTarget({ cluster });
      if (!where) return undefined;
      const picked = memory.last({ cluster: where.site.cluster, user: where.user });
      return { target: where, picked: { ...picked, ...change } };
    },
    size: chooseSize,
    custom: async (plan) => {
      const where = await finder.refresh(plan.target);
      if (!where) return undefined;
      await finder.save(where);
      return chooseCustom({ ...plan, target: where });
    },
    account: async ({ target: where, picked }) => {
      const charge = { ...configured(where), ...where.charge };
      const chosen = await accountStep<KernelRequest>(vscode, where.resources)(charge, {});
      if (chosen === undefined || chosen === back) return undefined;
      const charged = withCharge(where, { account: chosen.account });
      await finder.save(charged);
      return { target: charged, picked: compact({ ...picked, account: undefined }) };
    },
  };
}
