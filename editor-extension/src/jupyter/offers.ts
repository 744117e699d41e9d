import type { JupyterServer, JupyterServerCommandProvider } from "@vscode/jupyter-extension";
import type { Kernel, Kernels } from "../kernels/kernels.js";
import type { Log } from "../log.js";
import { showProblem } from "../problems.js";
import type { Session } from "../protocol.js";
import type { VSCode } from "../vs.js";
import { within } from "./deadline.js";
import { serverLabel } from "./words.js";

/** Starting starts a kernel, asking the person; undefined: cancelled, or the failure was told. */
export interface Starting {
  start(): Promise<Kernel | undefined>;
}

/** Offered is what {@link createOffers} needs. */
export interface Offered {
  readonly kernels: Pick<Kernels, "list" | "takeOver">;
  readonly starter: Starting;
  readonly log: Log;
  readonly title: string;
}

const OTHER = "Use the kernel of another window…";
/** The picker shows nothing until it knows its rows. */
const OTHERS_MS = 1500;

/** createOffers makes the rows under the kernels: start one, or take one from another window. */
export function createOffers(vs: VSCode, deps: Offered): JupyterServerCommandProvider {
  const start = {
    label: `Start ${deps.title} kernel…`,
    description: "asks for a compute node, on which this notebook's cells then run",
  };
  let others: readonly Session[] = [];
  return {
    provideCommands: async (value) => {
      // It is asked anew at each key that is typed.
      if (value === undefined) others = await othersOf(deps.kernels);
      return others.length === 0 ? [start] : [start, { label: OTHER }];
    },
    handleCommand: async ({ label }) => {
      if (label !== OTHER) return server(await orClose(vs, await deps.starter.start()));
      const session = await pick(vs, others);
      if (session === undefined) return undefined;
      return server(await orClose(vs, await takeOver(vs, deps, session)));
    },
  };
}

async function othersOf(kernels: Pick<Kernels, "list">): Promise<readonly Session[]> {
  const late = () => new Error("late");
  try {
    return (await within(kernels.list(), OTHERS_MS, late)).others;
  } catch {
    return [];
  }
}

/**
 * orClose closes the picker where nothing came of a row. Undefined would bring the list back,
 * over the message that says what went wrong.
 */
async function orClose(vs: VSCode, kernel: Kernel | undefined): Promise<Kernel> {
  if (kernel !== undefined) return kernel;
  await vs.commands.executeCommand("workbench.action.closeQuickOpen");
  throw new vs.CancellationError();
}

async function pick(vs: VSCode, others: readonly Session[]): Promise<Session | undefined> {
  const rows = others.map((session) => ({
    label: serverLabel(session, new Date()),
    description: session.title,
    session,
  }));
  const title = "Use the kernel of another window";
  const placeHolder = "The other window cannot use it any more";
  return (await vs.window.showQuickPick(rows, { title, placeHolder }))?.session;
}

async function takeOver(vs: VSCode, deps: Offered, session: Session): Promise<Kernel | undefined> {
  try {
    return await deps.kernels.takeOver(session);
  } catch (err) {
    void showProblem(vs, err, { doing: "Taking the kernel over", log: deps.log });
    return undefined;
  }
}

function server({ session }: Kernel): JupyterServer {
  return { id: session.id, label: serverLabel(session, new Date()) };
}
