import { type Action, offer, openSettings, runCommand } from "../common/notices.js";
import type { Disposable } from "vscode";
import { type Clock, systemClock } from "../common/time.js";
import type { VSCode } from "../common/vscode.js";
import type { Jupyter } from "../jupyter/types.js";
import type { KernelChange, Kernels } from "../kernels/types.js";
import type { KernelRequest, Session } from "../protocol.js";
import type { Slots } from "../slots/slots.js";
import {
  type Ending,
  endingOf,
  variablesLost,
  memoryLimitText,
  moreMemory,
  nextCellText,
} from "../text/ending.js";
import { isUsable, locationOf } from "../text/session.js";
import { enoughText, isMemoryShort, usedMemory } from "../text/use.js";

/** RestartKernel starts a kernel like one that ended, with a change. */
export type RestartKernel = (like: Session, change: KernelRequest) => Promise<void>;

/**
 * createEndings reports why a kernel of this window ended by itself, and offers what to do, in
 * one notification with what happens in its notebooks: VS Code shows three at most.
 * A failed start is reported by its caller, so only kernels that could run cells count.
 */
export function createEndings(
  vscode: VSCode,
  deps: {
    kernels: Pick<Kernels, "own" | "onDidChange">;
    slots: Pick<Slots, "slotOfKernel">;
    jupyter: Pick<Jupyter, "isUsed">;
    restartKernel: RestartKernel;
  },
): Disposable {
  const { kernels, slots, jupyter, restartKernel: startAgain } = deps;
  const usable = new Set(
    kernels.own.filter(({ session }) => isUsable(session)).map(({ session }) => session.id),
  );
  return kernels.onDidChange(({ kernel: { session } }: KernelChange) => {
    if (isUsable(session)) usable.add(session.id);
    if (session.state !== "ended" || !usable.delete(session.id)) return;
    const ending = endingOf(session);
    const slot = slots.slotOfKernel(session.id);
    const next = slot && jupyter.isUsed(slot) ? nextCellText(slot) : "";
    if (ending) void showEnding(vscode, session, ending, { next, startAgain });
  });
}

async function showEnding(
  vscode: VSCode,
  session: Session,
  ending: Ending,
  { next, startAgain }: { readonly next: string; readonly startAgain: RestartKernel },
): Promise<void> {
  const text = [ending.text, enoughText(session), next].filter(Boolean).join(" ");
  const { quiet, restart, setting } = ending;
  if (quiet) return offer(vscode, "info", text);
  await offer(
    vscode,
    "warning",
    text,
    ...(restart ? [restartAction(session, restart, startAgain)] : []),
    ...(setting ? [{ ...openSettings(vscode, setting), title: "Keep Longer…" }] : []),
    runCommand(vscode, "Show Log", "sunpyter.log"),
  );
}

function restartAction(
  session: Session,
  { title, change }: NonNullable<Ending["restart"]>,
  startAgain: RestartKernel,
): Action {
  return { title, run: () => startAgain(session, change) };
}

/**
 * delayAfterJupyter is how long a notification waits, in milliseconds. When a kernel dies, the Jupyter
 * extension shows up to three of its own, within 3 s; of more than three within 800 ms,
 * VS Code shows only the first three. The program knows within 2 s, and the user should read it
 * within 5 s.
 */
const delayAfterJupyter = 2_900;

/**
 * createMemoryNotices reports a kernel that was killed because it ran out of memory,
 * while its Jupyter is still running: nothing else says why it died. For a kernel that was taken
 * over, earlier kills have been reported.
 */
export function createMemoryNotices(
  vscode: VSCode,
  deps: { kernels: Pick<Kernels, "onDidChange">; restartKernel: RestartKernel; clock?: Clock },
): Disposable {
  const { kernels, restartKernel: startAgain, clock = systemClock } = deps;
  const waiting = new Set<Disposable>();
  const changes = kernels.onDidChange(({ kernel: { session }, previous: before }) => {
    if (!before || (session.memoryKills ?? 0) <= (before.memoryKills ?? 0)) return;
    const notice = clock.after(delayAfterJupyter, () => {
      waiting.delete(notice);
      const why = `it used more than ${memoryLimitText(session)}`;
      const text = `A kernel on ${locationOf(session)} was stopped: ${why}. ${variablesLost}`;
      void offerMemory(vscode, session, startAgain, text);
    });
    waiting.add(notice);
  });
  return {
    dispose: () => {
      changes.dispose();
      for (const notice of waiting) notice.dispose();
    },
  };
}

/**
 * createMemoryWarnings offers more memory for a kernel that is about to run out of it, to which the
 * status bar leads.
 */
export function createMemoryWarnings(
  vscode: VSCode,
  deps: { kernels: Pick<Kernels, "own">; restartKernel: RestartKernel },
): Disposable {
  return vscode.commands.registerCommand("sunpyter.moreMemory", async () => {
    const short = deps.kernels.own.map(({ session }) => session).filter(isMemoryShort);
    const warn = async (session: Session): Promise<void> => {
      const text =
        `The kernel on ${locationOf(session)} uses ${usedMemory(session)} of memory. ` +
        "If it needs more than it has, it is stopped and its variables are lost.";
      await offerMemory(vscode, session, deps.restartKernel, text);
    };
    await Promise.all(short.map(warn));
  });
}

/** offerMemory shows a warning, with more memory if there is a node that has it. */
async function offerMemory(
  vscode: VSCode,
  session: Session,
  restartKernel: RestartKernel,
  text: string,
): Promise<void> {
  const more = moreMemory(session);
  const advice = more ? "" : " This partition has no node with more memory.";
  const actions = more ? [restartAction(session, more, restartKernel)] : [];
  await offer(vscode, "warning", `${text}${advice}`, ...actions);
}
