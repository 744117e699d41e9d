import type { Log } from "../common/log.js";
import { isCancelled, requestProblem, showProblem } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernels, ProgressOptions, StartedKernel } from "../kernels/types.js";
import type { Session, SmallerRequest } from "../protocol.js";
import { describeSize } from "../text/units.js";

/** ReplaceDeps is what {@link startReplaceably} needs. */
interface ReplaceDeps {
  readonly kernels: Pick<Kernels, "start">;
  readonly log: Pick<Log, "error" | "show">;
}

/** ReplaceableStart is a start that a smaller one may take the place of. */
export interface ReplaceableStart {
  /** kernel is the first that is ready. It rejects when no start is left. */
  readonly kernel: Promise<StartedKernel>;
  /** offer shows the user, once, a smaller kernel that would start now. */
  readonly offer: (session: Session) => void;
}

type StartParams = Parameters<Kernels["start"]>[0];

const startSmaller = "Start That Instead";

/**
 * startReplaceably starts a kernel. While it waits, a smaller one can be started, which replaces it as
 * soon as it runs. Which of them stays is up to the server.
 */
export function startReplaceably(
  vscode: VSCode,
  deps: ReplaceDeps,
  params: StartParams,
  doing: ProgressOptions,
): ReplaceableStart {
  let open = 0;
  let offered = false;
  let settled = false;
  let run: (params: StartParams) => void = () => undefined;
  const kernel = new Promise<StartedKernel>((resolve, reject) => {
    const failed = (err: unknown): void => {
      open -= 1;
      if (open === 0) reject(requestProblem(err));
      else if (!isCancelled(err)) {
        void showProblem(vscode, err, { doing: "start the smaller kernel", log: deps.log });
      }
    };
    run = (one) => {
      open += 1;
      deps.kernels.start(one, doing).then(resolve, failed);
    };
    run(params);
  }).finally(() => (settled = true));

  const ask = async ({ id, title }: Session, smaller: SmallerRequest): Promise<void> => {
    const text =
      `${describeSize(smaller)} would start now on ${title}. ` +
      "Your job keeps its place in the queue until the smaller one runs.";
    const chosen = await vscode.window.showInformationMessage(text, startSmaller);
    if (chosen !== startSmaller || settled) return;
    run({ ...params, request: { ...params.request, ...smaller }, replaces: id });
  };
  return {
    kernel,
    offer: (session) => {
      const smaller = session.state === "pending" ? session.pending?.smaller : undefined;
      if (offered || !smaller) return;
      offered = true;
      void ask(session, smaller);
    },
  };
}
