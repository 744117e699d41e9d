import type { Disposable } from "vscode";
import type { Kernels } from "../kernels/kernels.js";
import type { Log } from "../log.js";
import { showProblem } from "../problems.js";
import type { Session } from "../protocol.js";
import type { VSCode } from "../vs.js";
import { clock as clockWords, duration, where } from "../words.js";
import { type Clock, systemClock } from "./clock.js";
import { isIdle } from "./statustext.js";

/** brief is how long a word in the status bar stays. */
const brief = 8_000;

/**
 * createIdleWarnings warns of a kernel that is about to stop because no cell runs, once each time, and
 * keeps it when the user wants that: by the warning's button, or by the command, to which the status
 * bar and the list of kernels lead for as long as the kernel is idle.
 */
export function createIdleWarnings(
  vs: VSCode,
  deps: { kernels: Pick<Kernels, "own" | "onDidChange" | "keep">; log: Log; clock?: Clock },
): Disposable {
  const { kernels, log, clock = systemClock } = deps;
  const keep = async (session: Session): Promise<void> => {
    try {
      await kernels.keep(session.id);
      vs.window.setStatusBarMessage(`$(check) The kernel on ${where(session)} is kept`, brief);
    } catch (err) {
      await showProblem(vs, err, { doing: "Keeping the kernel", log });
    }
  };
  const warn = async (session: Session, endsAt: string): Promise<void> => {
    const button = buttonOf(session);
    const chosen = await vs.window.showWarningMessage(
      warningOf(session, endsAt, clock.now()),
      button,
    );
    if (chosen === button) await keep(session);
  };
  const command = vs.commands.registerCommand("sunpyter.keep", async () => {
    const idle = kernels.own.map(({ session }) => session).filter(isIdle);
    await Promise.all(idle.map(keep));
  });
  const changes = kernels.onDidChange(({ kernel: { session }, before }) => {
    const { idleEndsAt } = session;
    if (idleEndsAt === undefined || idleEndsAt === before?.idleEndsAt) return;
    void warn(session, idleEndsAt);
  });
  return vs.Disposable.from(command, changes);
}

/** warningOf is "The kernel on scs0151 has been idle for 50 min and will stop at 14:05." */
function warningOf(session: Session, endsAt: string, now: Date): string {
  const ends = new Date(endsAt);
  const left = (ends.getTime() - now.getTime()) / 1000;
  const minutes = Math.max(1, Math.round(((session.idleSeconds ?? 0) - left) / 60));
  const idle = duration(minutes * 60);
  return `The kernel on ${where(session)} has been idle for ${idle} and will stop at ${clockWords(ends, now)}.`;
}

function buttonOf({ idleSeconds = 0 }: Session): string {
  return idleSeconds === 3600 ? "Keep Another Hour" : `Keep Another ${duration(idleSeconds)}`;
}
