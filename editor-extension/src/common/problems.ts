import { type Action, offer, showLog } from "./notices.js";
import { ErrorCode, type Problem, ProblemCode } from "../protocol.js";
import type { Log } from "./log.js";
import { asSentence } from "./sentence.js";
import type { VSCode } from "./vscode.js";

/** EditorCode has the codes of problems that arise on this side of the wire. */
export const EditorCode = {
  /** This package holds no program for this computer. */
  ServerMissing: "server.missing",
  /** The system's policy does not let the program run. */
  ServerBlocked: "server.blocked",
  /** The program ended while it was needed. */
  ServerDied: "server.died",
  /** The program did not answer in time. */
  ServerSilent: "server.silent",
} as const;

/** RequestProblem is a failed request, in words for the user. */
export class RequestProblem extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
    this.name = "RequestProblem";
  }
}

/** isCancelled reports whether the user cancelled a request. */
export function isCancelled(err: unknown): boolean {
  return hasCode(err, ProblemCode.Cancelled);
}

/** hasCode reports whether a request failed with this code. */
export function hasCode(err: unknown, code: string): err is RequestProblem {
  return err instanceof RequestProblem && err.problem.code === code;
}

/** requestProblem turns whatever a request rejected with into a {@link RequestProblem}. */
export function requestProblem(err: unknown): RequestProblem {
  if (err instanceof RequestProblem) return err;
  const { code, message, data } = err as { code?: unknown; message?: unknown; data?: unknown };
  if (isProblem(data)) return new RequestProblem(data);
  const text = typeof message === "string" && message ? message : String(err);
  const known = code === ErrorCode.RequestCancelled ? ProblemCode.Cancelled : ProblemCode.Internal;
  return new RequestProblem({ code: known, message: text });
}

function isProblem(data: unknown): data is Problem {
  const { code, message } = (data ?? {}) as Partial<Record<string, unknown>>;
  return typeof code === "string" && typeof message === "string";
}

/** ShowProblemOptions is what {@link showProblem} needs in addition to the error. */
interface ShowProblemOptions {
  /** doing is what failed, as it stands after "Couldn't": "start a kernel". */
  readonly doing: string;
  readonly log: Pick<Log, "error" | "show">;
  /** actions are the buttons, the most useful first. "Show Log" follows them. */
  readonly actions?: readonly Action[];
  /** cancelled is shown if the user cancelled it; default: nothing. */
  readonly cancelled?: string;
}

/**
 * showProblem is the one way to show an error: what was tried, what came back and
 * what to do, with buttons. It resolves when the message is closed and the chosen action is
 * done.
 */
export async function showProblem(
  vscode: VSCode,
  err: unknown,
  showing: ShowProblemOptions,
): Promise<void> {
  if (isCancelled(err)) {
    if (showing.cancelled) await offer(vscode, "info", showing.cancelled);
    return;
  }
  const { problem } = requestProblem(err);
  const text = `Couldn't ${showing.doing}. ${asSentence(problem.message)}`;
  showing.log.error(`${text} (${problem.code})`);
  await offer(vscode, "error", text, ...(showing.actions ?? []), showLog(showing.log));
}

/** attempt does some work. If that fails it shows why, and returns undefined. */
export async function attempt<T>(
  vscode: VSCode,
  showing: ShowProblemOptions,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (err) {
    await showProblem(vscode, err, showing);
    return undefined;
  }
}
