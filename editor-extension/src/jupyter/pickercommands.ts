import type { JupyterServerCommandProvider } from "@vscode/jupyter-extension";
import { inertLine } from "../common/inert.js";
import type { Log } from "../common/log.js";
import { within } from "../common/time.js";
import type { VSCode } from "../common/vscode.js";
import { emptyList, type Kernels } from "../kernels/types.js";
import type { Session } from "../protocol.js";
import type { Slot } from "../slots/slots.js";
import { locationOf } from "../text/session.js";
import { formatClock, joinTexts, sizeTexts } from "../text/units.js";

/** PickerCommandDeps is what {@link createPickerCommands} needs. */
interface PickerCommandDeps {
  readonly kernels: Pick<Kernels, "list">;
  /** start starts a kernel, selects it in the notebook and reports the outcome to the user. */
  readonly start: (slot: Slot) => Promise<void>;
  /** takeOver does the same with a kernel of another window. */
  readonly takeOver: (session: Session) => Promise<void>;
  readonly log: Log;
}

const otherWindow = "Use the kernel of another window…";

/** The picker shows nothing until it knows its rows. */
const listTimeout = 1500;

/** createPickerCommands provides the rows under a slot: start a kernel, or use one of another window. */
export function createPickerCommands(
  vscode: VSCode,
  deps: PickerCommandDeps,
  slot: Slot,
): JupyterServerCommandProvider {
  const start = {
    label: `Start ${slot.label} kernel…`,
    description: "Request a compute node and run this notebook there",
  };
  let others: readonly Session[] = [];
  const act = async (label: string): Promise<void> => {
    if (label !== otherWindow) return deps.start(slot);
    const session = await pick(vscode, others);
    if (session) await deps.takeOver(session);
  };
  return {
    provideCommands: async (value) => {
      // It is called again for each key that is typed.
      if (value === undefined) {
        others = (await within(listTimeout, deps.kernels.list(), emptyList)).others;
      }
      return others.length === 0 ? [start] : [start, { label: otherWindow }];
    },
    handleCommand: async ({ label }) => {
      // The command selects the kernel itself; otherwise the Jupyter extension would show its picker again.
      await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
      act(label).catch((err: unknown) => deps.log.error(`${label} failed: ${String(err)}`));
      throw new vscode.CancellationError();
    },
  };
}

async function pick(vscode: VSCode, others: readonly Session[]): Promise<Session | undefined> {
  const rows = others.map((session) => ({
    label: serverLabel(session, new Date()),
    description: session.title,
    session,
  }));
  const title = "Use the kernel of another window";
  const placeHolder = "The other window will lose this kernel";
  return (await vscode.window.showQuickPick(rows, { title, placeHolder }))?.session;
}

/**
 * serverLabel is a kernel's name in the kernel picker: "scs0151 · 1 CPU · 4 GB · until
 * 16:20". The Jupyter extension keeps the first label, so it has the time when the
 * kernel ends and not how long it still runs.
 */
function serverLabel(session: Session, now: Date): string {
  const end = session.endsAt === undefined ? NaN : Date.parse(session.endsAt);
  const until = Number.isNaN(end) ? "" : `until ${formatClock(new Date(end), now)}`;
  const size = sizeTexts({ ...session, timeLimitSeconds: undefined });
  // The Jupyter extension shows it in lists, in which "$(name)" is an icon.
  return inertLine(joinTexts(" · ", [locationOf(session), ...size, until]));
}
