import { unlessAborted, within } from "../common/time.js";
import { lost, type Target } from "../gateway/forward.js";
import type { Kernel, Kernels } from "../kernels/types.js";
import type { Slot, Slots } from "../slots/slots.js";
import { where } from "../text/session.js";

/** Reach finds the Jupyter of a slot. */
export interface Reach {
  /** current waits while it is not known, as after a reload, which Jupyter the slot has. */
  current(slot: Slot): Promise<Target | typeof lost | undefined>;
  /**
   * needed waits for the slot's Jupyter, and starts one where there is none. When `signal` is aborted
   * it rejects; a start that nobody else waits for is cancelled.
   */
  needed(slot: Slot, signal: AbortSignal): Promise<Target>;
}

/** ReachDeps is what {@link createReach} needs. */
export interface ReachDeps {
  readonly kernels: Pick<Kernels, "settled" | "onDidChange">;
  readonly slots: Pick<Slots, "kernel" | "filling">;
  /** start starts a kernel in a slot, asking first; undefined when the user did not want it. */
  readonly start: (slot: Slot, signal: AbortSignal) => Promise<Kernel | undefined>;
  readonly times?: Times;
}

/** Times are in milliseconds. */
interface Times {
  /** known is how long an answer waits for a kernel that another window is still handing over. */
  readonly known: number;
  /** away is how long a cell waits for a connection that is lost. */
  readonly away: number;
}

const usualTimes: Times = { known: 30_000, away: 600_000 };

/** Starting is a start for the cells of a slot: two notebooks that need one ask once. */
interface Starting {
  readonly kernel: Promise<Kernel | undefined>;
  readonly cancel: AbortController;
  /** waiting is how many cells wait for it. */
  waiting: number;
}

/** createReach keeps nothing: what a slot has is in the slots. */
export function createReach(deps: ReachDeps): Reach {
  const { slots, times = usualTimes } = deps;
  const starting = new Map<string, Starting>();

  const begin = (slot: Slot): Starting => {
    const cancel = new AbortController();
    const kernel = deps.start(slot, cancel.signal).finally(() => starting.delete(slot.id));
    const one = { kernel, cancel, waiting: 0 };
    starting.set(slot.id, one);
    return one;
  };
  /** join waits for the start of a slot's kernel, and begins it where there is none. */
  const join = async (slot: Slot, signal: AbortSignal): Promise<Kernel | undefined> => {
    const under = starting.get(slot.id);
    if (under?.cancel.signal.aborted) {
      await under.kernel.catch(() => undefined);
      return join(slot, signal);
    }
    signal.throwIfAborted();
    const filling = under ? undefined : slots.filling(slot);
    if (filling) return filling;
    const one = under ?? begin(slot);
    one.waiting += 1;
    const leave = (): void => {
      one.waiting -= 1;
      if (one.waiting === 0) one.cancel.abort();
    };
    signal.addEventListener("abort", leave, { once: true });
    return one.kernel.finally(() => {
      signal.removeEventListener("abort", leave);
    });
  };
  const started = async (slot: Slot, signal: AbortSignal): Promise<Kernel | undefined> => {
    try {
      return await join(slot, signal);
    } catch (err) {
      const why = err instanceof Error ? err.message : String(err);
      throw new Error(`${why.replace(/[.\s]+$/u, "")}. This cell did not run.`, { cause: err });
    }
  };
  /** living is the slot's kernel, unless it is about to end; then it waits for the end. */
  const living = async (slot: Slot): Promise<Kernel | undefined> => {
    const kernel = slots.kernel(slot);
    if (kernel?.session.state !== "ending") return kernel;
    await ready(deps, kernel, times.known);
    return undefined;
  };
  const needed = async (slot: Slot, signal: AbortSignal): Promise<Target> => {
    await within(deps.kernels.settled(), times.known, late).catch(() => undefined);
    const kernel = (await living(slot)) ?? (await started(slot, signal));
    if (!kernel) throw new Error(notStarted(slot));
    const target = await ready(deps, kernel, times.away);
    if (target) return target;
    throw new Error(unreachable(kernel));
  };
  return {
    current: async (slot) => {
      await within(deps.kernels.settled(), times.known, late).catch(() => undefined);
      const kernel = slots.kernel(slot);
      if (kernel === undefined) return undefined;
      const { state } = kernel.session;
      if (state === "ending") return lost; // until it is known why
      // The address of one without a connection leads to an answer of our program: "not now".
      if (state !== "disconnected" || targetOf(kernel)) return targetOf(kernel);
      return (await ready(deps, kernel, times.known)) ?? lost;
    },
    needed: (slot, signal) => unlessAborted(needed(slot, signal), signal),
  };
}

/** notStarted is what a cell shows for which no kernel was started. */
export function notStarted({ label }: Slot): string {
  return `No kernel was started on ${label}, so this cell did not run.`;
}

function unreachable({ session }: Kernel): string {
  return session.state === "ended"
    ? `The kernel on ${where(session)} has ended. This cell did not run.`
    : `The kernel on ${where(session)} cannot be reached. This cell did not run.`;
}

function late(): Error {
  return new Error("late");
}

/** targetOf is the way to a kernel's Jupyter, if there is one. */
function targetOf({ session, url, token }: Kernel): Target | undefined {
  const usable = session.state === "ready" || session.state === "disconnected";
  return usable && url !== undefined && token !== undefined
    ? { job: session.id, url, token }
    : undefined;
}

/** ready waits until cells can run in a kernel; undefined when it ends, or after so many milliseconds. */
function ready(
  { kernels }: Pick<ReachDeps, "kernels">,
  kernel: Kernel,
  ms: number,
): Promise<Target | undefined> {
  return new Promise((resolve) => {
    const look = (one: Kernel): void => {
      const { state } = one.session;
      if (state === "ready" && targetOf(one)) settle(targetOf(one));
      if (state === "ended") settle(undefined);
    };
    const listening = kernels.onDidChange(({ kernel: one }) => {
      if (one.session.id === kernel.session.id) look(one);
    });
    const timer = setTimeout(() => {
      settle(undefined);
    }, ms);
    const settle = (target: Target | undefined): void => {
      clearTimeout(timer);
      listening.dispose();
      resolve(target);
    };
    look(kernel);
  });
}
