import type { Kernel, Kernels } from "../kernels/kernels.js";
import type { Release, Session } from "../protocol.js";
import type { Server } from "../server/server.js";
import type { Choice } from "../ui/choices.js";
import { type Entry, placeOf } from "../ui/rows.js";
import type { VSCode } from "../vs.js";
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
