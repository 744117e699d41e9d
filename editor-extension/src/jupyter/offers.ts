import type { JupyterServerCommandProvider } from "@vscode/jupyter-extension";
import type { Kernels } from "../kernels/kernels.js";
import type { Log } from "../log.js";
import type { Session } from "../protocol.js";
import type { Slot } from "../slots/slots.js";
import type { VSCode } from "../vs.js";
import { within } from "./deadline.js";
import { serverLabel } from "./words.js";

/** Offered is what {@link createOffers} needs. */
export interface Offered {
  readonly kernels: Pick<Kernels, "list">;
  /** start starts a kernel and selects it in the notebook, and tells the user what comes of it. */
  readonly start: (slot: Slot) => Promise<void>;
  /** takeOver does so with a kernel of another window. */
  readonly takeOver: (session: Session) => Promise<void>;
  readonly log: Log;
}

const other = "Use the kernel of another window…";
/** The picker shows nothing until it knows its rows. */
const listingMost = 1500;

/** createOffers makes the rows under a slot: start a kernel, or use the one of another window. */
export function createOffers(vs: VSCode, deps: Offered, slot: Slot): JupyterServerCommandProvider {
  const start = {
    label: `Start ${slot.label} kernel…`,
    description: "Request a compute node and run this notebook there",
  };
  let others: readonly Session[] = [];
  const act = async (label: string): Promise<void> => {
    if (label !== other) return deps.start(slot);
    const session = await pick(vs, others);
    if (session) await deps.takeOver(session);
  };
  return {
    provideCommands: async (value) => {
      // It is asked anew at each key that is typed.
      if (value === undefined) others = await othersOf(deps.kernels);
      return others.length === 0 ? [start] : [start, { label: other }];
    },
    handleCommand: async ({ label }) => {
      // The command selects the kernel itself: the Jupyter extension would show its picker once more.
      await vs.commands.executeCommand("workbench.action.closeQuickOpen");
      act(label).catch((err: unknown) => {
        deps.log.error(`${label} failed: ${String(err)}`);
      });
      throw new vs.CancellationError();
    },
  };
}

async function othersOf(kernels: Pick<Kernels, "list">): Promise<readonly Session[]> {
  const late = () => new Error("late");
  try {
    return (await within(kernels.list(), listingMost, late)).others;
  } catch {
    return [];
  }
}

async function pick(vs: VSCode, others: readonly Session[]): Promise<Session | undefined> {
  const rows = others.map((session) => ({
    label: serverLabel(session, new Date()),
    description: session.title,
    session,
  }));
  const title = "Use the kernel of another window";
  const placeHolder = "The other window will lose this kernel";
  return (await vs.window.showQuickPick(rows, { title, placeHolder }))?.session;
}
