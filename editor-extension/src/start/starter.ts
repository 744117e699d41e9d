import type { Memento } from "vscode";
import type { Log } from "../common/log.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernel, Kernels } from "../kernels/types.js";
import type { KernelRequest, Session } from "../protocol.js";
import type { Server } from "../server/types.js";
import type { Settings } from "../settings/settings.js";
import { resources, timeLeft, where } from "../text/session.js";
import { type Next, showFailure } from "./failures.js";
import { asked, effective, over, place, sizeIn } from "./plan.js";
import { createPlanner } from "./planner.js";
import { type Attempt, launch } from "./progress.js";
import { back, choose } from "./quickinput.js";
import { createMemory } from "./state.js";
import { createFinder } from "./target.js";
import type { Plan, Site, Someone } from "./types.js";

/** StarterDeps is what starting kernels needs. */
export interface StarterDeps {
  readonly server: Pick<Server, "request">;
  readonly kernels: Pick<Kernels, "own" | "onDidChange" | "settled" | "start" | "stop">;
  readonly settings: Pick<Settings, "defaultCluster" | "request" | "presets">;
  readonly globalState: Memento;
  readonly log: Pick<Log, "error" | "show">;
}

/** Launch starts the kernel that was planned. */
export type Launch = () => Promise<Kernel | undefined>;

/** Placing runs a launch once it is known on which cluster the kernel will be. */
export type Placing = (site: Site, launch: Launch) => Promise<Kernel | undefined>;

/** StartOptions are how a start differs from the usual one. */
export interface StartOptions {
  readonly again?: boolean;
  readonly placing?: Placing;
}

/** ForCell is a kernel that a cell needs. */
export interface ForCell {
  readonly cluster: string;
  /** ask is false for users who never want to be asked. */
  readonly ask: boolean;
  /** change is what must be different from the last kernel, and why says it to the user. */
  readonly change: KernelRequest;
  readonly why: string;
  /** signal is aborted when the cell does not need it any more. */
  readonly signal: AbortSignal;
  /** placing is for another attempt, after a failure: the first one is in its place already. */
  readonly placing: Placing;
}

/**
 * Starter starts kernels, one at a time in a window. Each of its methods asks the user what is not
 * known, reports failures with what can be done, and returns undefined when there is no kernel in the
 * end: then everything that needs saying has been said.
 */
export interface Starter {
  /** start asks what to start; with `again`, it takes what was started last. */
  start(options?: StartOptions): Promise<Kernel | undefined>;
  /** startOn starts a kernel like an earlier one, over what the settings say. */
  startOn(
    cluster: string,
    user: string | undefined,
    request: KernelRequest,
    placing?: Placing,
  ): Promise<Kernel | undefined>;
  /**
   * startForCell starts what was started last, after one question. It waits for a start that is
   * under way. It rejects with a failure as well as reporting it, since the cell waits.
   */
  startForCell(cell: ForCell): Promise<Kernel | undefined>;
  /** pickCluster returns the cluster that a start would use; it asks where none is known. */
  pickCluster(): Promise<Someone | undefined>;
}

/** Planned is an attempt, and the plan that it came from. */
interface Planned extends Attempt {
  readonly plan?: Plan;
}

/** Failure is an attempt that failed. */
interface Failure {
  readonly err: unknown;
  readonly planned: Planned | undefined;
}

/** Outcome is how one attempt ended. */
type Outcome = { readonly kernel: Kernel | undefined } | Failure;

/** Make asks the user what to start; a kernel is one that exists already. */
type Make = () => Promise<Planned | Kernel | undefined>;

const anywhere: Placing = (_site, launch) => launch();

/** brief is how long a word stays that nobody needs to act on, in milliseconds. */
const brief = 5_000;

/** isAborted asks a signal again: the compiler takes its first answer for the last. */
function isAborted({ aborted }: AbortSignal): boolean {
  return aborted;
}

/** createStarter has nothing to dispose: what it shows ends with each start. */
export function createStarter(vs: VSCode, deps: StarterDeps): Starter {
  const { kernels, settings, log } = deps;
  const memory = createMemory(deps.globalState);
  const finder = createFinder(vs, { ...deps, memory });
  const planner = createPlanner(vs, { finder, settings, memory });
  /** under is the start that is under way. */
  let under: Promise<Outcome> | undefined;

  /** once makes an attempt and starts it, unless another start is under way. */
  async function once(make: Make, placing: Placing): Promise<Kernel | undefined> {
    if (under) return wait(under);
    const outcome = await begin(make, placing);
    // Only now: the message stays until it is answered, and the user may start anew before.
    return "err" in outcome ? afterFailure(outcome, placing) : outcome.kernel;
  }

  async function begin(make: Make, placing: Placing): Promise<Outcome> {
    under = attempt(make, placing);
    return under.finally(() => (under = undefined));
  }

  async function attempt(make: Make, placing: Placing): Promise<Outcome> {
    let planned: Planned | undefined;
    try {
      const made = await make();
      if (made === undefined) vs.window.setStatusBarMessage("No kernel was started.", brief);
      if (made === undefined || "session" in made) return { kernel: made };
      planned = made;
      const kernel = await placing(made.who.site, () => launch(vs, { kernels, log }, made));
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
    { err, planned }: Failure,
    placing: Placing,
  ): Promise<Kernel | undefined> {
    const failed = planned && { title: planned.who.site.title, request: planned.request };
    const next = await showFailure(vs, { err, ...failed }, log);
    return next && once(() => follow(next, planned), placing);
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

  async function planForCell(cell: ForCell): Promise<Planned | undefined> {
    const { cluster, ask, change, why, signal } = cell;
    if (signal.aborted) return undefined;
    const plan = await planner.again(cluster, change);
    if (!plan || isAborted(signal)) return undefined;
    const answer = ask ? await confirmStart(vs, plan, settings.request(), why) : "start";
    const planned = withPlan(answer === "more" ? await planner.size(plan.where) : answer && plan);
    return planned && !isAborted(signal) ? { ...planned, signal } : undefined;
  }

  return {
    start: ({ again, placing = anywhere } = {}) =>
      once(again ? async () => withPlan(await planner.last()) : choose, placing),
    startOn: (cluster, user, request, placing = anywhere) =>
      once(async () => {
        const who = await finder.someone({ cluster, ...(user === undefined ? {} : { user }) });
        return who && { who, request: over(settings.request(), request) };
      }, placing),
    startForCell: async (cell) => {
      while (under) await under;
      const outcome = await begin(() => planForCell(cell), anywhere);
      if (!("err" in outcome)) return outcome.kernel;
      if (!cell.signal.aborted) void afterFailure(outcome, cell.placing);
      throw outcome.err;
    },
    pickCluster: () => finder.someone(),
  };
}

/**
 * pickExisting asks whether one of this window's kernels will do, since nodes are scarce. It
 * gives "another" for a new one, and undefined when the person dismissed the question.
 */
export async function pickExisting(
  vs: VSCode,
  kernels: readonly Kernel[],
): Promise<Kernel | "another" | undefined> {
  const chosen = await choose<Kernel | "another">(vs, {
    title: "Start Sunbird kernel",
    placeholder: "This window has a kernel already",
    rows: [
      ...kernels.map((kernel) => ({
        label: `Use the kernel on ${where(kernel.session)}`,
        description: facts(kernel.session),
        iconPath: new vs.ThemeIcon("server-environment"),
        value: kernel,
      })),
      {
        label: "Start another kernel…",
        iconPath: new vs.ThemeIcon("add"),
        value: "another" as const,
      },
    ],
  });
  return chosen === back ? undefined : chosen;
}

function facts(session: Session): string {
  const left = timeLeft(session, new Date());
  return [resources(session), left && `${left} left`].filter(Boolean).join(" · ");
}

/** Confirmed is the answer to the question before a cell starts a kernel. */
export type Confirmed = "start" | "more" | undefined;

const start = "Start";

const more = "More Resources…";

/**
 * confirmStart asks whether to start a kernel for a cell that is being run. It is a dialog: the user
 * has just asked for something, and waits. `why` says what became of the last one.
 */
export async function confirmStart(
  vs: VSCode,
  plan: Plan,
  settings: KernelRequest,
  why: string,
): Promise<Confirmed> {
  const request = effective(plan, settings);
  const text = `Start a kernel on ${plan.where.site.title}? ${sizeIn(plan.where, request)}`;
  const detail = [why, place(plan.where, request)].filter(Boolean).join("\n\n");
  const chosen = await vs.window.showInformationMessage(text, { modal: true, detail }, start, more);
  if (chosen === more) return "more";
  return chosen === start ? "start" : undefined;
}
