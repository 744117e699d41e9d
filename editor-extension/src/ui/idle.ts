import type { Disposable } from "vscode";
import type { Kernels } from "../kernels/kernels.js";
import type { Log } from "../log.js";
import { showProblem } from "../problems.js";
import type { Session } from "../protocol.js";
import type { VSCode } from "../vs.js";
import { clock as clockWords, duration, where } from "../words.js";
import { type Clock, systemClock } from "./clock.js";

/** brief is how long a word in the status bar stays. */
const brief = 8_000;

/**
 * createIdleWarnings tells of a kernel that is given back soon because no cell runs, once for
 * each time that it is to be, and keeps it when the person wants that.
 */
export function createIdleWarnings(
  vs: VSCode,
  deps: { kernels: Pick<Kernels, "onDidChange" | "keep">; log: Log; clock?: Clock },
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
  return kernels.onDidChange(({ kernel: { session }, before }) => {
    const { idleEndsAt } = session;
    if (idleEndsAt === undefined || idleEndsAt === before?.idleEndsAt) return;
    void warn(session, idleEndsAt);
  });
}

/** warningOf is "No cell has run on scs0151 for 50 min: its kernel ends at 14:05, unless …". */
function warningOf(session: Session, endsAt: string, now: Date): string {
  const ends = new Date(endsAt);
  const left = (ends.getTime() - now.getTime()) / 1000;
  const minutes = Math.max(1, Math.round(((session.idleSeconds ?? 0) - left) / 60));
  return (
    `No cell has run on ${where(session)} for ${duration(minutes * 60)}: ` +
    `its kernel ends at ${clockWords(ends, now)}, unless a cell runs or you keep it.`
  );
}

function buttonOf({ idleSeconds = 0 }: Session): string {
  return idleSeconds === 3600 ? "Keep Another Hour" : `Keep Another ${duration(idleSeconds)}`;
}
