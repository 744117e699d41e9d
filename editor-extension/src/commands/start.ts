import type { Log } from "../common/log.js";
import { attempt, showProblem } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { Jupyter } from "../jupyter/types.js";
import type { Kernel, Kernels } from "../kernels/types.js";
import { type KernelRequest, ProblemCode, type Session } from "../protocol.js";
import type { Settings } from "../settings/settings.js";
import type { Site, Slot, Slots } from "../slots/slots.js";
import { compact } from "../start/plan.js";
import type { Launch, LaunchInSlot, Starter } from "../start/starter.js";
import { endingOf } from "../text/ending.js";
import { locationOf } from "../text/session.js";
import type { Announcements } from "../ui/announcements.js";

/** StartDeps is what starting needs. */
interface StartDeps {
  readonly starter: Pick<Starter, "start" | "startOn" | "startForCell">;
  readonly kernels: Pick<Kernels, "get" | "stop" | "takeOver">;
  readonly slots: Slots;
  readonly jupyter: Pick<Jupyter, "prepare" | "use" | "confirm" | "activeSlot" | "isShared">;
  readonly refuseOnCluster: () => Promise<boolean>;
  readonly settings: Pick<Settings, "startOnRun">;
  readonly announcements: Pick<Announcements, "announce">;
  readonly log: Log;
}

/** Start starts kernels for this window and selects them in the open notebook. */
export interface Start {
  /** prepare makes the notebook's first use of a cluster quicker, while the user chooses the size. */
  prepare(site: Site): Promise<void>;
  /** run is the command. */
  run(): Promise<void>;
  /** repeatLast starts what was started last, without asking. */
  repeatLast(): Promise<void>;
  /** inSlot is the row of a slot in the kernel picker. */
  inSlot(slot: Slot): Promise<void>;
  /** restart starts a kernel like one that ended, with something changed. */
  restart(like: Session, change: KernelRequest): Promise<void>;
  /**
   * replace starts a kernel in place of one that is still running, which is stopped as soon as the new
   * one is ready. If several notebooks run in the old one, both are kept.
   */
  replace(like: Session, change: KernelRequest): Promise<void>;
  /**
   * forCell starts the kernel that a cell of a slot needs. It returns undefined if the user declined
   * or `signal` was aborted.
   */
  forCell(slot: Slot, signal: AbortSignal): Promise<Kernel | undefined>;
}

/** createStart leaves questions and failures to the starter. */
export function createStart(vscode: VSCode, deps: StartDeps): Start {
  const { starter, kernels, slots, jupyter, refuseOnCluster, settings, announcements, log } = deps;

  const reportSelectFailure = async <T>(work: Promise<T>): Promise<T | undefined> => {
    try {
      return await work;
    } catch (err) {
      void showProblem(vscode, err, { doing: "select the kernel in the notebook", log });
      return undefined;
    }
  };
  /** confirmSelection reports where cells run, by what VS Code says of the notebook. */
  const confirmSelection = async (
    slot: Slot,
    chosen: ReturnType<Jupyter["use"]>,
    kernel: Kernel,
  ): Promise<void> => {
    const editor = await reportSelectFailure(chosen);
    const remaining = await reportSelectFailure(jupyter.confirm(slot, editor, kernel));
    announcements.announce(kernel.session, remaining);
  };
  const activeSlot = () => slots.get(jupyter.activeSlot());
  /** startInSlot starts a kernel in a slot, and meanwhile selects the slot in the notebook. */
  const startInSlot =
    (preferred?: (site: Site) => Slot): LaunchInSlot =>
    async (site, launch) => {
      const slot = preferred?.(site) ?? slots.freeSlot(site, activeSlot());
      const chosen = jupyter.use(slot);
      const kernel = await slots.startIn(slot, launch);
      if (kernel) void confirmSelection(slot, chosen, kernel);
      return kernel;
    };
  const unlessOnCluster = async <T>(work: () => Promise<T>): Promise<T | undefined> =>
    (await refuseOnCluster()) ? undefined : work();
  const startLike = (session: Session, change: KernelRequest, launchInSlot: LaunchInSlot) => {
    const request = { ...requestOf(session), ...change };
    return starter.startOn(session.cluster, session.user, request, launchInSlot);
  };
  const stop = async (session: Session): Promise<void> => {
    if (kernels.get(session.id)?.session.state !== "ready") return;
    const doing = `stop the kernel on ${locationOf(session)}`;
    await attempt(vscode, { doing, log }, () => kernels.stop(session.id));
  };
  const forCell: Start["forCell"] = async (slot, signal) => {
    const mode = settings.startOnRun();
    if (mode === "never") {
      throw new Error(
        `No kernel is running on ${slot.label}, and the settings say not to start one. Run "Start Sunbird kernel" first.`,
      );
    }
    const { change, why } = changeAfterLast(slots.lastSession(slot));
    const launch: Launch = () =>
      starter.startForCell({
        cluster: slot.cluster,
        ask: mode === "ask",
        change,
        why,
        signal,
        launchInSlot: startInSlot(() => slot),
      });
    const kernel = await unlessOnCluster(() => slots.startIn(slot, launch));
    if (kernel) announcements.announce(kernel.session);
    return kernel;
  };
  return {
    prepare: async (site) => {
      const slot = slots.listedSlot(site, activeSlot());
      if (slot) await jupyter.prepare(slot);
    },
    run: async () => {
      await unlessOnCluster(async () => {
        const launchInSlot = startInSlot();
        /** launches is empty if the user chose an existing kernel. */
        const launches: Launch[] = [];
        const kernel = await starter.start({
          launchInSlot: (site, launch) => {
            launches.push(launch);
            return launchInSlot(site, launch);
          },
        });
        const slot = kernel && slots.slotOfKernel(kernel.session.id);
        if (slot && launches.length === 0) await confirmSelection(slot, jupyter.use(slot), kernel);
      });
    },
    repeatLast: async () => {
      await unlessOnCluster(() => starter.start({ repeatLast: true, launchInSlot: startInSlot() }));
    },
    inSlot: async (slot) => {
      const launchInSlot = startInSlot((site) => slots.freeSlot(site, slot));
      await unlessOnCluster(() => starter.start({ launchInSlot }));
    },
    restart: async (session, change) => {
      const slot = slots.slotOfKernel(session.id);
      const launchInSlot = startInSlot((site) => slots.freeSlot(site, slot));
      await unlessOnCluster(() => startLike(session, change, launchInSlot));
    },
    replace: async (session, change) => {
      await unlessOnCluster(async () => {
        const old = kernels.get(session.id);
        const slot = slots.slotOfKernel(session.id);
        const shared = old !== undefined && (await jupyter.isShared(old));
        const replaced = shared ? undefined : slot;
        const kernel = await startLike(session, change, startInSlot(replaced && (() => replaced)));
        if (kernel && replaced) await stop(session);
      });
    },
    forCell,
  };
}

/** changeAfterLast returns what the next kernel needs if the last one had too little, and why. */
function changeAfterLast(last: Session | undefined): { change: KernelRequest; why: string } {
  const ending = last?.cause?.code === ProblemCode.JobOutOfMemory ? endingOf(last) : undefined;
  return { change: ending?.restart?.change ?? {}, why: ending?.text ?? "" };
}

/** requestOf returns a kernel's resources; its environment comes from the settings and the profile again. */
function requestOf(session: Session): KernelRequest {
  const { cpus, memoryMiB, timeLimitSeconds, gpus, partition, account } = session;
  return compact({ cpus, memoryMiB, timeLimitSeconds, gpus, partition, account });
}
