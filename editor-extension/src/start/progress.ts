import type { CancellationToken, Disposable, Progress } from "vscode";
import type { Log } from "../common/log.js";
import { hasCode, isCancelled } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernel, Kernels } from "../kernels/types.js";
import { type KernelRequest, ProblemCode, type Session } from "../protocol.js";
import { clock, duration } from "../text/units.js";
import type { Someone } from "./types.js";

/** Attempt is a request on its way to a cluster. */
export interface Attempt {
  readonly who: Someone;
  readonly request: KernelRequest;
  /** signal cancels it, as the notification's button does. */
  readonly signal?: AbortSignal;
}

/** LaunchDeps is what a start with its notification needs. */
export interface LaunchDeps {
  readonly kernels: Pick<Kernels, "own" | "onDidChange" | "start" | "stop">;
  readonly log: Pick<Log, "show">;
}

/** again is how often the length of a wait is told anew, in ms. */
const again = 15_000;

/** keptByDefault is how long a job goes on unseen where nobody says otherwise, in seconds. */
const keptByDefault = 15 * 60;

/**
 * launch starts a kernel and shows how far it is, with a button that cancels. It gives
 * undefined once the person cancelled and was told what became of the job.
 */
export async function launch(
  vs: VSCode,
  deps: LaunchDeps,
  attempt: Attempt,
): Promise<Kernel | undefined> {
  const { who, request } = attempt;
  const options = {
    location: vs.ProgressLocation.Notification,
    cancellable: true,
    title: `Starting a kernel on ${who.site.title}`,
  };
  const params = {
    cluster: who.site.cluster,
    ...(who.user ? { user: who.user } : {}),
    request,
  };
  let session: Session | undefined;
  return vs.window.withProgress(options, async (progress, button) => {
    const cancelling = cancelledBy(vs, button, attempt.signal);
    const { token } = cancelling;
    const following = follow(deps.kernels, progress, (newest) => (session = newest));
    try {
      const kernel = await deps.kernels.start(params, { token });
      // Cancel came too late for the request, but in time for the job.
      if (token.isCancellationRequested) await deps.kernels.stop(kernel.session.id);
      else return kernel;
    } catch (err) {
      const unconfirmed = hasCode(err, ProblemCode.ReleaseUnconfirmed);
      if (!isCancelled(err) && !(unconfirmed && token.isCancellationRequested)) throw err;
      if (unconfirmed) {
        tellUnconfirmed(vs, deps, who, session?.graceSeconds ?? request.graceSeconds);
        return undefined;
      }
    } finally {
      following.dispose();
      cancelling.dispose();
    }
    // Who stopped it in another way was told there.
    if (token.isCancellationRequested) {
      void vs.window.showInformationMessage(`Cancelled. Nothing is left on ${who.site.title}.`);
    }
    return undefined;
  });
}

/** cancelledBy makes one token of a notification's button and a signal. */
function cancelledBy(
  vs: VSCode,
  button: CancellationToken,
  signal?: AbortSignal,
): { token: CancellationToken } & Disposable {
  const source = new vs.CancellationTokenSource();
  const cancel = (): void => {
    source.cancel();
  };
  const pressed = button.onCancellationRequested(cancel);
  signal?.addEventListener("abort", cancel);
  if (signal?.aborted) cancel();
  return {
    token: source.token,
    dispose: () => {
      pressed.dispose();
      signal?.removeEventListener("abort", cancel);
    },
  };
}

function tellUnconfirmed(
  vs: VSCode,
  { log }: LaunchDeps,
  { site }: Someone,
  keptSeconds = keptByDefault,
): void {
  const text =
    `Cancelled, but ${site.title} has not confirmed it. ` +
    `If a job is still there, it ends by itself within ${duration(keptSeconds)}.`;
  void vs.window.showWarningMessage(text, "Show Log").then((button) => {
    if (button) log.show();
  });
}

/** follow tells of each stage of the one kernel that begins from now on. */
function follow(
  kernels: LaunchDeps["kernels"],
  progress: Progress<{ message?: string }>,
  heard: (session: Session) => void,
): Disposable {
  const known = new Set(kernels.own.map(({ session }) => session.id));
  const begun = new Date();
  let newest: Session | undefined;
  let told = "";
  const tell = (message: string): void => {
    if (message !== told) progress.report({ message });
    told = message;
  };
  const tellStage = (): void => {
    if (!newest || newest.state === "ready") return;
    const submitted = newest.submittedAt ? new Date(newest.submittedAt) : begun;
    tell(stage(newest, submitted, new Date()));
  };
  tell("Connecting…");
  const listening = kernels.onDidChange(({ kernel: { session }, before }) => {
    const ours = newest
      ? session.id === newest.id
      : isNew(session, before) && !known.has(session.id);
    if (!ours) return;
    newest = session;
    heard(session);
    tellStage();
  });
  const timer = setInterval(tellStage, again);
  return {
    dispose: () => {
      listening.dispose();
      clearInterval(timer);
    },
  };
}

/** isNew tells a kernel that begins from one that is taken over. */
function isNew(session: Session, before: Session | undefined): boolean {
  return before === undefined && ["connecting", "submitting"].includes(session.state);
}

/** longWait is from when on a wait is told by its length, in seconds. */
const longWait = 60;

/**
 * stage says how far a start is, in a sentence or two. `since` is when the job was handed over,
 * or when the person asked.
 */
export function stage(session: Session, since: Date, now: Date): string {
  const waited = Math.floor((now.getTime() - since.getTime()) / 60_000) * 60;
  return [sentence(session), pending(session, now), waited >= longWait && waiting(session, waited)]
    .filter(Boolean)
    .join(" ");
}

function sentence(session: Session): string {
  const { state, notice, node, host, jobId } = session;
  if (notice && state !== "ready") return closed(notice);
  switch (state) {
    case "connecting":
      return `Connecting to ${host}…`;
    case "submitting":
      return "Asking Slurm for a compute node…";
    case "pending":
      return session.pending
        ? `Job ${jobId ?? ""} waits: ${closed(session.pending.message)}`
        : `Job ${jobId ?? ""} is in the queue.`;
    case "starting":
      return node ? `Starting Jupyter on ${node}…` : "Starting Jupyter…";
    case "ending":
    case "ended":
      return "Stopping…";
    default:
      return "Connecting…";
  }
}

/** pending is when the job may start, and what can be done meanwhile. */
function pending({ state, pending: wait }: Session, now: Date): string {
  if (state !== "pending" || !wait) return "";
  const advice = wait.advice ? closed(wait.advice) : "";
  const start = Date.parse(wait.estimatedStart ?? "");
  // Slurm's estimate is not taken back when it has passed.
  if (Number.isNaN(start) || start <= now.getTime()) return advice;
  const seconds = Math.ceil((start - now.getTime()) / 60_000) * 60;
  const estimate = `Probably starts at ${clock(new Date(start), now)}, in ${duration(seconds)}.`;
  return [estimate, advice].filter(Boolean).join(" ");
}

function waiting({ state }: Session, seconds: number): string {
  return state === "ending" ? "" : `(${duration(seconds)} so far)`;
}

/** closed ends a sentence. */
function closed(text: string): string {
  return /[.!?…]$/.test(text) ? text : `${text}.`;
}
