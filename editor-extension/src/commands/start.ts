import type { Jupyter } from "../jupyter/jupyter.js";
import type { Kernel } from "../kernels/kernels.js";
import type { Log } from "../log.js";
import type { Place } from "../place.js";
import { showProblem } from "../problems.js";
import type { KernelRequest, Session } from "../protocol.js";
import type { Starter } from "../start/starter.js";
import type { Announcements } from "../ui/announcements.js";
import type { VSCode } from "../vs.js";

/** StartDeps is what starting needs. */
export interface StartDeps {
  readonly starter: Pick<Starter, "start" | "startOn">;
  readonly jupyter: Pick<Jupyter, "choose">;
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
}

/**
 * createStart leaves the questions and the failures to the starter, and where cells run to the
 * announcements.
 */
export function createStart(vs: VSCode, deps: StartDeps): Start {
  const { starter, jupyter, place, announcements, log } = deps;
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
  return {
    run: () => begin(() => starter.start()),
    again: (like, change) =>
      begin(() => starter.startOn(like.cluster, like.user, { ...requestOf(like), ...change })),
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
