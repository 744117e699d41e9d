import { requestProblem } from "../common/problems.js";
import { asSentence } from "../common/sentence.js";
import { unlessAborted, within } from "../common/time.js";
import { type Current, unreachable, type Target } from "../gateway/forward.js";
import type { Kernel, Kernels } from "../kernels/types.js";
import type { Slot, Slots } from "../slots/slots.js";
import { isUsable, locationOf } from "../text/session.js";

/** SlotServers finds the Jupyter of a slot. */
export interface SlotServers {
  /** current returns the slot's Jupyter; after a reload it waits until that is known. */
  current(slot: Slot): Promise<Current>;
  /**
   * ensure waits for the slot's Jupyter, and starts one if there is none. When `signal` is aborted
   * it rejects; a start that no other cell waits for is cancelled.
   */
  ensure(slot: Slot, signal: AbortSignal): Promise<Target>;
}

/** SlotServersDeps is what {@link createSlotServers} needs. */
export interface SlotServersDeps {
  readonly kernels: Pick<Kernels, "restored" | "onDidChange">;
  readonly slots: Pick<Slots, "kernelIn" | "pendingStart">;
  /** start starts a kernel in a slot, asking first; undefined if the user declined. */
  readonly start: (slot: Slot, signal: AbortSignal) => Promise<Kernel | undefined>;
  readonly times?: WaitTimes;
}

/** WaitTimes are in milliseconds. */
interface WaitTimes {
  /** handover is how long to wait for a kernel that another window is still handing over. */
  readonly handover: number;
  /** disconnected is how long a cell waits for a lost connection. */
  readonly disconnected: number;
}

const defaultTimes: WaitTimes = { handover: 30_000, disconnected: 600_000 };

/** Starting is a start for the cells of a slot, shared by all notebooks that need it. */
interface Starting {
  readonly kernel: Promise<Kernel | undefined>;
  readonly cancel: AbortController;
  /** waiting is how many cells wait for it. */
  waiting: number;
}

/** createSlotServers has no state of its own: it is in the slots. */
export function createSlotServers(deps: SlotServersDeps): SlotServers {
  const { kernels, slots, times = defaultTimes } = deps;
  const starting = new Map<string, Starting>();
  const restored = () => within(times.handover, kernels.restored(), undefined);

  const begin = (slot: Slot): Starting => {
    const cancel = new AbortController();
    const kernel = deps.start(slot, cancel.signal).finally(() => starting.delete(slot.id));
    const one = { kernel, cancel, waiting: 0 };
    starting.set(slot.id, one);
    return one;
  };
  /** join waits for the start of a slot's kernel, and begins one if there is none. */
  const join = async (slot: Slot, signal: AbortSignal): Promise<Kernel | undefined> => {
    const under = starting.get(slot.id);
    if (under?.cancel.signal.aborted) {
      await under.kernel.catch(() => undefined);
      return join(slot, signal);
    }
    signal.throwIfAborted();
    const filling = under ? undefined : slots.pendingStart(slot);
    if (filling) return filling;
    const one = under ?? begin(slot);
    one.waiting += 1;
    const leave = (): void => {
      one.waiting -= 1;
      if (one.waiting === 0) one.cancel.abort();
    };
    signal.addEventListener("abort", leave, { once: true });
    return one.kernel.finally(() => signal.removeEventListener("abort", leave));
  };
  const started = async (slot: Slot, signal: AbortSignal): Promise<Kernel | undefined> => {
    try {
      return await join(slot, signal);
    } catch (err) {
      const why = asSentence(requestProblem(err).message);
      throw new Error(`${why} This cell did not run.`, { cause: err });
    }
  };
  /** living is the slot's kernel, unless it is about to end; then it waits for the end. */
  const living = async (slot: Slot): Promise<Kernel | undefined> => {
    const kernel = slots.kernelIn(slot);
    if (kernel?.session.state !== "ending") return kernel;
    await waitUntilReady(deps, kernel, times.handover);
    return undefined;
  };
  const needed = async (slot: Slot, signal: AbortSignal): Promise<Target> => {
    await restored();
    const kernel = (await living(slot)) ?? (await started(slot, signal));
    if (!kernel) throw new Error(notStartedMessage(slot));
    const target = await waitUntilReady(deps, kernel, times.disconnected);
    if (target) return target;
    throw new Error(unreachableMessage(kernel));
  };
  return {
    current: async (slot) => {
      await restored();
      const kernel = slots.kernelIn(slot);
      if (kernel === undefined) return undefined;
      const { state } = kernel.session;
      if (state === "ending") return unreachable; // until it is known why
      if (!isUsable(kernel.session)) return undefined;
      // Without a connection, our program's port answers 503. A kernel that is taken over is reported
      // before its address.
      const target = targetOf(kernel) ?? (await waitUntilReady(deps, kernel, times.handover));
      return target ?? unreachable;
    },
    ensure: (slot, signal) => unlessAborted(needed(slot, signal), signal),
  };
}

/** notStartedMessage is what a cell shows if no kernel was started for it. */
function notStartedMessage({ label }: Slot): string {
  return `No kernel was started on ${label}, so this cell did not run.`;
}

function unreachableMessage({ session }: Kernel): string {
  return session.state === "ended"
    ? `The kernel on ${locationOf(session)} has ended. This cell did not run.`
    : `The kernel on ${locationOf(session)} cannot be reached. This cell did not run.`;
}

/** targetOf returns the address of a kernel's Jupyter, if it has one. */
function targetOf({ session, url, token }: Kernel): Target | undefined {
  return isUsable(session) && url !== undefined && token !== undefined
    ? { job: session.id, url, token }
    : undefined;
}

/** waitUntilReady waits until cells can run in a kernel; it returns undefined if the kernel ends or on timeout. */
function waitUntilReady(
  { kernels }: Pick<SlotServersDeps, "kernels">,
  kernel: Kernel,
  ms: number,
): Promise<Target | undefined> {
  return new Promise((resolve) => {
    const check = (one: Kernel): void => {
      const { state } = one.session;
      if (state === "ready" && targetOf(one)) settle(targetOf(one));
      if (state === "ended") settle(undefined);
    };
    const listening = kernels.onDidChange(({ kernel: one }) => {
      if (one.session.id === kernel.session.id) check(one);
    });
    const timer = setTimeout(() => settle(undefined), ms);
    const settle = (target: Target | undefined): void => {
      clearTimeout(timer);
      listening.dispose();
      resolve(target);
    };
    check(kernel);
  });
}
