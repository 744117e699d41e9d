import type { Disposable, Memento } from "vscode";
import type { Kernel, Kernels } from "../kernels/types.js";

/** StoredTerminal is what is stored of a terminal, for after a reload of the window. */
export interface StoredTerminal {
  readonly sessionId: string;
  /** key returns to its shell. */
  readonly key: string;
}

/** StoredTerminals are the terminals that a reloaded window opens again. */
interface StoredTerminals {
  /** earlier are those of the window before it was reloaded, in which nothing has been shown yet. */
  readonly earlier: readonly StoredTerminal[];
  /** set stores the open terminals, and the earlier ones. */
  set(open: readonly StoredTerminal[]): void;
  /** drop removes one of the earlier ones: it is open again, or its kernel has ended. */
  drop(one: StoredTerminal): void;
}

/** storedKey is where they are stored. A new format gets a new key. */
const storedKey = "sunpyter.terminals.2";

export function createStoredTerminals(memento: Memento): StoredTerminals {
  const value = memento.get<unknown>(storedKey);
  const earlier = Array.isArray(value) ? value.filter(isStored) : [];
  let open: readonly StoredTerminal[] = [];
  const store = (): void => {
    const all = [...open, ...earlier];
    // If it cannot be written, a reloaded window has no terminals.
    void Promise.resolve(memento.update(storedKey, all.length > 0 ? all : undefined)).catch(
      () => undefined,
    );
  };
  return {
    earlier,
    set: (terminals) => {
      open = terminals;
      store();
    },
    drop: (one) => {
      earlier.splice(earlier.indexOf(one), 1);
      store();
    },
  };
}

function isStored(value: unknown): value is StoredTerminal {
  const { sessionId, key } = (value ?? {}) as Partial<Record<string, unknown>>;
  return typeof sessionId === "string" && typeof key === "string";
}

/** restoreTerminals opens the earlier terminals, each as soon as its kernel is ready. */
export function restoreTerminals(
  kernels: Pick<Kernels, "get" | "restored" | "onDidChange">,
  stored: StoredTerminals,
  open: (kernel: Kernel, terminal: StoredTerminal) => void,
): Disposable {
  if (stored.earlier.length === 0) return { dispose: () => undefined };
  const check = (isKnown: boolean): void => {
    for (const one of [...stored.earlier]) {
      const kernel = kernels.get(one.sessionId);
      const state = kernel?.session.state;
      if (kernel && state === "ready") open(kernel, one);
      if (state === "ready" || state === "ended" || (isKnown && !kernel)) stored.drop(one);
    }
    if (stored.earlier.length === 0) listening.dispose();
  };
  const listening = kernels.onDidChange(() => check(false));
  void kernels.restored().then(
    () => check(true),
    () => undefined, // it is asked again, and a kernel that is found is a change
  );
  return listening;
}
