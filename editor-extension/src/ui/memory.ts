import type { Disposable } from "vscode";
import type { Kernels } from "../kernels/kernels.js";
import type { Session } from "../protocol.js";
import type { VSCode } from "../vs.js";
import { where } from "../words.js";
import { gone, hadMemory, moreMemory } from "./causes.js";
import { type Clock, systemClock } from "./clock.js";
import type { StartAgain } from "./endings.js";

/**
 * afterJupyter is how long a notice waits, in milliseconds. When a kernel dies, the Jupyter
 * extension has up to three notices of its own, within 3 s; of more than three within 800 ms,
 * VS Code shows none but the first three. The program knows within 2 s, and people are to read it
 * within 5 s.
 */
const afterJupyter = 2_900;

/**
 * createMemoryNotices tells when a kernel was killed because it used more memory than it had,
 * while its Jupyter lives on: nobody else says why it died. Of a kernel that was taken over,
 * what happened before has been told.
 */
export function createMemoryNotices(
  vs: VSCode,
  deps: { kernels: Pick<Kernels, "onDidChange">; startAgain: StartAgain; clock?: Clock },
): Disposable {
  const { kernels, startAgain, clock = systemClock } = deps;
  const waiting = new Set<Disposable>();
  const changes = kernels.onDidChange(({ kernel: { session }, before }) => {
    if (!before || (session.memoryKills ?? 0) <= (before.memoryKills ?? 0)) return;
    const notice = clock.after(afterJupyter, () => {
      waiting.delete(notice);
      void tell(vs, session, startAgain);
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

async function tell(vs: VSCode, session: Session, startAgain: StartAgain): Promise<void> {
  const more = moreMemory(session);
  const advice = more ? "" : " This partition has no node with more memory.";
  const text = `A kernel on ${where(session)} was ended: it used more than ${hadMemory(session)}. ${gone}${advice}`;
  const chosen = await vs.window.showWarningMessage(text, ...(more ? [more.title] : []));
  if (more && chosen === more.title) await startAgain(session, more.change);
}
