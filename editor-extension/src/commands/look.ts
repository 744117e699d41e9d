import type { Kernels, Listed } from "../kernels/kernels.js";
import type { Log } from "../log.js";
import { showProblem } from "../problems.js";
import type { Starter } from "../start/starter.js";
import type { VSCode } from "../vs.js";

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
