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
  /** tell takes what the server says of a session. */
  tell(session: Session): void;
  /** ready takes what an answer brings besides the session: the way to Jupyter. */
  ready(result: KernelStartResult): Kernel;
  /** lose says that the program is gone: until it is back no cell can run. */
  lose(): void;
}

/** States on the way to a kernel. */
const onTheWay: readonly Session["state"][] = ["connecting", "submitting", "starting"];

/**
 * createModel knows no kernel yet. `ran` are those of the window before in which cells could
 * run. For a person such a kernel is never being started again: while it is taken over, the
 * connection to it is lost.
 */
export function createModel(vs: VSCode, ran: Iterable<string> = []): Model {
  const changed = new vs.EventEmitter<KernelChange>();
  const kernels = new Map<string, Kernel>();
  const ready = new Set(ran);
  const asSeen = (session: Session): Session => {
    if (session.state === "ready") ready.add(session.id);
    const lost = ready.has(session.id) && onTheWay.includes(session.state);
    return lost ? { ...session, state: "disconnected" } : session;
  };
  const set = (kernel: Kernel): Kernel => {
    const before = kernels.get(kernel.session.id)?.session;
    kernels.set(kernel.session.id, kernel);
    changed.fire(before ? { kernel, before } : { kernel });
    return kernel;
  };
  const own = (): readonly Kernel[] =>
    [...kernels.values()].filter(({ session }) => session.state !== "ended");
  return {
    onDidChange: changed.event,
    own,
    get: (id) => kernels.get(id),
    tell: (session) => {
      // The way to a kernel that is over leads nowhere.
      const way = session.state === "ended" ? {} : kernels.get(session.id);
      set({ ...way, session: asSeen(session) });
    },
    ready: ({ session, url, token }) => set({ session: asSeen(session), url, token }),
    lose: () => {
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

/** Memo is what is remembered of a kernel over a reload: no token and no address. */
export interface Memo {
  readonly id: string;
  /** where is its node, or its cluster's name for people. */
  readonly where: string;
  /** ran is true when cells could run in it. */
  readonly ran: boolean;
}

/**
 * Remembered are the kernels of this window, so that it finds them again after a reload. It is
 * written as soon as a kernel has an id, since a window can end at any moment.
 */
export interface Remembered {
  all(): readonly Memo[];
  /** age is how long ago this window was last seen alive, in milliseconds. */
  age(): number;
  /** note keeps a kernel, or removes it when it is over. */
  note(session: Session): void;
  remove(id: string): void;
  /** touch says that the window was alive until now. */
  touch(): void;
}

interface Stored {
  readonly kernels: readonly Memo[];
  readonly at: number;
}

const key = "sunpyter.kernels.1";

/** createRemembered reads what the window before left. */
export function createRemembered(memento: Memento, now: () => number = Date.now): Remembered {
  const stored = memento.get<Partial<Stored>>(key);
  const memos = new Map((stored?.kernels ?? []).filter(isMemo).map((memo) => [memo.id, memo]));
  const seen = stored?.at ?? 0;
  const write = (): void => {
    const value: Stored | undefined =
      memos.size > 0 ? { kernels: [...memos.values()], at: now() } : undefined;
    // Where it cannot be written a reload starts without kernels, and nothing else is lost.
    void Promise.resolve(memento.update(key, value)).catch(() => undefined);
  };
  const remove = (id: string): void => {
    if (memos.delete(id)) write();
  };
  return {
    all: () => [...memos.values()],
    age: () => now() - seen,
    note: (session) => {
      if (session.state === "ended") {
        remove(session.id);
        return;
      }
      const before = memos.get(session.id);
      const ran = before?.ran === true || session.state === "ready";
      const memo: Memo = { id: session.id, where: session.node ?? session.title, ran };
      if (before?.where === memo.where && before.ran === ran) return;
      memos.set(session.id, memo);
      write();
    },
    remove,
    touch: () => {
      if (memos.size > 0) write();
    },
  };
}

function isMemo(value: unknown): value is Memo {
  const { id, where, ran } = (value ?? {}) as Partial<Record<string, unknown>>;
  return typeof id === "string" && typeof where === "string" && typeof ran === "boolean";
}
