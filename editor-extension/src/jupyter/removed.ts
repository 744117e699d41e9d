import type { Disposable } from "vscode";
import type { KernelChange, Kernels } from "../kernels/kernels.js";
import { ProblemCode, type Session } from "../protocol.js";
import type { VSCode } from "../vs.js";
import { where } from "../words.js";
import { lostWith, type Lost } from "./lost.js";
import type { Uses } from "./uses.js";

/**
 * createRemovedNotice tells a person whose notebook lost its kernel to reopen the notebook. Who
 * stopped the kernel here reads it with the words that say so (commands/stop.ts).
 */
export function createRemovedNotice(
  vs: VSCode,
  deps: { kernels: Pick<Kernels, "onDidChange">; uses: Uses },
): Disposable {
  return deps.kernels.onDidChange(({ kernel: { session }, before }: KernelChange) => {
    if (session.state !== "ended" || before === undefined || before.state === "ended") return;
    if (session.cause?.code === ProblemCode.Cancelled) return;
    const lost = lostWith(vs, deps.uses, session.id);
    if (lost) void tell(vs, session, lost);
  });
}

async function tell(vs: VSCode, session: Session, { advice, reopen }: Lost): Promise<void> {
  const text = `The kernel on ${where(session)} has ended. ${advice}`;
  const chosen = await vs.window.showWarningMessage(text, ...(reopen ? [reopen.title] : []));
  if (chosen !== undefined) await reopen?.run();
}
