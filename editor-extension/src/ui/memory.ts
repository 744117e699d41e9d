import type { Disposable } from "vscode";
import type { Kernels } from "../kernels/kernels.js";
import type { Session } from "../protocol.js";
import type { VSCode } from "../vs.js";
import { where } from "../words.js";
import { gone, hadMemory, moreMemory } from "./causes.js";
import type { StartAgain } from "./endings.js";

/**
 * createMemoryNotices tells when a kernel was killed because it used more memory than it had,
 * while its Jupyter lives on: nobody else says why it died. Of a kernel that was taken over,
 * what happened before has been told.
 */
export function createMemoryNotices(
  vs: VSCode,
  deps: { kernels: Pick<Kernels, "onDidChange">; startAgain: StartAgain },
): Disposable {
  return deps.kernels.onDidChange(({ kernel: { session }, before }) => {
    if (!before || (session.memoryKills ?? 0) <= (before.memoryKills ?? 0)) return;
    void tell(vs, session, deps.startAgain);
  });
}

async function tell(vs: VSCode, session: Session, startAgain: StartAgain): Promise<void> {
  const more = moreMemory(session);
  const advice = more ? "" : ` ${session.title} gives no more in this partition.`;
  const text = `A kernel on ${where(session)} was ended: it used more than ${hadMemory(session)}. ${gone}${advice}`;
  const chosen = await vs.window.showWarningMessage(text, ...(more ? [more.title] : []));
  if (more && chosen === more.title) await startAgain(session, more.change);
}
