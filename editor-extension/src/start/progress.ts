import type { CancellationToken, Disposable, Progress } from "vscode";
import type { Log } from "../common/log.js";
import { hasCode, isCancelled } from "../common/problems.js";
import { asSentence } from "../common/sentence.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernel, Kernels } from "../kernels/types.js";
import { type KernelRequest, ProblemCode, type Session } from "../protocol.js";
import { formatClock, formatDuration } from "../text/units.js";
import type { ClusterUser } from "./types.js";

/** StartAttempt is a request on its way to a cluster. */
export interface StartAttempt {
  readonly user: ClusterUser;
  readonly request: KernelRequest;
  /** signal cancels it, as the notification's button does. */
  readonly signal?: AbortSignal;
}

/** LaunchDeps is what a start with its notification needs. */
interface LaunchDeps {
  readonly kernels: Pick<Kernels, "own" | "onDidChange" | "start" | "stop">;
  readonly log: Pick<Log, "show">;
}

/** refreshInterval is how often the length of a wait is told anew, in ms. */
const refreshInterval = 15_000;

/** defaultGraceSeconds is how long a job goes on unseen where nobody says otherwise, in seconds. */
const defaultGraceSeconds = 15 * 60;

/**
 * launch starts a kernel and shows how far it is, with a button that cancels. It gives
 * undefined once the person cancelled and was told what became of the job.
 */
export async function launch(
  vscode: VSCode,
  deps: LaunchDeps,
  attempt: StartAttempt,
): Promise<Kernel | undefined> {
  const { user: user, request } = attempt;
  const options = {
    location: vscode.ProgressLocation.Notification,
    cancellable: true,
    title: `Starting a kernel on ${user.site.title}`,
  };
  const params = {
    cluster: user.site.cluster,
    ...(user.user ? { user: user.user } : {}),
    request,
  };
  let session: Session | undefined;
  return vscode.window.withProgress(options, async (progress, button) => {
    const cancelling = cancelledBy(vscode, button, attempt.signal);
    const { token } = cancelling;
    const following = followStart(deps.kernels, progress, (newest) => (session = newest));
    try {
      const kernel = await deps.kernels.start(params, { token });
      // Cancel came too late for the request, but in time for the job.
      if (token.isCancellationRequested) await deps.kernels.stop(kernel.session.id);
      else return kernel;
    } catch (err) {
      const unconfirmed = hasCode(err, ProblemCode.ReleaseUnconfirmed);
      if (!isCancelled(err) && !(unconfirmed && token.isCancellationRequested)) throw err;
      if (unconfirmed) {
        warnUnconfirmed(vscode, deps, user, session?.graceSeconds ?? request.graceSeconds);
        return undefined;
      }
    } finally {
      following.dispose();
      cancelling.dispose();
    }
    // Who stopped it in another way was told there.
    if (token.isCancellationRequested) {
      void vscode.window.showInformationMessage(
        `Cancelled. Nothing is left on ${user.site.title}.`,
      );
    }
    return undefined;
  });
}

/** cancelledBy makes one token of a notification's button and a signal. */
function cancelledBy(
  vscode: VSCode,
  button: CancellationToken,
  signal?: AbortSignal,
): { token: CancellationToken } & Disposable {
  const source = new vscode.CancellationTokenSource();
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

function warnUnconfirmed(
  vscode: VSCode,
  { log }: LaunchDeps,
  { site }: ClusterUser,
  graceSeconds = defaultGraceSeconds,
): void {
  const text =
    `Cancelled, but ${site.title} has not confirmed it. ` +
    `Any remaining job stops within ${formatDuration(graceSeconds)}.`;
  void vscode.window.showWarningMessage(text, "Show Log").then((button) => {
    if (button) log.show();
  });
}

/** followStart tells of each stage of the one kernel that begins from now on. */
function followStart(
  kernels: LaunchDeps["kernels"],
  progress: Progress<{ message?: string }>,
  onSession: (session: Session) => void,
): Disposable {
  const known = new Set(kernels.own.map(({ session }) => session.id));
  const startedAt = new Date();
  let newest: Session | undefined;
  let reported = "";
  const report = (message: string): void => {
    if (message !== reported) progress.report({ message });
    reported = message;
  };
  const reportStage = (): void => {
    if (!newest || newest.state === "ready") return;
    const submitted = newest.submittedAt ? new Date(newest.submittedAt) : startedAt;
    report(describeStage(newest, submitted, new Date()));
  };
  report("Connecting…");
  const listening = kernels.onDidChange(({ kernel: { session }, previous: before }) => {
    const ours = newest
      ? session.id === newest.id
      : isNew(session, before) && !known.has(session.id);
    if (!ours) return;
    newest = session;
    onSession(session);
    reportStage();
  });
  const timer = setInterval(reportStage, refreshInterval);
  return {
    dispose: () => {
      listening.dispose();
      clearInterval(timer);
    },
  };
}

/** isNew tells a kernel that begins from one that is taken over. */
function isNew(session: Session, previous: Session | undefined): boolean {
  return previous === undefined && ["connecting", "submitting"].includes(session.state);
}

/** longWaitSeconds is from when on a wait is told by its length, in seconds. */
const longWaitSeconds = 60;

/**
 * describeStage says how far a start is, in a sentence or two. `since` is when the job was handed over,
 * or when the person asked.
 */
export function describeStage(session: Session, since: Date, now: Date): string {
  const waited = Math.floor((now.getTime() - since.getTime()) / 60_000) * 60;
  return [
    sentence(session),
    pending(session, now),
    waited >= longWaitSeconds && waitingTime(session, waited),
  ]
    .filter(Boolean)
    .join(" ");
}

function sentence(session: Session): string {
  const { state, notice, node, host, jobId } = session;
  if (notice && state !== "ready") return asSentence(notice);
  switch (state) {
    case "connecting":
      return `Connecting to ${host}…`;
    case "submitting":
      return "Asking Slurm for a compute node…";
    case "pending":
      return session.pending
        ? `Job ${jobId ?? ""} is waiting. ${asSentence(session.pending.message)}`
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
  const advice = wait.advice ? asSentence(wait.advice) : "";
  const start = Date.parse(wait.estimatedStart ?? "");
  // Slurm's estimate is not taken back when it has passed.
  if (Number.isNaN(start) || start <= now.getTime()) return advice;
  const seconds = Math.ceil((start - now.getTime()) / 60_000) * 60;
  const estimate = `Probably starts at ${formatClock(new Date(start), now)}, in ${formatDuration(seconds)}.`;
  return [estimate, advice].filter(Boolean).join(" ");
}

function waitingTime({ state }: Session, seconds: number): string {
  return state === "ending" ? "" : `(${formatDuration(seconds)} so far)`;
}
