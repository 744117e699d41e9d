import type { Disposable, Event, Memento } from "vscode";
import type { VSCode } from "../common/vscode.js";
import type { KernelStartResult, Session } from "../protocol.js";
import type { Kernel, KernelChange } from "./types.js";

/** Model is what is known about this window's kernels. */
export interface Model extends Disposable {
  readonly onDidChange: Event<KernelChange>;
  /** own are those that have not ended, oldest first. */
  own(): readonly Kernel[];
  get(id: string): Kernel | undefined;
  /** update applies a session that the server reported. */
  update(session: Session): void;
  /** setConnection applies a response: the session, and the address of its Jupyter. */
  setConnection(result: KernelStartResult): Kernel;
  /** markDisconnected marks all kernels when the program has stopped: until it is back no cell can run. */
  markDisconnected(): void;
}

/** The states before a kernel is ready. */
const startStates: readonly Session["state"][] = ["connecting", "submitting", "starting"];

/**
 * createModel starts empty. `ready` are the kernels in which cells can or could run, at first those
 * of the previous window. For the user such a kernel is not starting again: while it is taken
 * over, it is shown as disconnected.
 */
export function createModel(vscode: VSCode, ready: Set<string>): Model {
  const changed = new vscode.EventEmitter<KernelChange>();
  const kernels = new Map<string, Kernel>();
  const asSeen = (session: Session): Session => {
    if (session.state === "ready") ready.add(session.id);
    const isDisconnected = ready.has(session.id) && startStates.includes(session.state);
    return isDisconnected ? { ...session, state: "disconnected" } : session;
  };
  const set = (kernel: Kernel): Kernel => {
    const previous = kernels.get(kernel.session.id)?.session;
    kernels.set(kernel.session.id, kernel);
    changed.fire(previous ? { kernel, previous } : { kernel });
    return kernel;
  };
  const own = (): readonly Kernel[] =>
    [...kernels.values()].filter(({ session }) => session.state !== "ended");
  return {
    onDidChange: changed.event,
    own,
    get: (id) => kernels.get(id),
    update: (session) => {
      // A kernel that has ended has no address.
      const connection = session.state === "ended" ? {} : kernels.get(session.id);
      set({ ...connection, session: asSeen(session) });
    },
    setConnection: ({ session, url, token }) => set({ session: asSeen(session), url, token }),
    markDisconnected: () => {
      for (const kernel of own()) {
        if (kernel.session.state !== "ready") continue;
        set({ ...kernel, session: { ...kernel.session, state: "disconnected" } });
      }
    },
    dispose: () => changed.dispose(),
  };
}

/** StoredKernel is what is stored of a kernel across a reload: no token and no address. */
interface StoredKernel {
  readonly id: string;
  /** where is its node, or its cluster's title. */
  readonly where: string;
  /** ran is true if cells could run in it. */
  readonly ran: boolean;
}

/**
 * RememberedKernels stores this window's kernels, so that it finds them after a reload. It is
 * written as soon as a kernel has an id, since a window can end at any moment.
 */
export interface RememberedKernels {
  all(): readonly StoredKernel[];
  /** age is how long ago this window was last known to be alive, in milliseconds. */
  age(): number;
  /** save stores a kernel, or removes it if it has ended. */
  save(session: Session): void;
  remove(id: string): void;
  /** touch records that the window is alive now. */
  touch(): void;
}

interface StoredState {
  readonly kernels: readonly StoredKernel[];
  readonly at: number;
}

const key = "sunpyter.kernels.1";

/** createRememberedKernels reads what the previous window stored. */
export function createRememberedKernels(memento: Memento): RememberedKernels {
  const stored = memento.get<Partial<StoredState>>(key);
  const kernels = new Map(
    (stored?.kernels ?? []).filter(isStoredKernel).map((memo) => [memo.id, memo]),
  );
  const seen = stored?.at ?? 0;
  const write = (): void => {
    const value: StoredState | undefined =
      kernels.size > 0 ? { kernels: [...kernels.values()], at: Date.now() } : undefined;
    // If it cannot be written, a reloaded window starts without kernels; nothing else is lost.
    void Promise.resolve(memento.update(key, value)).catch(() => undefined);
  };
  const remove = (id: string): void => {
    if (kernels.delete(id)) write();
  };
  return {
    all: () => [...kernels.values()],
    age: () => Date.now() - seen,
    save: (session) => {
      if (session.state === "ended") {
        remove(session.id);
        return;
      }
      const previous = kernels.get(session.id);
      const ran = previous?.ran === true || session.state === "ready";
      const memo: StoredKernel = { id: session.id, where: session.node ?? session.title, ran };
      if (previous?.where === memo.where && previous.ran === ran) return;
      kernels.set(session.id, memo);
      write();
    },
    remove,
    touch: () => {
      if (kernels.size > 0) write();
    },
  };
}

function isStoredKernel(value: unknown): value is StoredKernel {
  const { id, where, ran } = (value ?? {}) as Partial<Record<string, unknown>>;
  return typeof id === "string" && typeof where === "string" && typeof ran === "boolean";
}
