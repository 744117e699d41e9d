import type { CancellationToken, Disposable, Event, Memento } from "vscode";
import type { Log } from "../common/log.js";
import type {
  KernelLinkResult,
  KernelListParams,
  KernelStartParams,
  ProgressParams,
  Release,
  Session,
} from "../protocol.js";
import type { Server } from "../server/types.js";

/** Kernel is a session of this window and, once it is ready, the way to its Jupyter. */
export interface Kernel {
  /** session is the newest that the server told. */
  readonly session: Session;
  /** url is Jupyter's address on this computer; undefined before it is ready. */
  readonly url?: string;
  /** token is Jupyter's token. It goes into no log and no message. */
  readonly token?: string;
}

/** KernelChange is one change of one kernel. */
export interface KernelChange {
  readonly kernel: Kernel;
  /** previous is the session before; undefined when it is new here. */
  readonly previous?: Session;
}

/** ProgressOptions is how the caller of a long request follows and ends it. */
export interface ProgressOptions {
  readonly token?: CancellationToken;
  /** onProgress is told of each stage. */
  readonly onProgress?: (params: ProgressParams) => void;
}

/** KernelRef is what must be known of a kernel to take it over; its cluster where it is `remote`. */
export type KernelRef = Pick<Session, "id"> & Partial<Pick<Session, "remote" | "cluster" | "user">>;

/** KernelList are the kernels of this person that are not this window's. */
export interface KernelList {
  /** others are those that other windows hold, and with a cluster all that run on it. */
  readonly others: readonly Session[];
  /** ended are those that ended lately by themselves, of any window. */
  readonly ended: readonly Session[];
}

/**
 * Kernels is what this window knows of its kernels: the one place where their state is
 * kept. A kernel that has ended stays in `get` until the window closes, so that its cause
 * can be told; it is not in `own`.
 */
export interface Kernels extends Disposable {
  /** own are this window's kernels that are not over, oldest first. */
  readonly own: readonly Kernel[];
  /** get finds a kernel of this window, also one that has ended. */
  get(id: string): Kernel | undefined;
  /** onDidChange fires for each `session/didChange` and when a token arrives. */
  readonly onDidChange: Event<KernelChange>;
  /**
   * restored resolves when it is known which kernels this window has: those of before a
   * reload are being taken over, or are gone. Until then `own` may lack some. One that cells
   * could run in is `disconnected` until it is ready again, also after a crash. It rejects
   * while nothing can be found out; it may be asked again later.
   */
  restored(): Promise<void>;
  /** start asks for a kernel and waits until cells can run in it. */
  start(params: Omit<KernelStartParams, "progressToken">, doing?: ProgressOptions): Promise<Kernel>;
  /** takeOver makes a kernel of another window, or of another computer, this window's. */
  takeOver(which: KernelRef, doing?: ProgressOptions): Promise<Kernel>;
  /** stop ends a kernel at once; it resolves when Slurm has accepted the end. */
  stop(id: string): Promise<Release>;
  /** keep makes a kernel that nobody uses count as used now. */
  keep(id: string): Promise<void>;
  /**
   * reconnect makes the connection to a kernel again now, for which the person may be asked. It
   * resolves when cells can run again.
   */
  reconnect(id: string, token?: CancellationToken): Promise<void>;
  /** list asks for those that are not this window's: of this computer, or on a cluster too. */
  list(where?: KernelListParams, token?: CancellationToken): Promise<KernelList>;
  /** browserLink gives an address for a browser that works once and carries no token. */
  browserLink(id: string): Promise<string>;
  /** openInBrowser has the program open such a link in the browser of the computer where it runs. */
  openInBrowser(id: string): Promise<KernelLinkResult>;
}

/** KernelsDeps is what the kernels of a window need. */
export interface KernelsDeps {
  readonly server: Pick<Server, "request" | "onNotification" | "onDidStart" | "onDidCrash">;
  /** memento is of this window's folder: `context.workspaceState`. */
  readonly memento: Memento;
  readonly log: Log;
  readonly pollTimes?: PollTimes;
}

/** PollTimes is how often and how long to look, in milliseconds. */
export interface PollTimes {
  readonly interval: number;
  readonly timeout: number;
}
