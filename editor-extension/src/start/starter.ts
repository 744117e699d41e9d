import type { Memento } from "vscode";
import type { Kernel, Kernels } from "../kernels/kernels.js";
import type { Log } from "../log.js";
import type { KernelRequest } from "../protocol.js";
import type { Server } from "../server/server.js";
import type { Settings } from "../settings.js";
import type { VSCode } from "../vs.js";
import { pickExisting } from "./existing.js";
import { type Next, showFailure } from "./failures.js";
import { createMemory } from "./memory.js";
import { createPlanner } from "./plans.js";
import { type Attempt, launch } from "./progress.js";
import { asked, over, type Plan } from "./request.js";
import { createFinder, type Someone } from "./where.js";

/** StarterDeps is what starting kernels needs. */
export interface StarterDeps {
  readonly server: Pick<Server, "request">;
  readonly kernels: Pick<Kernels, "own" | "onDidChange" | "settled" | "start" | "stop">;
  readonly settings: Pick<Settings, "defaultCluster" | "request" | "presets">;
  readonly globalState: Memento;
  readonly log: Pick<Log, "error" | "show">;
}

/**
 * Starter starts kernels, one at a time in a window. Each of its methods asks the person what
 * nobody knows, tells them of a failure and what can be done, and gives undefined when there
 * is no kernel in the end: then everything that needs saying has been said.
 */
export interface Starter {
  /** start asks what to start; with `again`, it takes what was started last. */
  start(options?: { readonly again?: boolean }): Promise<Kernel | undefined>;
  /** startOn starts a kernel like one that was, over what the settings say. */
  startOn(
    cluster: string,
    user: string | undefined,
    request: KernelRequest,
  ): Promise<Kernel | undefined>;
  /** pickCluster gives the cluster that a start would use; asked for where none is known. */
  pickCluster(): Promise<Someone | undefined>;
}

/** Planned is an attempt, and the plan that it came from. */
interface Planned extends Attempt {
  readonly plan?: Plan;
}

/** Outcome is how one attempt ended. */
type Outcome =
  | { readonly kernel: Kernel | undefined }
  | { readonly err: unknown; readonly planned: Planned | undefined };

/** brief is how long a word stays that nobody needs to act on, in milliseconds. */
const brief = 5_000;

/** createStarter has nothing to dispose: what it shows ends with each start. */
export function createStarter(vs: VSCode, deps: StarterDeps): Starter {
  const { kernels, settings, log } = deps;
  const memory = createMemory(deps.globalState);
  const finder = createFinder(vs, { ...deps, memory });
  const planner = createPlanner(vs, { finder, settings, memory });
  /** under is the start that is under way. */
  let under: Promise<Outcome> | undefined;

  /** once makes an attempt and starts it, unless another start is under way. */
  async function once(
    make: () => Promise<Planned | Kernel | undefined>,
  ): Promise<Kernel | undefined> {
    if (under) return wait(under);
    under = attempt(make);
    const outcome = await under.finally(() => (under = undefined));
    // Only now: the message stays until the person answers it, and they may start anew before.
    return "err" in outcome ? afterFailure(outcome.err, outcome.planned) : outcome.kernel;
  }

  async function attempt(make: () => Promise<Planned | Kernel | undefined>): Promise<Outcome> {
    let planned: Planned | undefined;
    try {
      const made = await make();
      if (made === undefined) vs.window.setStatusBarMessage("No kernel was started.", brief);
      if (made === undefined || "session" in made) return { kernel: made };
      planned = made;
      const kernel = await launch(vs, { kernels, log }, planned);
      if (kernel) await rememberLast(planned);
      return { kernel };
    } catch (err) {
      return { err, planned };
    }
  }

  async function rememberLast({ who, plan }: Planned): Promise<void> {
    if (!plan) return;
    await memory.setLast({ cluster: who.site.cluster, user: who.user }, plan.picked);
  }

  /** wait is what a second start does: a person seldom wants two kernels at once. */
  async function wait(first: Promise<Outcome>): Promise<Kernel | undefined> {
    const [show, join] = ["Show Progress", "Wait for It"];
    const text = "A kernel is being started already.";
    const chosen = await vs.window.showInformationMessage(text, show, join);
    if (chosen === show) await vs.commands.executeCommand("notifications.showList");
    if (chosen !== join) return undefined;
    const outcome = await first;
    return "kernel" in outcome ? outcome.kernel : undefined;
  }

  async function afterFailure(
    err: unknown,
    planned: Planned | undefined,
  ): Promise<Kernel | undefined> {
    const failed = planned && { title: planned.who.site.title, request: planned.request };
    const next = await showFailure(vs, { err, ...failed }, log);
    return next && once(() => follow(next, planned));
  }

  async function follow(next: Next, planned: Planned | undefined): Promise<Planned | undefined> {
    if (next.kind === "choose") return withPlan(await planner.choose({ choose: true }));
    if (!planned) return withPlan(await planner.choose());
    if (next.kind === "again") return planned;
    const plan = await planOf(planned);
    if (!plan) return undefined;
    switch (next.kind) {
      case "power":
        return withPlan(await planner.power(plan));
      case "account":
        return withPlan(await planner.account(plan));
      case "memory": {
        const picked = { ...plan.picked, memoryMiB: next.memoryMiB };
        return withPlan({ ...plan, picked });
      }
    }
  }

  async function planOf({ plan, who, request }: Planned): Promise<Plan | undefined> {
    if (plan) return plan;
    const where = await finder.find({ cluster: who.site.cluster, user: who.user });
    return where && { where, picked: request };
  }

  function withPlan(plan: Plan | undefined): Planned | undefined {
    return plan && { plan, who: plan.where, request: asked(plan, settings.request()) };
  }

  async function choose(): Promise<Planned | Kernel | undefined> {
    await kernels.settled();
    const usable = kernels.own.filter(({ session: { state } }) =>
      ["ready", "disconnected"].includes(state),
    );
    const chosen = usable.length > 0 ? await pickExisting(vs, usable) : "another";
    return chosen === "another" ? withPlan(await planner.choose()) : chosen;
  }

  return {
    start: ({ again } = {}) => once(again ? async () => withPlan(await planner.last()) : choose),
    startOn: (cluster, user, request) =>
      once(async () => {
        const who = await finder.someone({ cluster, ...(user === undefined ? {} : { user }) });
        return who && { who, request: over(settings.request(), request) };
      }),
    pickCluster: () => finder.someone(),
  };
}
