import type { Disposable, Event } from "vscode";
import type { KernelStartResult, Session } from "../protocol.js";
import type { VSCode } from "../vs.js";
import type { Kernel, KernelChange } from "./kernels.js";

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
