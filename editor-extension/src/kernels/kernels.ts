import type { CancellationToken, Disposable, Event } from "vscode";
import type { KernelStartParams, ProgressParams, Release, Session } from "../protocol.js";

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
  /** before is the session before; undefined when it is new here. */
  readonly before?: Session;
}

/** Doing is how the caller of a long request follows and ends it. */
export interface Doing {
  readonly token?: CancellationToken;
  /** progress is told of each stage. */
  readonly progress?: (params: ProgressParams) => void;
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
   * settled resolves when it is known which kernels this window has: those of before a
   * reload or a crash were taken over, or are gone. Until then `own` may lack some.
   */
  settled(): Promise<void>;
  /** start asks for a kernel and waits until cells can run in it. */
  start(params: Omit<KernelStartParams, "progressToken">, doing?: Doing): Promise<Kernel>;
  /** takeOver makes another window's kernel this window's. */
  takeOver(id: string, doing?: Doing): Promise<Kernel>;
  /** stop ends a kernel at once; it resolves when Slurm has accepted the end. */
  stop(id: string): Promise<Release>;
  /** others are the kernels that other windows of this computer hold. */
  others(): Promise<readonly Session[]>;
  /** link gives an address for a browser that works once and carries no token. */
  link(id: string): Promise<string>;
}
