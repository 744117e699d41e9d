import type { Memento } from "vscode";
import type { Session } from "../protocol.js";

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
