import type { CancellationToken, Disposable, Event, Memento } from "vscode";
import type { Log } from "../common/log.js";
import type {
  KernelLinkResult,
  KernelListParams,
  KernelStartParams,
  KernelStartResult,
  ProgressParams,
  Release,
  Session,
  Use,
} from "../protocol.js";
import type { Server } from "../server/types.js";

/** Kernel is a session of this window and, once it is ready, the address of its Jupyter. */
export interface Kernel {
  /** session is the latest that the server reported. */
  readonly session: Session;
  /** url is Jupyter's address on this computer; undefined before it is ready. */
  readonly url?: string;
  /** token is Jupyter's token. It never goes into a log or a message. */
  readonly token?: string;
}

/** StartedKernel is a kernel that was started, and what became of the folder that was to be copied. */
export interface StartedKernel extends Kernel {
  readonly copied?: Pick<KernelStartResult, "project" | "projectProblem">;
}

/** KernelChange is one change of one kernel. */
export interface KernelChange {
  readonly kernel: Kernel;
  /** previous is the previous session; undefined if the kernel is new here. */
  readonly previous?: Session;
}

/** ProgressOptions lets the caller of a long request follow and cancel it. */
export interface ProgressOptions {
  readonly token?: CancellationToken;
  /** onProgress is called for each stage. */
  readonly onProgress?: (params: ProgressParams) => unknown;
}

/** KernelRef is what must be known about a kernel to take it over; also its cluster if it is `remote`. */
export type KernelRef = Pick<Session, "id"> & Partial<Pick<Session, "remote" | "cluster" | "user">>;

/** KernelList has the user's kernels that are not this window's. */
export interface KernelList {
  /** others are those of other windows, and with a cluster all that run on it. */
  readonly others: readonly Session[];
  /** ended are those of any window that ended recently without being stopped. */
  readonly ended: readonly Session[];
}

/** emptyList stands for a list that could not be had. */
export const emptyList: KernelList = { others: [], ended: [] };

/**
 * Kernels is what this window knows about its kernels: the only place where their state is
 * kept. A kernel that has ended stays in `get` until the window closes, so that its cause
 * can be shown; it is not in `own`.
 */
export interface Kernels extends Disposable {
  /** own are this window's kernels that have not ended, oldest first. */
  readonly own: readonly Kernel[];
  /** get returns a kernel of this window, also one that has ended. */
  get(id: string): Kernel | undefined;
  /** onDidChange fires for each `session/didChange` and when a token arrives. */
  readonly onDidChange: Event<KernelChange>;
  /**
   * restored resolves when it is known which kernels this window has: those from before a
   * reload are being taken over, or are gone. Until then `own` may lack some. One in which cells
   * could run is `disconnected` until it is ready again, also after a crash. It rejects
   * if nothing can be found out; it may be called again later.
   */
  restored(): Promise<void>;
  /** start requests a kernel and waits until cells can run in it. */
  start(
    params: Omit<KernelStartParams, "progressToken">,
    doing?: ProgressOptions,
  ): Promise<StartedKernel>;
  /** takeOver moves a kernel of another window or computer to this window. */
  takeOver(which: KernelRef, doing?: ProgressOptions): Promise<Kernel>;
  /** stop stops a kernel at once; it resolves when Slurm has accepted that. */
  stop(id: string): Promise<Release>;
  /** keep resets the idle time of a kernel. */
  keep(id: string): Promise<void>;
  /** fetchUse asks the program what a kernel's job uses now. */
  fetchUse(id: string): Promise<Use>;
  /**
   * reconnect restores the connection to a kernel now; the user may have to sign in. It
   * resolves when cells can run again.
   */
  reconnect(id: string, token?: CancellationToken): Promise<void>;
  /** list returns those that are not this window's, of this computer and optionally of a cluster. */
  list(where?: KernelListParams, token?: CancellationToken): Promise<KernelList>;
  /**
   * link returns a link for a browser that works once and contains no token. With `open`, the program
   * also opens it in the browser of its computer.
   */
  link(id: string, open: boolean): Promise<KernelLinkResult>;
}

/** KernelsDeps is what {@link createKernels} needs. */
export interface KernelsDeps {
  readonly server: Pick<Server, "request" | "onNotification" | "onDidStart" | "onDidCrash">;
  /** memento is the workspace's state: `context.workspaceState`. */
  readonly memento: Memento;
  readonly log: Log;
  readonly pollTimes?: PollTimes;
}

/** PollTimes is how often and how long to poll, in milliseconds. */
export interface PollTimes {
  readonly interval: number;
  readonly timeout: number;
}
