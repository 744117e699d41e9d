import type { JupyterServer } from "@vscode/jupyter-extension";
import type { Disposable, Event } from "vscode";
import type { Kernel, Kernels } from "../kernels/kernels.js";
import { isUsable } from "../ui/statustext.js";
import type { VSCode } from "../vs.js";
import { within } from "./deadline.js";
import { serverLabel } from "./words.js";

/** Servers is the list that the Jupyter extension is given. */
export interface Servers extends Disposable {
  /**
   * provide gives this window's kernels in which cells can run. While it is not known which they
   * are it waits, and then throws: the Jupyter extension forgets for good whatever is missing
   * from a list, but keeps everything when there is no list, until `onDidChange` fires.
   */
  provide(): Promise<JupyterServer[]>;
  readonly onDidChange: Event<void>;
}

/** The Jupyter extension waits for ever, and its picker shows nothing meanwhile. */
const KNOWN_MS = 20_000;

/** createServers makes the list of this window's kernels; a server's id is that of its kernel. */
export function createServers(
  vs: VSCode,
  deps: { kernels: Pick<Kernels, "own" | "settled" | "onDidChange">; knownMs?: number },
): Servers {
  const changed = new vs.EventEmitter<void>();
  const list = () => usable(deps.kernels.own).map(toServer);
  let told = JSON.stringify(list());
  const tell = () => {
    const now = JSON.stringify(list());
    if (now === told) return;
    told = now;
    changed.fire();
  };
  const late = () => new Error("It is not known yet which kernels this window has");
  const listening = deps.kernels.onDidChange(tell);
  return {
    provide: async () => {
      const known = deps.kernels.settled();
      // Those who were told "not yet" are told once it is known.
      await within(known, deps.knownMs ?? KNOWN_MS, late).catch((err: unknown) => {
        known.then(
          () => {
            changed.fire();
          },
          () => undefined,
        );
        throw err;
      });
      return list();
    },
    onDidChange: changed.event,
    dispose: () => {
      listening.dispose();
      changed.dispose();
    },
  };
}

/** usable are the kernels in which cells can run, now or once the connection is back. */
export function usable(own: readonly Kernel[]): Kernel[] {
  return own.filter(({ session }) => isUsable(session));
}

function toServer({ session }: Kernel): JupyterServer {
  return { id: session.id, label: serverLabel(session, new Date()) };
}
