import { confirm, withProgress } from "../common/notices.js";
import type { Log } from "../common/log.js";
import { attempt } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { Jupyter } from "../jupyter/types.js";
import type { Kernel, Kernels, KernelList } from "../kernels/types.js";
import type { Release, Session } from "../protocol.js";
import type { Server } from "../server/types.js";
import type { Slots } from "../slots/slots.js";
import type { Starter } from "../start/starter.js";
import type { Terminals } from "../terminal/terminals.js";
import { endingOf } from "../text/ending.js";
import { fullLocationOf, describeResources } from "../text/session.js";
import { formatClock, joinTexts } from "../text/units.js";
import type { RestartKernel } from "../ui/endings.js";
import type { KernelAction, Entry } from "../ui/kernelrows.js";
import { copyUrl, openInBrowser } from "./browser.js";
import { takeOver } from "./connect.js";
import type { Logs } from "./log.js";
import type { Stop } from "./stop.js";

/** ActionDeps is what the actions need. */
interface ActionDeps {
  readonly kernels: Kernels;
  readonly slots: Slots;
  readonly jupyter: Pick<Jupyter, "use" | "confirm">;
  readonly server: Pick<Server, "request">;
  readonly terminals: Pick<Terminals, "open">;
  readonly stop: Pick<Stop, "sessions">;
  readonly logs: Pick<Logs, "jupyter">;
  readonly reconnect: (session: Session) => Promise<void>;
  readonly log: Log;
}

/** Actions are what can be done with a kernel of the list, and how. */
export type Actions = Readonly<Record<KernelAction, (entry: Entry) => unknown>>;

export function createActions(vscode: VSCode, deps: ActionDeps): Actions {
  const withKernel =
    (run: (kernel: Kernel) => unknown) =>
    ({ session }: Entry) => {
      const kernel = deps.kernels.get(session.id);
      return kernel && run(kernel);
    };
  return {
    keep: () => vscode.commands.executeCommand("sunpyter.keep"),
    reconnect: ({ session }) => deps.reconnect(session),
    openTerminal: withKernel((kernel) => deps.terminals.open(kernel)),
    openInBrowser: withKernel((kernel) => openInBrowser(vscode, deps, kernel)),
    copyUrl: withKernel((kernel) => copyUrl(vscode, kernel)),
    showLog: ({ session }) => deps.logs.jupyter(session),
    takeOver: (entry) => takeOver(vscode, deps, entry),
    stop: (entry) => confirmAndStop(vscode, deps, entry),
  };
}

/** confirmAndStop asks before it stops a kernel of another window: someone may be using it. */
async function confirmAndStop(
  vscode: VSCode,
  { kernels, server, stop }: ActionDeps,
  { session, origin }: Entry,
): Promise<void> {
  if (origin === "window") return stop.sessions([session]);
  const detail =
    origin === "computer"
      ? "Another window on this computer uses it. Its variables will be lost."
      : "It was started on another computer and may be in use there. Its variables will be lost.";
  const question = `Stop the kernel on ${fullLocationOf(session)}?`;
  if (!(await confirm(vscode, question, "Stop Kernel", detail))) return;
  await stop.sessions([session], (stopped) =>
    origin === "computer" ? kernels.stop(stopped.id) : stopJob(server, stopped),
  );
}

/** stopJob stops a job that this computer knows only from the cluster. */
async function stopJob(server: Pick<Server, "request">, session: Session): Promise<Release> {
  const { cluster, user, jobId = "" } = session;
  const params = { cluster, ...(user ? { user } : {}), jobId };
  const { released } = await server.request("kernel/stop", params);
  return released[0] ?? { jobId, outcome: "no-job" };
}

/** FindOnClusterDeps is what {@link findOnCluster} needs. */
interface FindOnClusterDeps {
  readonly kernels: Pick<Kernels, "list">;
  readonly starter: Pick<Starter, "pickCluster">;
  readonly log: Log;
}

/**
 * findOnCluster asks the cluster for all kernels of this user, wherever they were started. It
 * returns undefined if the user cancelled it or has seen why it failed.
 */
export async function findOnCluster(
  vscode: VSCode,
  { kernels, starter, log }: FindOnClusterDeps,
): Promise<KernelList | undefined> {
  // After a cancel the list is shown again, unchanged.
  return attempt(vscode, { doing: "look for your kernels on the cluster", log }, async () => {
    const found = await starter.pickCluster();
    if (found === undefined) return undefined;
    const { site, user } = found;
    const params = { cluster: site.cluster, ...(user ? { user } : {}) };
    const title = `Looking for your kernels on ${site.title}…`;
    return withProgress(vscode, title, (token) => kernels.list(params, token));
  });
}

/** showEnded shows in full why a kernel ended, and offers to start another one like it. */
export async function showEnded(
  vscode: VSCode,
  restartKernel: RestartKernel,
  session: Session,
): Promise<void> {
  const restart = endingOf(session)?.restart ?? { title: "Start Again", change: {} };
  const at = session.endedAt ? ` at ${formatClock(new Date(session.endedAt))}` : "";
  const job = session.jobId ? `, job ${session.jobId}` : "";
  const had = `It had ${describeResources(session)}${job}.`;
  const detail = joinTexts("\n\n", [session.cause?.message, had]);
  const text = `The kernel on ${fullLocationOf(session)} ended${at}`;
  const options = { modal: true, detail };
  const chosen = await vscode.window.showInformationMessage(text, options, restart.title);
  if (chosen === restart.title) await restartKernel(session, restart.change);
}
