import { offer, showLog, withProgress } from "../common/notices.js";
import type { CancellationToken, Disposable, Progress } from "vscode";
import type { Log } from "../common/log.js";
import { hasCode, isCancelled } from "../common/problems.js";
import { asSentence } from "../common/sentence.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernel, Kernels, ProgressOptions, StartedKernel } from "../kernels/types.js";
import type { CopyChoice } from "../project/offers.js";
import { type KernelRequest, ProblemCode, type ProjectCopy, type Session } from "../protocol.js";
import { formatBytes, formatClock, formatDuration, joinTexts } from "../text/units.js";
import { type ReplaceableStart, startReplaceably } from "./replace.js";
import type { ClusterUser } from "./types.js";

/** StartAttempt is a request on its way to a cluster. */
export interface StartAttempt {
  readonly user: ClusterUser;
  readonly request: KernelRequest;
  /** copy is what is done about the notebook's folder; undefined: it was not asked for yet. */
  readonly copy?: CopyChoice;
  /** signal cancels it, as the notification's button does. */
  readonly signal?: AbortSignal;
}

/** LaunchDeps is what a start with its notification needs. */
export interface LaunchDeps {
  readonly kernels: Pick<Kernels, "own" | "onDidChange" | "start" | "stop">;
  /** onCopied is called when a kernel has started that was to run in a copy of a folder. */
  readonly onCopied: (kernel: StartedKernel, project: ProjectCopy) => void;
  readonly log: Pick<Log, "error" | "show">;
}

/** refreshInterval is how often the length of a wait is updated, in ms. */
const refreshInterval = 15_000;

/** defaultGraceSeconds is how long a job keeps running unattended by default, in seconds. */
const defaultGraceSeconds = 15 * 60;

/**
 * launch starts a kernel and shows its progress, with a button that cancels. It returns
 * undefined once the user has cancelled and has seen what happened to the job.
 */
export async function launch(
  vscode: VSCode,
  deps: LaunchDeps,
  attempt: StartAttempt,
): Promise<Kernel | undefined> {
  const { user, request, copy: { project } = {} } = attempt;
  const title = `Starting a kernel on ${user.site.title}`;
  const params = {
    cluster: user.site.cluster,
    ...(user.user ? { user: user.user } : {}),
    request,
    ...(project ? { project } : {}),
  };
  let session: Session | undefined;
  let started: ReplaceableStart | undefined;
  return withProgress(vscode, title, async (button, progress) => {
    const cancelling = cancelledBy(vscode, button, attempt.signal);
    const { token } = cancelling;
    const following = followStart(deps.kernels, progress, (newest) => {
      session = newest;
      started?.offer(newest);
    });
    try {
      const { onProgress } = following;
      started = startReplaceably(vscode, deps, params, { token, onProgress });
      const kernel = await started.kernel;
      // Cancel came too late for the request, but not for the job.
      if (token.isCancellationRequested) await deps.kernels.stop(kernel.session.id);
      else {
        if (project) deps.onCopied(kernel, project);
        return kernel;
      }
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
    // A stop by another command reports its own outcome.
    if (token.isCancellationRequested) {
      void vscode.window.showInformationMessage(
        `Cancelled. Nothing is left on ${user.site.title}.`,
      );
    }
    return undefined;
  });
}

/** cancelledBy combines a notification's button and a signal into one token. */
function cancelledBy(
  vscode: VSCode,
  button: CancellationToken,
  signal?: AbortSignal,
): { token: CancellationToken } & Disposable {
  const source = new vscode.CancellationTokenSource();
  const cancel = (): void => source.cancel();
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
  void offer(vscode, "warning", text, showLog(log));
}

/** followStart reports each stage of the kernel that starts from now on, and of the copy of its folder. */
function followStart(
  kernels: LaunchDeps["kernels"],
  progress: Progress<{ message?: string }>,
  onSession: (session: Session) => void,
): Disposable & Required<Pick<ProgressOptions, "onProgress">> {
  const known = new Set(kernels.own.map(({ session }) => session.id));
  const startedAt = new Date();
  /** ours are the kernel that starts, and a smaller one that may replace it. */
  const ours = new Map<string, Session>();
  let newest: Session | undefined;
  let reported = "";
  let copying = "";
  const report = (message: string): void => {
    if (message !== reported) progress.report({ message });
    reported = message;
  };
  const reportStage = (): void => {
    if (!newest) return;
    const submitted = newest.submittedAt ? new Date(newest.submittedAt) : startedAt;
    const isReady = newest.state === "ready";
    if (isReady && copying === "") return;
    const stage = isReady ? "" : describeStage(newest, submitted, new Date());
    report(joinTexts(" ", [stage, copying]));
  };
  report("Connecting…");
  const listening = kernels.onDidChange(({ kernel: { session }, previous: before }) => {
    const isOurs = ours.has(session.id) || (isNew(session, before) && !known.has(session.id));
    if (!isOurs) return;
    ours.set(session.id, session);
    newest = furthest([...ours.values()]);
    onSession(session);
    reportStage();
  });
  const timer = setInterval(reportStage, refreshInterval);
  return {
    onProgress: ({ doneBytes = 0, totalBytes = 0 }) => {
      if (totalBytes === 0) return;
      const bytes = `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`;
      copying = doneBytes < totalBytes ? `Copying files: ${bytes}.` : "";
      reportStage();
    },
    dispose: () => {
      listening.dispose();
      clearInterval(timer);
    },
  };
}

/** isNew distinguishes a starting kernel from one that is being taken over. */
function isNew(session: Session, previous: Session | undefined): boolean {
  return previous === undefined && ["connecting", "submitting"].includes(session.state);
}

/** stages are the states of a start, in their order; those of an end come before them. */
const stages = ["connecting", "submitting", "pending", "starting", "ready", "disconnected"];

/** furthest returns the kernel that is nearest to being ready; of several, the first. */
function furthest(sessions: readonly Session[]): Session | undefined {
  const stage = ({ state }: Session): number => stages.indexOf(state);
  return sessions.toSorted((a, b) => stage(b) - stage(a))[0];
}

/** longWaitSeconds is how long a wait is before its length is shown, in seconds. */
const longWaitSeconds = 60;

/**
 * describeStage describes a start's progress in a sentence or two. `since` is when the job was submitted,
 * or when the user started it.
 */
export function describeStage(session: Session, since: Date, now: Date): string {
  const waited = Math.floor((now.getTime() - since.getTime()) / 60_000) * 60;
  return joinTexts(" ", [
    sentence(session),
    pending(session, now),
    waited >= longWaitSeconds && session.state !== "ending" && `(${formatDuration(waited)} so far)`,
  ]);
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

/** pending returns when the job may start, and the advice. */
function pending({ state, pending: wait }: Session, now: Date): string {
  if (state !== "pending" || !wait) return "";
  const { estimatedStart = "", jobsAhead: jobs = 0, advice } = wait;
  const start = Date.parse(estimatedStart);
  const seconds = Math.ceil((start - now.getTime()) / 60_000) * 60;
  const estimate = `Probably starts at ${formatClock(new Date(start), now)}, in ${formatDuration(seconds)}.`;
  return joinTexts(" ", [
    start > now.getTime() && estimate, // Slurm does not withdraw an estimate that has passed
    jobs > 0 && `There ${jobs === 1 ? "is 1" : `are ${jobs}`} ahead of it in its partition.`,
    advice && asSentence(advice),
  ]);
}
