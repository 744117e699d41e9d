import { offer, runCommand } from "../common/notices.js";
import type { Log } from "../common/log.js";
import { showProblem } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { Jupyter } from "../jupyter/types.js";
import type { Kernel, Kernels } from "../kernels/types.js";
import type { Release, Session } from "../protocol.js";
import type { Slots } from "../slots/slots.js";
import { nextCellText } from "../text/ending.js";
import { locationOf } from "../text/session.js";
import { count, joinTexts } from "../text/units.js";
import { enoughText } from "../text/use.js";
import { describe } from "../ui/kernelrows.js";

/** Stop stops kernels at once. */
export interface Stop {
  /** run is the command: it stops the only kernel of this window, or those that the user picks. */
  run(): Promise<void>;
  /** sessions stops kernels by the given function, and shows the outcome. */
  sessions(
    sessions: readonly Session[],
    end?: (session: Session) => Promise<Release>,
  ): Promise<void>;
}

/** StopDeps is what {@link createStop} needs. */
interface StopDeps {
  readonly kernels: Pick<Kernels, "own" | "get" | "stop">;
  readonly slots: Pick<Slots, "slotOfKernel">;
  readonly jupyter: Pick<Jupyter, "isUsed">;
  readonly log: Log;
}

/** createStop does not ask for confirmation: running the command is one. */
export function createStop(vscode: VSCode, { kernels, slots, jupyter, log }: StopDeps): Stop {
  const stopOwn = (session: Session): Promise<Release> => kernels.stop(session.id);
  /**
   * showOutcome shows the outcome, and more: what would have been enough, what the kernel's notebooks
   * do next; a warning if it is unconfirmed.
   */
  const showOutcome = async (session: Session, release: Release): Promise<void> => {
    const slot = slots.slotOfKernel(session.id);
    const text = joinTexts(" ", [
      outcomeText(session, release),
      enoughText(kernels.get(session.id)?.session ?? session),
      slot && jupyter.isUsed(slot) && nextCellText(slot),
    ]);
    await offer(vscode, release.outcome === "unconfirmed" ? "warning" : "info", text);
  };
  const these: Stop["sessions"] = async (sessions, end = stopOwn) => {
    const results = await vscode.window.withProgress(
      // In the status bar: VS Code shows three notifications at most, and the outcome needs one.
      { location: vscode.ProgressLocation.Window, title: stoppingTitle(sessions) },
      () => Promise.allSettled(sessions.map(end)),
    );
    await Promise.all(
      sessions.map(async (session, i) => {
        const result = results[i];
        const doing = `stop the kernel on ${locationOf(session)}`;
        if (result?.status === "fulfilled") await showOutcome(session, result.value);
        else await showProblem(vscode, result?.reason, { doing, log });
      }),
    );
  };
  return {
    sessions: these,
    run: async () => {
      const own = kernels.own.map(({ session }) => session);
      const sessions = await pickSessions(vscode, own);
      if (sessions.length > 0) await these(sessions);
    },
  };
}

function stoppingTitle(sessions: readonly Session[]): string {
  const [only, ...more] = sessions;
  const isOne = only && more.length === 0;
  return `Stopping ${isOne ? `the kernel on ${locationOf(only)}` : count(sessions.length, "kernel")}…`;
}

async function pickSessions(
  vscode: VSCode,
  sessions: readonly Session[],
): Promise<readonly Session[]> {
  if (sessions.length === 0) await offerStart(vscode, "No kernel is running in this window.");
  if (sessions.length < 2) return sessions;
  const now = new Date();
  const rows = [
    ...sessions.map((session) => ({ ...describe(session, now), sessions: [session] })),
    { label: `$(debug-stop) All ${count(sessions.length, "kernel")}`, sessions },
  ];
  const title = "Stop Kernel";
  const chosen = await vscode.window.showQuickPick(rows, { title, placeHolder: "Which kernel?" });
  return chosen?.sessions ?? [];
}

function outcomeText(session: Session, release: Release): string {
  switch (release.outcome) {
    case "released":
    case "node-free":
      return session.node === undefined
        ? `Kernel stopped. Nothing is left on ${session.title}.`
        : "Kernel stopped. The node is released.";
    case "no-job":
      return `Kernel stopped. There was no job on ${session.title}.`;
    case "handed-over":
      return "Another window uses this kernel. It keeps running there.";
    case "unconfirmed":
      return release.message ?? unconfirmedText(session, release.jobId ?? session.jobId);
  }
}

function unconfirmedText({ title }: Session, job: string | undefined): string {
  const what = job ? `job ${job}` : "the job";
  return `${title} didn't confirm that ${what} stopped. It will stop by itself soon.`;
}

/** pickKernel returns the only kernel, or lets the user choose; `none` is shown if there is none. */
export async function pickKernel(
  vscode: VSCode,
  kernels: readonly Kernel[],
  { title, none }: { readonly title: string; readonly none: string },
): Promise<Kernel | undefined> {
  if (kernels.length === 0) {
    await offerStart(vscode, none);
    return undefined;
  }
  if (kernels.length === 1) return kernels[0];
  const rows = kernels.map((kernel) => ({ ...describe(kernel.session, new Date()), kernel }));
  const chosen = await vscode.window.showQuickPick(rows, { title, placeHolder: "Which kernel?" });
  return chosen?.kernel;
}

/** offerStart reports that there is no kernel, and offers to start one. */
async function offerStart(vscode: VSCode, text: string): Promise<void> {
  await offer(vscode, "info", text, runCommand(vscode, "Start Sunbird kernel", "sunpyter.start"));
}
