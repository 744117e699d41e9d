import type { Disposable, Event, Memento } from "vscode";
import type { VSCode } from "../common/vscode.js";
import type { KernelStartResult, Session } from "../protocol.js";
import type { Kernel, KernelChange } from "./types.js";

/** Model is what is known of this window's kernels, without asking anybody. */
export interface Model extends Disposable {
  readonly onDidChange: Event<KernelChange>;
  /** own are those that are not over, oldest first. */
  own(): readonly Kernel[];
  get(id: string): Kernel | undefined;
  /** update takes what the server says of a session. */
  update(session: Session): void;
  /** setConnection takes what an answer brings besides the session: the way to Jupyter. */
  setConnection(result: KernelStartResult): Kernel;
  /** markDisconnected says that the program is gone: until it is back no cell can run. */
  markDisconnected(): void;
}

/** States on the way to a kernel. */
const startStates: readonly Session["state"][] = ["connecting", "submitting", "starting"];

/**
 * createModel knows no kernel yet. `ran` are those of the window before in which cells could
 * run. For a person such a kernel is never being started again: while it is taken over, the
 * connection to it is lost.
 */
export function createModel(vscode: VSCode, wereReady: Iterable<string> = []): Model {
  const changed = new vscode.EventEmitter<KernelChange>();
  const kernels = new Map<string, Kernel>();
  const ready = new Set(wereReady);
  const asSeen = (session: Session): Session => {
    if (session.state === "ready") ready.add(session.id);
    const isDisconnected = ready.has(session.id) && startStates.includes(session.state);
    return isDisconnected ? { ...session, state: "disconnected" } : session;
  };
  const set = (kernel: Kernel): Kernel => {
    const previous = kernels.get(kernel.session.id)?.session;
    kernels.set(kernel.session.id, kernel);
    changed.fire(previous ? { kernel, previous: previous } : { kernel });
    return kernel;
  };
  const own = (): readonly Kernel[] =>
    [...kernels.values()].filter(({ session }) => session.state !== "ended");
  return {
    onDidChange: changed.event,
    own,
    get: (id) => kernels.get(id),
    update: (session) => {
      // The way to a kernel that is over leads nowhere.
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
    dispose: () => {
      changed.dispose();
    },
  };
}

/** StoredKernel is what is remembered of a kernel over a reload: no token and no address. */
interface StoredKernel {
  readonly id: string;
  /** where is its node, or its cluster's name for people. */
  readonly where: string;
  /** wereReady is true when cells could run in it. */
  readonly ran: boolean;
}

/**
 * RememberedKernels are the kernels of this window, so that it finds them again after a reload. It is
 * written as soon as a kernel has an id, since a window can end at any moment.
 */
export interface RememberedKernels {
  all(): readonly StoredKernel[];
  /** age is how long ago this window was last seen alive, in milliseconds. */
  age(): number;
  /** save keeps a kernel, or removes it when it is over. */
  save(session: Session): void;
  remove(id: string): void;
  /** touch says that the window was alive until now. */
  touch(): void;
}

interface StoredState {
  readonly kernels: readonly StoredKernel[];
  readonly at: number;
}

const key = "sunpyter.kernels.1";

/** createRememberedKernels reads what the window before left. */
export function createRememberedKernels(
  memento: Memento,
  now: () => number = Date.now,
): RememberedKernels {
  const stored = memento.get<Partial<StoredState>>(key);
  const kernels = new Map(
    (stored?.kernels ?? []).filter(isStoredKernel).map((memo) => [memo.id, memo]),
  );
  const seen = stored?.at ?? 0;
  const write = (): void => {
    const value: StoredState | undefined =
      kernels.size > 0 ? { kernels: [...kernels.values()], at: now() } : undefined;
    // Where it cannot be written a reload starts without kernels, and nothing else is lost.
    void Promise.resolve(memento.update(key, value)).catch(() => undefined);
  };
  const remove = (id: string): void => {
    if (kernels.delete(id)) write();
  };
  return {
    all: () => [...kernels.values()],
    age: () => now() - seen,
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
