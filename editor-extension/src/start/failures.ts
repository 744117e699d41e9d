import { type Action, openSettings, runCommand } from "../common/notices.js";
import type { Log } from "../common/log.js";
import { EditorCode, hasCode, requestProblem, showProblem } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import { type KernelRequest, type Problem, ProblemCode } from "../protocol.js";
import { formatMemory } from "../text/units.js";
import type { EnvironmentChange } from "./makeenvironment.js";

/** NextStep is what the user wants after a failed start. */
export type NextStep =
  /** The same again. */
  | { readonly kind: "again" }
  /** Other resources on the same cluster. */
  | { readonly kind: "power" }
  /** The same, charged to an account that is asked for. */
  | { readonly kind: "account" }
  /** The same in another environment, which is asked for. */
  | { readonly kind: "environment" }
  /** The same once an environment is created, or ipykernel is installed in its own. */
  | { readonly kind: "change"; readonly change: EnvironmentChange }
  /** Another cluster or user name. */
  | { readonly kind: "choose" }
  /** The same with this much memory. */
  | { readonly kind: "memory"; readonly memoryMiB: number };

/** FailedStart is a failed start. */
interface FailedStart {
  readonly err: unknown;
  /** title is the cluster's title, if it was known by then. */
  readonly title?: string;
  /** request is what was requested, if anything was. */
  readonly request?: KernelRequest;
  /** answer is the button that the user has already chosen, in a question before the start. */
  readonly answer?: string;
}

/**
 * showFailure shows why a start failed and returns what the user wants next; undefined for
 * nothing. A cancelled start is not a failure.
 */
export async function showFailure(
  vscode: VSCode,
  failed: FailedStart,
  log: Pick<Log, "error" | "show">,
): Promise<NextStep | undefined> {
  const { err, title } = failed;
  const on = title ? ` on ${title}` : "";
  if (hasCode(err, ProblemCode.PromptUnanswered)) {
    void vscode.window.showInformationMessage(`Kernel not started${on}: sign-in was cancelled.`);
    return undefined;
  }
  let next: NextStep | undefined;
  const suggestions = suggestionsFor(vscode, requestProblem(err).problem, failed.request);
  const chosen = suggestions.find(({ title }) => title === failed.answer);
  if (chosen && "next" in chosen) return chosen.next;
  const actions = suggestions.map((suggestion): Action =>
    "run" in suggestion
      ? suggestion
      : { title: suggestion.title, run: () => (next = suggestion.next) },
  );
  await showProblem(vscode, err, { doing: `start a kernel${on}`, log, actions });
  return next;
}

type Suggestion = Action | { readonly title: string; readonly next: NextStep };

/** suggestionsFor are the buttons for a problem, the most helpful first. */
function suggestionsFor(
  vscode: VSCode,
  problem: Problem,
  request: KernelRequest | undefined,
): Suggestion[] {
  switch (problem.code) {
    case ProblemCode.SlurmRejected:
    case ProblemCode.BadRequest:
      return request ? [...suggestAccount(problem), chooseAgain] : [];
    case ProblemCode.UnknownCluster:
      return [changeCluster];
    case ProblemCode.HostUnknown:
    case ProblemCode.AuthRefused:
    case ProblemCode.NoKey:
      return [checkConnection(vscode), changeCluster];
    case ProblemCode.BadConfig:
      return [openSettings(vscode, "sunpyter.clusters")];
    case ProblemCode.EnvironmentUnknown:
    case ProblemCode.EnvironmentBroken:
    case ProblemCode.EnvironmentShadowed:
      return [chooseEnvironment, tryAgain];
    case ProblemCode.KernelMissing:
      return suggestKernel(problem);
    case ProblemCode.JupyterMissing:
      return suggestJupyter(vscode, problem);
    case ProblemCode.EnvironmentChange:
    case ProblemCode.EnvironmentNoIndex:
      return [chooseEnvironment];
    case ProblemCode.EnvironmentFailed:
      return [chooseEnvironment, openSettings(vscode, "sunpyter.modules")];
    case ProblemCode.WorkdirMissing:
    case ProblemCode.WorkdirNotWritable:
      return [openSettings(vscode, "sunpyter.workingDirectory")];
    case ProblemCode.JobOutOfMemory:
      return request ? [suggestMemory(request)] : [];
    case EditorCode.ServerMissing:
    case EditorCode.ServerBlocked:
    case ProblemCode.Internal:
      return [];
  }
  return problem.code.startsWith("ssh.") ? [checkConnection(vscode), tryAgain] : [tryAgain];
}

const tryAgain: Suggestion = { title: "Try Again", next: { kind: "again" } };

const chooseAgain: Suggestion = { title: "Choose Again…", next: { kind: "power" } };

const chooseEnvironment: Suggestion = {
  title: "Choose Environment…",
  next: { kind: "environment" },
};

const changeTitles = { create: "Create Environment…", install: "Install ipykernel…" };

/** environmentButtons are the buttons for a start that finds no Jupyter. */
export const environmentButtons = [chooseEnvironment.title, changeTitles.create];

/** suggestJupyter is for a start that found no Jupyter: another environment has it, or a new one. */
function suggestJupyter(vscode: VSCode, problem: Problem): Suggestion[] {
  const create = suggestChange(problem, "create");
  if (create.length === 0) return [chooseEnvironment, openSettings(vscode, "sunpyter.modules")];
  const others = problem.choices?.some(({ kind }) => kind === "environment");
  return others ? [chooseEnvironment, ...create] : [...create, chooseEnvironment];
}

/** suggestKernel is for an environment without ipykernel. */
function suggestKernel(problem: Problem): Suggestion[] {
  const install = suggestChange(problem, "install");
  return install.length > 0 ? [...install, chooseEnvironment] : [chooseEnvironment, tryAgain];
}

/** suggestChange is for problems with a choice to change an environment. */
function suggestChange({ choices = [] }: Problem, action: "create" | "install"): Suggestion[] {
  const change = choices.find((one) => one.change?.action === action)?.change;
  return change ? [{ title: changeTitles[action], next: { kind: "change", change } }] : [];
}

const changeCluster: Suggestion = { title: "Change Cluster or User…", next: { kind: "choose" } };

/** suggestAccount is for sites that require an account: only the message says so. */
function suggestAccount({ answer, message }: Problem): Suggestion[] {
  return /\baccount\b/i.test(answer ?? message)
    ? [{ title: "Choose an Account…", next: { kind: "account" } }]
    : [];
}

function suggestMemory({ memoryMiB = 0 }: KernelRequest): Suggestion {
  const more = Math.max(8 * 1024, 2 * memoryMiB);
  return { title: `Start with ${formatMemory(more)}`, next: { kind: "memory", memoryMiB: more } };
}

function checkConnection(vscode: VSCode): Suggestion {
  return runCommand(vscode, "Check Connection", "sunpyter.check");
}
