import type { Log } from "../common/log.js";
import { showProblem } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernel, Kernels, Listed } from "../kernels/types.js";
import type { Release, Session } from "../protocol.js";
import type { Server } from "../server/types.js";
import type { Starter } from "../start/starter.js";
import { endingOf } from "../text/ending.js";
import { placeOf, resources } from "../text/session.js";
import { clock } from "../text/units.js";
import type { StartAgain } from "../ui/endings.js";
import type { Choice, Entry } from "../ui/kernelrows.js";
import type { Stop } from "./stop.js";

/** ActionDeps are the commands' own functions, for the list of kernels to use. */
export interface ActionDeps {
  readonly kernels: Pick<Kernels, "get" | "stop">;
  readonly server: Pick<Server, "request">;
  readonly stop: Pick<Stop, "these">;
  readonly openInBrowser: (kernel: Kernel) => Promise<void>;
  readonly copyUrl: (kernel: Kernel) => Promise<void>;
  readonly showLog: (session: Session) => Promise<void>;
  readonly reconnect: (session: Session) => Promise<void>;
  readonly takeOver: (entry: Entry) => Promise<void>;
}

/** createActions does with a kernel of the list what was chosen there. */
export function createActions(
  vs: VSCode,
  deps: ActionDeps,
): (choice: Choice, entry: Entry) => Promise<void> {
  return async (choice, entry) => {
    const { session } = entry;
    const kernel = deps.kernels.get(session.id);
    if (choice === "stop") await stop(vs, deps, entry);
    else if (choice === "keep") await vs.commands.executeCommand("sunpyter.keep");
    else if (choice === "reconnect") await deps.reconnect(session);
    else if (choice === "takeOver") await deps.takeOver(entry);
    else if (choice === "showLog") await deps.showLog(session);
    else if (kernel) await deps[choice](kernel);
  };
}

/** stop asks before it ends what this window does not hold: someone may be at work there. */
async function stop(
  vs: VSCode,
  { kernels, server, stop: { these } }: ActionDeps,
  { session, origin }: Entry,
): Promise<void> {
  if (origin === "window") return these([session]);
  const sure = "Stop Kernel";
  const detail =
    origin === "computer"
      ? "Another window of this computer uses it. Its variables will be gone."
      : "It was started from elsewhere, and may be in use there. Its variables will be gone.";
  const question = `Stop the kernel on ${placeOf(session)}?`;
  const chosen = await vs.window.showWarningMessage(question, { modal: true, detail }, sure);
  if (chosen !== sure) return;
  await these([session], (one) =>
    origin === "computer" ? kernels.stop(one.id) : stopJob(server, one),
  );
}

/** stopJob ends a job of which this computer knows no more than what the cluster said. */
async function stopJob(server: Pick<Server, "request">, session: Session): Promise<Release> {
  const { cluster, user, jobId = "" } = session;
  const params = { cluster, ...(user ? { user } : {}), jobId };
  const { released } = await server.request("kernel/stop", params);
  return released[0] ?? { jobId, outcome: "no-job" };
}

/** LookDeps is what looking on the cluster needs. */
export interface LookDeps {
  readonly kernels: Pick<Kernels, "list">;
  readonly starter: Pick<Starter, "pickCluster">;
  readonly log: Log;
}

/**
 * look asks the cluster which kernels of this person it runs, wherever they were started. It
 * gives undefined when the person cancelled it or was told why it failed.
 */
export async function look(
  vs: VSCode,
  { kernels, starter, log }: LookDeps,
): Promise<Listed | undefined> {
  try {
    const someone = await starter.pickCluster();
    if (someone === undefined) return undefined;
    const { site, user } = someone;
    const options = {
      location: vs.ProgressLocation.Notification,
      title: `Looking for your kernels on ${site.title}…`,
      cancellable: true,
    };
    const params = { cluster: site.cluster, ...(user ? { user } : {}) };
    return await vs.window.withProgress(options, (_progress, token) => kernels.list(params, token));
  } catch (err) {
    // Who cancelled it is back in the list, and sees that nothing was added.
    await showProblem(vs, err, { doing: "Looking on the cluster for your kernels", log });
    return undefined;
  }
}

/** showEnded tells the whole of why a kernel ended, and offers another one like it. */
export async function showEnded(
  vs: VSCode,
  startAgain: StartAgain,
  session: Session,
): Promise<void> {
  const again = endingOf(session)?.again ?? { title: "Start Again", change: {} };
  const at = session.endedAt ? ` at ${clock(new Date(session.endedAt))}` : "";
  const job = session.jobId ? `, job ${session.jobId}` : "";
  const detail = [session.cause?.message, `It had ${resources(session)}${job}.`]
    .filter(Boolean)
    .join("\n\n");
  const text = `The kernel on ${placeOf(session)} ended${at}`;
  const options = { modal: true, detail };
  const chosen = await vs.window.showInformationMessage(text, options, again.title);
  if (chosen === again.title) await startAgain(session, again.change);
}
