import type { Disposable } from "vscode";
import { type Clock, systemClock } from "../common/time.js";
import type { Kernels } from "../kernels/types.js";
import type { StartState } from "./state.js";

/** longEnough is how long a kernel must have run to say that its resources were needed, in ms. */
const longEnough = 10 * 60_000;

/**
 * rememberEnough remembers, when a kernel ends, what would have been enough for it, for the next
 * start on its cluster. A kernel that needed what it had clears that.
 */
export function rememberEnough(deps: {
  kernels: Pick<Kernels, "onDidChange">;
  state: Pick<StartState, "last" | "setEnough">;
  clock?: Clock;
}): Disposable {
  const { kernels, state, clock = systemClock } = deps;
  return kernels.onDidChange(({ kernel: { session } }) => {
    if (session.state !== "ended") return;
    const at = { site: session, user: session.user ?? "" };
    const { enoughCpus, enoughMemoryMiB } = session.use ?? {};
    if (enoughCpus ?? enoughMemoryMiB) {
      void state.setEnough(at, {
        ...state.last(at),
        ...(enoughCpus ? { cpus: enoughCpus } : {}),
        ...(enoughMemoryMiB ? { memoryMiB: enoughMemoryMiB } : {}),
      });
      return;
    }
    const ran = clock.now().getTime() - (Date.parse(session.startedAt ?? "") || Infinity);
    if (ran >= longEnough) void state.setEnough(at, undefined);
  });
}
