import type { Disposable } from "vscode";
import type { KernelChange, Kernels } from "../kernels/kernels.js";
import type { KernelRequest, Session } from "../protocol.js";
import type { VSCode } from "../vs.js";
import { type Ending, endingOf } from "./causes.js";
import { isUsable } from "./statustext.js";

/** StartAgain starts a kernel like one that ended, with something changed. */
export type StartAgain = (like: Session, change: KernelRequest) => Promise<void>;

const keepLonger = "Keep Longer…";
const showLog = "Show Log";

/**
 * createEndings tells why a kernel of this window ended by itself, and offers what comes next.
 * A start that fails is told by who started it, so only kernels that could run cells count.
 */
export function createEndings(
  vs: VSCode,
  deps: { kernels: Pick<Kernels, "own" | "onDidChange">; startAgain: StartAgain },
): Disposable {
  const { kernels, startAgain } = deps;
  const usable = new Set(
    kernels.own.filter(({ session }) => isUsable(session)).map(({ session }) => session.id),
  );
  return kernels.onDidChange(({ kernel: { session } }: KernelChange) => {
    if (isUsable(session)) usable.add(session.id);
    if (session.state !== "ended" || !usable.delete(session.id)) return;
    const ending = endingOf(session);
    if (ending) void tell(vs, session, ending, startAgain);
  });
}

async function tell(
  vs: VSCode,
  session: Session,
  ending: Ending,
  startAgain: StartAgain,
): Promise<void> {
  if (ending.quiet) {
    await vs.window.showInformationMessage(ending.text);
    return;
  }
  const titles = [ending.again?.title, ending.setting && keepLonger, showLog].filter(
    (title) => title !== undefined,
  );
  const chosen = await vs.window.showWarningMessage(ending.text, ...titles);
  if (chosen === undefined) return;
  if (chosen === showLog) await vs.commands.executeCommand("sunpyter.log");
  else if (chosen === keepLonger) await openSetting(vs, ending.setting);
  else if (ending.again) await startAgain(session, ending.again.change);
}

async function openSetting(vs: VSCode, key: string | undefined): Promise<void> {
  await vs.commands.executeCommand("workbench.action.openSettings", key);
}
