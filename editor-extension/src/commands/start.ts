import type { Jupyter } from "../jupyter/jupyter.js";
import type { Lost } from "../jupyter/lost.js";
import type { Kernel, Kernels } from "../kernels/kernels.js";
import type { Log } from "../log.js";
import type { Place } from "../place.js";
import { showProblem } from "../problems.js";
import type { KernelRequest, Session } from "../protocol.js";
import type { Starter } from "../start/starter.js";
import type { Announcements } from "../ui/announcements.js";
import type { VSCode } from "../vs.js";
import { where } from "../words.js";

/** StartDeps is what starting needs. */
export interface StartDeps {
  readonly starter: Pick<Starter, "start" | "startOn">;
  readonly kernels: Pick<Kernels, "get" | "stop">;
  readonly jupyter: Pick<Jupyter, "choose" | "isShared" | "lost" | "restarted">;
  readonly place: Pick<Place, "refuse">;
  readonly announcements: Pick<Announcements, "after">;
  readonly log: Log;
}

/** Start starts kernels for this window and gives them to the open notebook. */
export interface Start {
  /** run is the command. */
  run(): Promise<void>;
  /** again starts a kernel like one that ended, with something changed. */
  again(like: Session, change: KernelRequest): Promise<void>;
  /**
   * instead does so for one that still runs, and stops that one as soon as there is the other,
   * unless several notebooks run in it.
   */
  instead(like: Session, change: KernelRequest): Promise<void>;
}

/**
 * createStart leaves the questions and the failures to the starter, and where cells run to the
 * announcements.
 */
export function createStart(vs: VSCode, deps: StartDeps): Start {
  const { starter, kernels, jupyter, place, announcements, log } = deps;
  const give = async (start: () => Promise<Kernel | undefined>): Promise<void> => {
    const kernel = await start();
    if (!kernel) return;
    try {
      await jupyter.choose(kernel);
    } catch (err) {
      await showProblem(vs, err, { doing: "Selecting the kernel in the notebook", log });
    }
  };
  const begin = async (start: () => Promise<Kernel | undefined>): Promise<void> => {
    if (await place.refuse()) return;
    await announcements.after(() => give(start));
  };
  const like = (session: Session, change: KernelRequest): Promise<Kernel | undefined> =>
    starter.startOn(session.cluster, session.user, { ...requestOf(session), ...change });
  /** restarted is for a notebook whose kernel goes while it restarts: that "restarts" for ever. */
  const restarted = async (kernel: Kernel): Promise<void> => {
    if (!kernel.session.memoryKills) return;
    const location = vs.ProgressLocation.Notification;
    const title = `Waiting until the kernel on ${where(kernel.session)} has restarted…`;
    await vs.window.withProgress({ location, title, cancellable: true }, (_progress, token) =>
      jupyter.restarted(kernel, token),
    );
  };
  /**
   * giveBack comes before the notebook is given the other: of one kernel it needs no click. It
   * gives what there is to do then, which only the kernel before can tell.
   */
  const giveBack = async ({ id }: Session): Promise<Lost | undefined> => {
    const kernel = kernels.get(id);
    if (kernel?.session.state !== "ready" || (await jupyter.isShared(kernel))) return undefined;
    await restarted(kernel);
    try {
      await kernels.stop(id);
      return jupyter.lost(id);
    } catch (err) {
      await showProblem(vs, err, { doing: `Stopping the kernel on ${where(kernel.session)}`, log });
      return undefined;
    }
  };
  const instead = async (session: Session, change: KernelRequest): Promise<void> => {
    let lost: Lost | undefined;
    await begin(async () => {
      const kernel = await like(session, change);
      if (kernel) lost = await giveBack(session);
      return kernel;
    });
    if (lost) await tellLost(lost);
  };
  /** tellLost is an error, since VS Code hides a warning after a few seconds, with its buttons. */
  const tellLost = async ({ advice, reopen }: Lost): Promise<void> => {
    const chosen = await vs.window.showErrorMessage(advice, ...(reopen ? [reopen.title] : []));
    if (chosen !== undefined) await reopen?.run();
  };
  return {
    run: () => begin(() => starter.start()),
    again: (session, change) => begin(() => like(session, change)),
    instead,
  };
}

/** requestOf is what a kernel had; its environment comes from the settings and the profile again. */
function requestOf(session: Session): KernelRequest {
  return {
    cpus: session.cpus,
    ...(session.memoryMiB ? { memoryMiB: session.memoryMiB } : {}),
    ...(session.timeLimitSeconds ? { timeLimitSeconds: session.timeLimitSeconds } : {}),
    ...(session.gpus ? { gpus: session.gpus } : {}),
    ...(session.partition ? { partition: session.partition } : {}),
    ...(session.account ? { account: session.account } : {}),
  };
}
