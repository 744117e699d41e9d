import type { Log } from "../common/log.js";
import { showProblem } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { KernelRequest } from "../protocol.js";
import type { Server } from "../server/types.js";
import type { Settings } from "../settings/settings.js";
import { pickCustom } from "./custom.js";
import { fetchEnvironments, pickEnvironment } from "./environment.js";
import { fetchEstimates, pickEstimate } from "./estimates.js";
import { changeEnvironment, type EnvironmentChange } from "./makeenvironment.js";
import { compact, requestOf } from "./plan.js";
import { type Answer, back, type Position } from "../common/quickinput.js";
import { accountStep } from "./resources.js";
import { pickSize } from "./sizes.js";
import type { StartState } from "./state.js";
import { changeTarget, type TargetFinder, type FindOptions, withCharge } from "./target.js";
import type { ChosenEnvironment, Plan, StartTarget } from "./types.js";

/** PlannerDeps is what {@link createPlanner} needs. */
interface PlannerDeps {
  readonly targets: TargetFinder;
  readonly settings: Pick<Settings, "request" | "presets">;
  readonly state: StartState;
  readonly server: Pick<Server, "request" | "onNotification">;
  readonly log: Pick<Log, "error" | "show">;
}

/**
 * createPlanner returns functions that ask what to start and where; each returns undefined if the user
 * dismissed it. It has no state of its own: it is in the start state.
 */
export function createPlanner(vscode: VSCode, deps: PlannerDeps) {
  const { targets: finder, settings, state: memory } = deps;

  /** choose asks for the target, if it is not known, and for the size. */
  async function choose(options?: FindOptions): Promise<Plan | undefined> {
    const where = await finder.findTarget(options);
    return where && chooseSize(where);
  }

  /** chooseSize asks only for the size. */
  async function chooseSize(where: StartTarget): Promise<Plan | undefined> {
    const size = await pickSize(vscode, deps, where);
    if (size === undefined || size === back) return undefined;
    switch (size.kind) {
      case "picked":
        return { target: where, picked: size.picked };
      case "power":
        return chooseCustom({ target: where, picked: {} });
      case "environment": {
        const changed = await orBack(`prepare an environment on ${where.site.title}`, () =>
          chooseEnvironment(where, { canGoBack: true }),
        );
        return changed && chooseSize(changed === back ? where : changed);
      }
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
    const compareWith = (picked: KernelRequest) => compare({ ...plan, picked });
    const custom = { settings: settings.request(), takenNames, compare: compareWith };
    const chosen = await pickCustom(vscode, custom, plan);
    if (!chosen) return undefined;
    const { picked, preset } = chosen;
    const { cluster } = plan.target.site;
    const environment = plan.target.environment?.environment;
    const request = environment ? { ...picked, environment } : picked;
    if (preset) await memory.savePreset({ name: preset, cluster, request });
    return { target: plan.target, picked };
  }

  /** chooseEnvironment returns the target with another environment. */
  async function chooseEnvironment(
    where: StartTarget,
    position: Position = {},
  ): Promise<Answer<StartTarget>> {
    const { workingDirectory } = configured(where);
    const found = await fetchEnvironments(vscode, deps.server, where, workingDirectory);
    const chosen = found ? await pickEnvironment(vscode, found, where.environment, position) : back;
    if (chosen === undefined || chosen === back) return chosen;
    switch (chosen.kind) {
      case "settings":
        return keepEnvironment(where, undefined);
      case "environment":
        return keepEnvironment(where, chosen.environment);
      case "create":
        return make(where, { action: "create", ...(workingDirectory ? { workingDirectory } : {}) });
      case "install":
        return make(where, { action: "install", path: chosen.path });
    }
  }

  /** orBack goes back after a failure, which it shows. */
  async function orBack<T>(doing: string, work: () => Promise<Answer<T>>): Promise<Answer<T>> {
    try {
      return await work();
    } catch (err) {
      void showProblem(vscode, err, { doing, log: deps.log });
      return back;
    }
  }

  /** make returns the target with an environment that is made ready for it. */
  async function make(
    where: StartTarget,
    change: EnvironmentChange,
  ): Promise<StartTarget | undefined> {
    const environment = await changeEnvironment(vscode, deps.server, where, change);
    return environment && keepEnvironment(where, environment);
  }

  /** keepEnvironment remembers the environment for the folder. */
  async function keepEnvironment(
    where: StartTarget,
    environment: ChosenEnvironment | undefined,
  ): Promise<StartTarget> {
    await memory.setEnvironment(where, environment);
    const { site, user, resources, charge } = where;
    return { site, user, resources, charge, ...(environment ? { environment } : {}) };
  }

  async function compare(plan: Plan): Promise<Answer<KernelRequest>> {
    const { target: where, picked } = plan;
    const asked = requestOf(plan, settings.request());
    return orBack(`ask ${where.site.title} when a kernel would start`, async () => {
      const result = await fetchEstimates(vscode, deps.server, where, asked);
      return result ? pickEstimate(vscode, where, result.estimates, picked) : back;
    });
  }

  function configured({ site }: StartTarget): KernelRequest {
    return { ...site.request, ...settings.request() };
  }

  return {
    choose,
    /** last returns what was started last; without that it asks. */
    last: async (): Promise<Plan | undefined> => {
      const where = await finder.findTarget();
      const picked = where && memory.last(where);
      return where && (picked ? { target: where, picked } : chooseSize(where));
    },
    /** repeat returns what was started last on a cluster, or the default, with a change. */
    repeat: async (cluster: string, change: KernelRequest): Promise<Plan | undefined> => {
      const where = await finder.findTarget({ cluster });
      return where && { target: where, picked: { ...memory.last(where), ...change } };
    },
    size: chooseSize,
    /** custom asks for each value, beginning with a plan's values and the cluster's current limits. */
    custom: async (plan: Plan): Promise<Plan | undefined> => {
      const where = await finder.refresh(plan.target);
      if (!where) return undefined;
      await finder.save(where);
      return chooseCustom({ ...plan, target: where });
    },
    /** environment asks only for the environment. It rejects if that cannot be had. */
    environment: async ({ target: where, picked }: Plan): Promise<Plan | undefined> => {
      const changed = await chooseEnvironment(where);
      return changed && changed !== back ? { target: changed, picked: unnamed(picked) } : undefined;
    },
    /** change creates an environment for the plan, or installs ipykernel in the one that it has. */
    change: async (plan: Plan, change: EnvironmentChange): Promise<Plan | undefined> => {
      const { target: where, picked } = plan;
      if (change.action === "install") {
        return (await changeEnvironment(vscode, deps.server, where, change)) && plan;
      }
      const changed = await make(where, change);
      return changed && { target: changed, picked: unnamed(picked) };
    },
    /** account asks only for the account. */
    account: async ({ target: where, picked }: Plan): Promise<Plan | undefined> => {
      const charge = { ...configured(where), ...where.charge };
      const chosen = await accountStep<KernelRequest>(vscode, where.resources)(charge, {});
      if (chosen === undefined || chosen === back) return undefined;
      const charged = withCharge(where, { account: chosen.account });
      await finder.save(charged);
      return { target: charged, picked: compact({ ...picked, account: undefined }) };
    },
  };
}

/** unnamed leaves out the environment, so that the folder's is used. */
function unnamed(picked: KernelRequest): KernelRequest {
  return compact({ ...picked, environment: undefined });
}
