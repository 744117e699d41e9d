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
import { joinTexts } from "../text/units.js";
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
  const { kernels, slots, jupyter, restartKernel } = deps;
  const usable = new Set(
    kernels.own.filter(({ session }) => isUsable(session)).map(({ session }) => session.id),
  );
  return kernels.onDidChange(({ kernel: { session } }: KernelChange) => {
    if (isUsable(session)) usable.add(session.id);
    if (session.state !== "ended" || !usable.delete(session.id)) return;
    const ending = endingOf(session);
    const slot = slots.slotOfKernel(session.id);
    const next = slot && jupyter.isUsed(slot) ? nextCellText(slot) : "";
    if (!ending) return;
    const text = joinTexts(" ", [ending.text, enoughText(session), next]);
    void showEnding(vscode, session, { ...ending, text }, restartKernel);
  });
}

async function showEnding(
  vscode: VSCode,
  session: Session,
  { text, quiet, restart, setting }: Ending,
  restartKernel: RestartKernel,
): Promise<void> {
  if (quiet) return offer(vscode, "info", text);
  await offer(
    vscode,
    "warning",
    text,
    ...(restart ? [restartAction(session, restart, restartKernel)] : []),
    ...(setting ? [{ ...openSettings(vscode, setting), title: "Keep Longer…" }] : []),
    runCommand(vscode, "Show Log", "sunpyter.log"),
  );
}

function restartAction(
  session: Session,
  { title, change }: NonNullable<Ending["restart"]>,
  restartKernel: RestartKernel,
): Action {
  return { title, run: () => restartKernel(session, change) };
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
 * over, earlier kills have been reported. A command, to which the status bar leads, offers more memory
 * for a kernel that is about to run out of it.
 */
export function createMemoryNotices(
  vscode: VSCode,
  deps: {
    kernels: Pick<Kernels, "own" | "onDidChange">;
    restartKernel: RestartKernel;
    clock?: Clock;
  },
): Disposable {
  const { kernels, restartKernel, clock = systemClock } = deps;
  const waiting = new Set<Disposable>();
  /** offerMemory shows a warning, with more memory if there is a node that has it. */
  const offerMemory = async (session: Session, text: string): Promise<void> => {
    const more = moreMemory(session);
    const advice = more ? "" : " This partition has no node with more memory.";
    const actions = more ? [restartAction(session, more, restartKernel)] : [];
    await offer(vscode, "warning", `${text}${advice}`, ...actions);
  };
  const changes = kernels.onDidChange(({ kernel: { session }, previous: before }) => {
    if (!before || (session.memoryKills ?? 0) <= (before.memoryKills ?? 0)) return;
    const notice = clock.after(delayAfterJupyter, () => {
      waiting.delete(notice);
      const why = `it used more than ${memoryLimitText(session)}`;
      const text = `A kernel on ${locationOf(session)} was stopped: ${why}. ${variablesLost}`;
      void offerMemory(session, text);
    });
    waiting.add(notice);
  });
  const command = vscode.commands.registerCommand("sunpyter.moreMemory", async () => {
    const short = kernels.own.map(({ session }) => session).filter(isMemoryShort);
    const warn = async (session: Session): Promise<void> => {
      const text =
        `The kernel on ${locationOf(session)} uses ${usedMemory(session)} of memory. ` +
        "If it needs more than it has, it is stopped and its variables are lost.";
      await offerMemory(session, text);
    };
    await Promise.all(short.map(warn));
  });
  return {
    dispose: () => {
      vscode.Disposable.from(changes, command, ...waiting).dispose();
    },
  };
}
