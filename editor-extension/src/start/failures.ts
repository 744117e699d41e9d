import type { Log } from "../common/log.js";
import {
  type Action,
  EditorCode,
  hasCode,
  requestProblem,
  showProblem,
} from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import { type KernelRequest, type Problem, ProblemCode } from "../protocol.js";
import { memory } from "../text/units.js";

/** Next is what the person wants after a start that failed. */
export type Next =
  /** The same once more. */
  | { readonly kind: "again" }
  /** Something else of the same cluster. */
  | { readonly kind: "power" }
  /** The same, paid for by an account that is to be named. */
  | { readonly kind: "account" }
  /** Another cluster, or another user's name. */
  | { readonly kind: "choose" }
  /** The same with this much memory. */
  | { readonly kind: "memory"; readonly memoryMiB: number };

/** Failed is a start that failed. */
export interface Failed {
  readonly err: unknown;
  /** title is the cluster's, if it was known by then. */
  readonly title?: string;
  /** request is what was asked for, if it came to that. */
  readonly request?: KernelRequest;
}

/**
 * showFailure tells why a start failed and gives what the person wants next; undefined for
 * nothing. What they cancelled is no failure.
 */
export async function showFailure(
  vs: VSCode,
  failed: Failed,
  log: Pick<Log, "error" | "show">,
): Promise<Next | undefined> {
  const { err, title } = failed;
  const on = title ? ` on ${title}` : "";
  if (hasCode(err, ProblemCode.PromptUnanswered)) {
    void vs.window.showInformationMessage(
      `No kernel was started${on}, because a question was not answered.`,
    );
    return undefined;
  }
  let next: Next | undefined;
  const actions = offers(vs, requestProblem(err).problem, failed.request).map((offer): Action =>
    "run" in offer ? offer : { title: offer.title, run: () => (next = offer.next) },
  );
  await showProblem(vs, err, { doing: `Starting a kernel${on}`, log, actions });
  return next;
}

type Offer = Action | { readonly title: string; readonly next: Next };

/** offers are the buttons for a problem, the most helpful first. */
function offers(vs: VSCode, problem: Problem, request: KernelRequest | undefined): Offer[] {
  switch (problem.code) {
    case ProblemCode.SlurmRejected:
    case ProblemCode.BadRequest:
      return request ? [...accountOffer(problem), chooseAgain] : [];
    case ProblemCode.UnknownCluster:
      return [changeCluster];
    case ProblemCode.HostUnknown:
    case ProblemCode.AuthRefused:
    case ProblemCode.NoKey:
      return [checkConnection(vs), changeCluster];
    case ProblemCode.BadConfig:
      return [openSettings(vs, "sunpyter.clusters")];
    case ProblemCode.JupyterMissing:
    case ProblemCode.EnvironmentFailed:
      return [openSettings(vs, "sunpyter.modules")];
    case ProblemCode.WorkdirMissing:
    case ProblemCode.WorkdirNotWritable:
      return [openSettings(vs, "sunpyter.workingDirectory")];
    case ProblemCode.JobOutOfMemory:
      return request ? [moreMemory(request)] : [];
    case EditorCode.ServerMissing:
    case EditorCode.ServerBlocked:
    case ProblemCode.Internal:
      return [];
  }
  return problem.code.startsWith("ssh.") ? [checkConnection(vs), tryAgain] : [tryAgain];
}

const tryAgain: Offer = { title: "Try Again", next: { kind: "again" } };

const chooseAgain: Offer = { title: "Choose Again…", next: { kind: "power" } };

const changeCluster: Offer = { title: "Change Cluster or User…", next: { kind: "choose" } };

/** accountOffer is for sites that want an account named: they say so in words alone. */
function accountOffer({ answer, message }: Problem): Offer[] {
  return /\baccount\b/i.test(answer ?? message)
    ? [{ title: "Name an Account…", next: { kind: "account" } }]
    : [];
}

function moreMemory({ memoryMiB = 0 }: KernelRequest): Offer {
  const more = Math.max(8 * 1024, 2 * memoryMiB);
  return { title: `Start with ${memory(more)}`, next: { kind: "memory", memoryMiB: more } };
}

function checkConnection(vs: VSCode): Offer {
  return { title: "Check Connection", run: () => vs.commands.executeCommand("sunpyter.check") };
}

function openSettings(vs: VSCode, key: string): Offer {
  return {
    title: "Open Settings",
    run: () => vs.commands.executeCommand("workbench.action.openSettings", key),
  };
}
