import type { Jupyter } from "../jupyter/jupyter.js";
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
  readonly jupyter: Pick<Jupyter, "choose" | "isShared">;
  readonly place: Pick<Place, "refuse">;
  readonly announcements: Announcements;
  readonly log: Log;
}

/** Start starts kernels for this window and gives them to the open notebook. */
export interface Start {
  /** run is the command. */
  run(): Promise<void>;
  /** again starts a kernel like one that ended, with something changed. */
  again(like: Session, change: KernelRequest): Promise<void>;
  /**
   * instead does so for one that still runs, and stops that one as soon as the notebook has the
   * other, unless several notebooks run in it.
   */
  instead(like: Session, change: KernelRequest): Promise<void>;
}

/**
 * createStart leaves the questions and the failures to the starter, and where cells run to the
 * announcements.
 */
export function createStart(vs: VSCode, deps: StartDeps): Start {
  const { starter, kernels, jupyter, place, announcements, log } = deps;
  type Begin = () => Promise<Kernel | undefined>;
  const give = async (start: Begin, given?: () => void): Promise<void> => {
    const kernel = await start();
    if (!kernel) return;
    const left = await jupyter.choose(kernel, given).catch((err: unknown) => {
      void showProblem(vs, err, { doing: "Selecting the kernel in the notebook", log });
      return undefined;
    });
    announcements.tell(kernel.session, left);
  };
  const begin = async (start: Begin, given?: () => void): Promise<void> => {
    if (await place.refuse()) return;
    await give(start, given);
  };
  const like = (session: Session, change: KernelRequest): Promise<Kernel | undefined> =>
    starter.startOn(session.cluster, session.user, { ...requestOf(session), ...change });
  /** giveBack comes after the notebook has another: one whose kernel goes is to be reopened. */
  const giveBack = async ({ id }: Session): Promise<void> => {
    const kernel = kernels.get(id);
    if (kernel?.session.state !== "ready" || (await jupyter.isShared(kernel))) return;
    try {
      await kernels.stop(id);
    } catch (err) {
      await showProblem(vs, err, { doing: `Stopping the kernel on ${where(kernel.session)}`, log });
    }
  };
  return {
    run: () => begin(() => starter.start()),
    again: (session, change) => begin(() => like(session, change)),
    instead: (session, change) =>
      begin(
        () => like(session, change),
        () => void giveBack(session),
      ),
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
