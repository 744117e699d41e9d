import type { Memento } from "vscode";
import type { Log } from "../common/log.js";
import { hasCode } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernel, Kernels } from "../kernels/types.js";
import type { CopyOffer, CopyOffers } from "../project/offers.js";
import { type KernelRequest, ProblemCode, type Session } from "../protocol.js";
import type { Server } from "../server/types.js";
import type { Settings } from "../settings/settings.js";
import { describeResources, isUsable, timeLeft, locationOf } from "../text/session.js";
import { type NextStep, showFailure } from "./failures.js";
import {
  requestOf,
  describeEnvironment,
  effectiveRequest,
  environmentOf,
  mergeRequests,
  describeTarget,
  describeSizeOn,
} from "./plan.js";
import { createPlanner } from "./planner.js";
import { type LaunchDeps, type StartAttempt, launch } from "./progress.js";
import { back, choose, rowOf } from "../common/quickinput.js";
import { joinTexts } from "../text/units.js";
import type { StartQuestion } from "./question.js";
import { createStartState } from "./state.js";
import { createTargetFinder } from "./target.js";
import type { Plan, Site, ClusterUser } from "./types.js";

/** StarterDeps is what {@link createStarter} needs. */
export interface StarterDeps {
  readonly server: Pick<Server, "request" | "onNotification">;
  /** question is what the program may ask before the job waits in the queue. */
  readonly question: Pick<StartQuestion, "takeAnswer">;
  readonly kernels: Pick<Kernels, "own" | "onDidChange" | "restored" | "start" | "stop">;
  readonly settings: Pick<Settings, "defaultCluster" | "request" | "presets">;
  readonly globalState: Memento;
  readonly workspaceState: Memento;
  /** offers offer to copy the notebook's folder, and onCopied is called when that was done. */
  readonly offers: CopyOffers;
  readonly onCopied: LaunchDeps["onCopied"];
  /** onSite is called once the cluster of a start is known, before the user is asked for the size. */
  readonly onSite: (site: Site) => void;
  readonly log: Pick<Log, "error" | "show">;
}

/** Launch starts a planned kernel. */
export type Launch = () => Promise<Kernel | undefined>;

/** LaunchInSlot runs a launch once it is known on which cluster the kernel will be. */
export type LaunchInSlot = (site: Site, launch: Launch) => Promise<Kernel | undefined>;

/** StartOptions are how a start differs from the default. */
export interface StartOptions {
  readonly repeatLast?: boolean;
  readonly launchInSlot?: LaunchInSlot;
}

/** CellStart is a kernel that a cell needs. */
export interface CellStart {
  readonly cluster: string;
  /** ask is false for users who never want to be asked. */
  readonly ask: boolean;
  /** change is what must be different from the last kernel, and why is the reason for the user. */
  readonly change: KernelRequest;
  readonly why: string;
  /** signal is aborted when the cell no longer needs it. */
  readonly signal: AbortSignal;
  /** launchInSlot is for another attempt, after a failure: the first one is in its place already. */
  readonly launchInSlot: LaunchInSlot;
}

/**
 * Starter starts kernels, one at a time in a window. Each of its methods asks the user what is not
 * known, reports failures with advice, and returns undefined if there is no kernel in the
 * end, which has then been reported.
 */
export interface Starter {
  /** startButton asks what to start; with `again`, it takes what was started last. */
  start(options?: StartOptions): Promise<Kernel | undefined>;
  /** startOn starts a kernel like an earlier one, whose values override the settings. */
  startOn(
    cluster: string,
    user: string | undefined,
    request: KernelRequest,
    launchInSlot?: LaunchInSlot,
  ): Promise<Kernel | undefined>;
  /**
   * startForCell starts the last resources again, after one question. It waits for a start that is
   * in progress. It reports a failure and also rejects with it, since the cell waits.
   */
  startForCell(cell: CellStart): Promise<Kernel | undefined>;
  /** pickCluster returns the cluster that a start would use; it asks if none is known. */
  pickCluster(): Promise<ClusterUser | undefined>;
}

/** PlannedStart is an attempt, and the plan that it came from. */
interface PlannedStart extends StartAttempt {
  readonly plan?: Plan;
}

/** Failure is an attempt that failed. */
interface Failure {
  readonly err: unknown;
  readonly planned: PlannedStart | undefined;
}

/** Outcome is how one attempt ended. */
type Outcome = { readonly kernel: Kernel | undefined } | Failure;

/** Attempt is how a start is planned and made. */
interface Attempt {
  /** make asks the user what to start; it may return an existing kernel. */
  readonly make: () => Promise<PlannedStart | Kernel | undefined>;
  readonly launchInSlot: LaunchInSlot;
  /** repeat takes the last answer about the notebook's folder, instead of asking again. */
  readonly repeat: boolean;
  /** previous is the start that failed before this one. */
  readonly previous?: PlannedStart | undefined;
}

const justLaunch: LaunchInSlot = (_site, launch) => launch();

/** statusMessageTime is how long a message without an action is shown, in milliseconds. */
const statusMessageTime = 5_000;

/** isAborted reads a signal again: the compiler assumes that its value cannot change. */
function isAborted({ aborted }: AbortSignal): boolean {
  return aborted;
}

/** createStarter has nothing to dispose: what it shows is closed after each start. */
export function createStarter(vscode: VSCode, deps: StarterDeps): Starter {
  const { kernels, settings, offers, question, log } = deps;
  const state = createStartState(deps.globalState, deps.workspaceState);
  const targets = createTargetFinder(vscode, { ...deps, state });
  const planner = createPlanner(vscode, { ...deps, targets, state });
  /** current is the start in progress. */
  let current: Promise<Outcome> | undefined;

  /** startUnlessBusy makes an attempt and starts it, unless another start is in progress. */
  async function startUnlessBusy(attempt: Attempt): Promise<Kernel | undefined> {
    if (current) return offerToWait(current);
    const outcome = await run(attempt);
    // Only now: the message stays until it is answered, and the user may start another kernel before.
    return "err" in outcome ? afterFailure(outcome, attempt.launchInSlot) : outcome.kernel;
  }

  async function run(attempt: Attempt): Promise<Outcome> {
    current = outcomeOf(attempt);
    return current.finally(() => (current = undefined));
  }

  async function outcomeOf({ make, launchInSlot, repeat, previous }: Attempt): Promise<Outcome> {
    let planned = previous;
    question.takeAnswer(); // that of an earlier start
    try {
      const offer = offers.begin();
      const made = await make();
      if (made && "session" in made) return { kernel: made };
      const result = made && (await withCopy(made, offer, repeat));
      if (result === undefined) {
        reportNone();
        return { kernel: undefined };
      }
      planned = result;
      const kernel = await launchInSlot(result.user.site, () => launchWithCopy(result));
      if (kernel) await rememberLast(planned);
      return { kernel };
    } catch (err) {
      return { err, planned };
    }
  }

  function reportNone(): void {
    vscode.window.setStatusBarMessage("No kernel was started.", statusMessageTime);
  }

  /** withCopy asks what to do about the notebook's folder, if that is not known. */
  async function withCopy(
    planned: PlannedStart,
    offer: CopyOffer,
    repeat: boolean,
  ): Promise<PlannedStart | undefined> {
    const copy = planned.copy ?? (await offer.choose(planned.user.site.title, repeat));
    return copy && !planned.signal?.aborted ? { ...planned, copy } : undefined;
  }

  /** launchWithCopy asks again if the folder cannot be copied as it was to be. */
  async function launchWithCopy(planned: PlannedStart): Promise<Kernel | undefined> {
    try {
      return await launch(vscode, deps, planned);
    } catch (err) {
      const { project } = planned.copy ?? {};
      const { title } = planned.user.site;
      const copy = project && (await offers.afterRefusal(err, project, title));
      if (copy === undefined) throw err;
      return copy === "dismissed" ? undefined : launchWithCopy({ ...planned, copy });
    }
  }

  async function rememberLast({ user: who, plan }: PlannedStart): Promise<void> {
    if (!plan) return;
    await state.setLast(who, plan.picked);
    const environment = environmentOf(plan.picked); // a preset's, which is now the folder's
    if (!environment) return;
    await state.setEnvironment(who, { label: describeEnvironment(environment), environment });
  }

  /** offerToWait handles a second start: users rarely want two kernels at once. */
  async function offerToWait(first: Promise<Outcome>): Promise<Kernel | undefined> {
    const [show, join] = ["Show Progress", "Wait for It"];
    const text = "A kernel is already starting.";
    const chosen = await vscode.window.showInformationMessage(text, show, join);
    if (chosen === show) await vscode.commands.executeCommand("notifications.showList");
    if (chosen !== join) return undefined;
    const outcome = await first;
    return "kernel" in outcome ? outcome.kernel : undefined;
  }

  async function afterFailure(
    { err, planned }: Failure,
    launchInSlot: LaunchInSlot,
  ): Promise<Kernel | undefined> {
    const answer = question.takeAnswer();
    if (answer === "" && hasCode(err, ProblemCode.JupyterMissing)) {
      reportNone();
      return undefined;
    }
    const failed = planned && { title: planned.user.site.title, request: planned.request };
    const next = await showFailure(vscode, { err, ...failed, ...(answer ? { answer } : {}) }, log);
    if (!next) return undefined;
    const make = () => planNext(next, planned);
    const previous = next.kind === "choose" ? undefined : planned;
    return startUnlessBusy({ make, launchInSlot, repeat: true, previous });
  }

  async function planNext(
    next: NextStep,
    planned: PlannedStart | undefined,
  ): Promise<PlannedStart | undefined> {
    if (next.kind === "choose") return withPlan(await planner.choose({ choose: true }));
    if (!planned) return withPlan(await planner.choose());
    if (next.kind === "again") return planned;
    const plan = await planOf(planned);
    if (!plan) return undefined;
    switch (next.kind) {
      case "power":
        return withPlan(await planner.custom(plan));
      case "account":
        return withPlan(await planner.account(plan));
      case "environment":
        return withPlan(await planner.environment(plan));
      case "change":
        return withPlan(await planner.change(plan, next.change));
      case "memory": {
        const picked = { ...plan.picked, memoryMiB: next.memoryMiB };
        return withPlan({ ...plan, picked });
      }
    }
  }

  async function planOf({ plan, user: who, request }: PlannedStart): Promise<Plan | undefined> {
    if (plan) return plan;
    const where = await targets.findTarget({ cluster: who.site.cluster, user: who.user });
    return where && { target: where, picked: request };
  }

  function withPlan(plan: Plan | undefined): PlannedStart | undefined {
    return plan && { plan, user: plan.target, request: requestOf(plan, settings.request()) };
  }

  async function choose(): Promise<PlannedStart | Kernel | undefined> {
    await kernels.restored();
    const usable = kernels.own.filter(({ session }) => isUsable(session));
    const chosen = usable.length > 0 ? await pickExisting(vscode, usable) : "another";
    return chosen === "another" ? withPlan(await planner.choose()) : chosen;
  }

  async function planForCell(cell: CellStart): Promise<PlannedStart | undefined> {
    const { cluster, ask, change, why, signal } = cell;
    if (signal.aborted) return undefined;
    const plan = await planner.repeat(cluster, change);
    if (!plan || isAborted(signal)) return undefined;
    const answer = ask ? await confirmStart(vscode, plan, settings.request(), why) : "start";
    const planned = withPlan(answer === "more" ? await planner.size(plan.target) : answer && plan);
    return planned && !isAborted(signal) ? { ...planned, signal } : undefined;
  }

  return {
    start: ({ repeatLast: repeat = false, launchInSlot = justLaunch } = {}) => {
      const make = repeat ? async () => withPlan(await planner.last()) : choose;
      return startUnlessBusy({ make, launchInSlot, repeat });
    },
    startOn: (cluster, user, request, launchInSlot = justLaunch) => {
      const make = async () => {
        const found = await targets.findUser({ cluster, ...(user === undefined ? {} : { user }) });
        return found && { user: found, request: mergeRequests(settings.request(), request) };
      };
      return startUnlessBusy({ make, launchInSlot, repeat: true });
    },
    startForCell: async (cell) => {
      while (current) await current;
      const make = () => planForCell(cell);
      const outcome = await run({ make, launchInSlot: justLaunch, repeat: true });
      if (!("err" in outcome)) return outcome.kernel;
      if (!cell.signal.aborted) void afterFailure(outcome, cell.launchInSlot);
      throw outcome.err;
    },
    pickCluster: () => targets.findUser(),
  };
}

/**
 * pickExisting offers this window's kernels first, since nodes are scarce. It
 * returns "another" for a new one, and undefined if the user dismissed the question.
 */
async function pickExisting(
  vscode: VSCode,
  kernels: readonly Kernel[],
): Promise<Kernel | "another" | undefined> {
  const chosen = await choose<Kernel | "another">(vscode, {
    title: "Start Sunbird kernel",
    placeholder: "This window already has a kernel",
    rows: [
      ...kernels.map((kernel) =>
        rowOf<Kernel | "another">(vscode, "server-environment", kernel, {
          label: `Use the kernel on ${locationOf(kernel.session)}`,
          description: describeKernel(kernel.session),
        }),
      ),
      rowOf<Kernel | "another">(vscode, "add", "another", { label: "Start another kernel…" }),
    ],
  });
  return chosen === back ? undefined : chosen;
}

function describeKernel(session: Session): string {
  const left = timeLeft(session, new Date());
  return joinTexts(" · ", [describeResources(session), left && `${left} left`]);
}

/**
 * confirmStart asks whether to start a kernel for a cell that is being run. It is a dialog: the user
 * has just run a cell, and waits. `why` says what happened to the last kernel.
 */
async function confirmStart(
  vscode: VSCode,
  plan: Plan,
  settings: KernelRequest,
  why: string,
): Promise<"start" | "more" | undefined> {
  const [start, more] = ["Start", "More Resources…"];
  const request = effectiveRequest(plan, settings);
  const text = `Start a kernel on ${plan.target.site.title}? ${describeSizeOn(plan.target, request)}`;
  const options = {
    modal: true,
    detail: joinTexts("\n\n", [why, describeTarget(plan.target, request)]),
  };
  const chosen = await vscode.window.showInformationMessage(text, options, start, more);
  if (chosen === more) return "more";
  return chosen === start ? "start" : undefined;
}
