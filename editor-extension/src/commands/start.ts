import type { Log } from "../common/log.js";
import { showProblem } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { Place } from "../common/windowhost.js";
import type { Jupyter } from "../jupyter/types.js";
import type { Kernel, Kernels } from "../kernels/types.js";
import { type KernelRequest, ProblemCode, type Session } from "../protocol.js";
import type { Settings } from "../settings/settings.js";
import type { Slot, Slots } from "../slots/slots.js";
import type { Launch, Placing, Starter } from "../start/starter.js";
import { endingOf } from "../text/ending.js";
import { where } from "../text/session.js";
import type { Announcements } from "../ui/announcements.js";

/** StartDeps is what starting needs. */
export interface StartDeps {
  readonly starter: Pick<Starter, "start" | "startOn" | "startForCell">;
  readonly kernels: Pick<Kernels, "get" | "stop" | "takeOver">;
  readonly slots: Slots;
  readonly jupyter: Pick<Jupyter, "use" | "confirm" | "activeSlot" | "isShared">;
  readonly place: Pick<Place, "refuse">;
  readonly settings: Pick<Settings, "startOnRun">;
  readonly announcements: Announcements;
  readonly log: Log;
}

/** Start starts kernels for this window and selects them in the open notebook. */
export interface Start {
  /** run is the command. */
  run(): Promise<void>;
  /** asLastTime starts what was started last, without asking. */
  asLastTime(): Promise<void>;
  /** inSlot is the row of a slot in the kernel picker. */
  inSlot(slot: Slot): Promise<void>;
  /** again starts a kernel like one that ended, with something changed. */
  again(like: Session, change: KernelRequest): Promise<void>;
  /**
   * instead starts one in place of one that still runs, which is stopped as soon as the other is
   * there; unless several notebooks run in it: then both are kept.
   */
  instead(like: Session, change: KernelRequest): Promise<void>;
  /**
   * forCell starts the kernel that a cell of a slot needs; undefined when the user did not want it,
   * or does not any more: then `signal` was aborted.
   */
  forCell(slot: Slot, signal: AbortSignal): Promise<Kernel | undefined>;
}

/** createStart leaves the questions and the failures to the starter. */
export function createStart(vs: VSCode, deps: StartDeps): Start {
  const { starter, kernels, slots, jupyter, place, settings, announcements, log } = deps;

  const selecting = async <T>(work: Promise<T>): Promise<T | undefined> => {
    try {
      return await work;
    } catch (err) {
      void showProblem(vs, err, { doing: "Selecting the kernel in the notebook", log });
      return undefined;
    }
  };
  /** confirmed reports where cells run, by what VS Code says of the notebook. */
  const confirmed = async (
    slot: Slot,
    chosen: ReturnType<Jupyter["use"]>,
    kernel: Kernel,
  ): Promise<void> => {
    const editor = (await selecting(chosen)) ?? { editor: undefined };
    announcements.tell(kernel.session, await selecting(jupyter.confirm(slot, editor, kernel)));
  };
  /** placed starts a kernel in a slot, and meanwhile selects the slot in the notebook. */
  const placed =
    (preferred?: (site: Parameters<Placing>[0]) => Slot): Placing =>
    async (site, launch) => {
      const active = slots.all().find(({ id }) => id === jupyter.activeSlot());
      const slot = preferred?.(site) ?? slots.free(site, active);
      const chosen = jupyter.use(slot);
      const kernel = await slots.fill(slot, launch);
      if (kernel) void confirmed(slot, chosen, kernel);
      return kernel;
    };
  const allowed = async <T>(work: () => Promise<T>): Promise<T | undefined> =>
    (await place.refuse()) ? undefined : work();
  const like = (session: Session, change: KernelRequest, placing: Placing) =>
    starter.startOn(session.cluster, session.user, { ...requestOf(session), ...change }, placing);
  const stop = async (session: Session): Promise<void> => {
    if (kernels.get(session.id)?.session.state !== "ready") return;
    try {
      await kernels.stop(session.id);
    } catch (err) {
      await showProblem(vs, err, { doing: `Stopping the kernel on ${where(session)}`, log });
    }
  };
  const forCell: Start["forCell"] = async (slot, signal) => {
    const mode = settings.startOnRun();
    if (mode === "never") {
      throw new Error(
        `No kernel is running on ${slot.label}, and the settings say not to start one. Run "Start Sunbird kernel" first.`,
      );
    }
    const { change, why } = afterLast(slots.last(slot));
    const launch: Launch = () =>
      starter.startForCell({
        cluster: slot.cluster,
        ask: mode === "ask",
        change,
        why,
        signal,
        placing: placed(() => slot),
      });
    const kernel = await allowed(() => slots.fill(slot, launch));
    if (kernel) announcements.tell(kernel.session);
    return kernel;
  };
  return {
    run: async () => {
      await allowed(async () => {
        const placing = placed();
        /** launches are none where the user chose a kernel that there is. */
        const launches: Launch[] = [];
        const kernel = await starter.start({
          placing: (site, launch) => {
            launches.push(launch);
            return placing(site, launch);
          },
        });
        const slot = kernel && slots.of(kernel.session.id);
        if (slot && launches.length === 0) await confirmed(slot, jupyter.use(slot), kernel);
      });
    },
    asLastTime: async () => {
      await allowed(() => starter.start({ again: true, placing: placed() }));
    },
    inSlot: async (slot) => {
      await allowed(() => starter.start({ placing: placed((site) => slots.free(site, slot)) }));
    },
    again: async (session, change) => {
      const slot = slots.of(session.id);
      await allowed(() =>
        like(
          session,
          change,
          placed((site) => slots.free(site, slot)),
        ),
      );
    },
    instead: async (session, change) => {
      await allowed(async () => {
        const old = kernels.get(session.id);
        const slot = slots.of(session.id);
        const shared = old !== undefined && (await jupyter.isShared(old));
        const replaced = shared ? undefined : slot;
        const kernel = await like(session, change, placed(replaced && (() => replaced)));
        if (kernel && replaced) await stop(session);
      });
    },
    forCell,
  };
}

/** afterLast is what the next kernel needs where the last one had too little, and why. */
function afterLast(last: Session | undefined): { change: KernelRequest; why: string } {
  const ending = last?.cause?.code === ProblemCode.JobOutOfMemory ? endingOf(last) : undefined;
  return { change: ending?.again?.change ?? {}, why: ending?.text ?? "" };
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
