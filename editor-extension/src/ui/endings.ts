import type { Disposable } from "vscode";
import type { Jupyter } from "../jupyter/jupyter.js";
import type { Lost } from "../jupyter/lost.js";
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
 * createEndings tells why a kernel of this window ended by itself, and offers what comes next, in
 * one notice with what there is to do for the notebooks that used it: VS Code shows three at most.
 * A start that fails is told by who started it, so only kernels that could run cells count.
 */
export function createEndings(
  vs: VSCode,
  deps: {
    kernels: Pick<Kernels, "own" | "onDidChange">;
    jupyter: Pick<Jupyter, "lost">;
    startAgain: StartAgain;
  },
): Disposable {
  const { kernels, jupyter, startAgain } = deps;
  const usable = new Set(
    kernels.own.filter(({ session }) => isUsable(session)).map(({ session }) => session.id),
  );
  return kernels.onDidChange(({ kernel: { session } }: KernelChange) => {
    if (isUsable(session)) usable.add(session.id);
    if (session.state !== "ended" || !usable.delete(session.id)) return;
    const ending = endingOf(session);
    if (ending) void tell(vs, session, ending, { lost: jupyter.lost(session.id), startAgain });
  });
}

async function tell(
  vs: VSCode,
  session: Session,
  ending: Ending,
  { lost, startAgain }: { readonly lost: Lost | undefined; readonly startAgain: StartAgain },
): Promise<void> {
  const text = [ending.text, lost?.advice].filter(Boolean).join(" ");
  const reopen = lost?.reopen;
  const others = ending.quiet
    ? []
    : [ending.again?.title, ending.setting && keepLonger, reopen ? undefined : showLog];
  const titles = [reopen?.title, ...others].filter((title) => title !== undefined);
  const show = ending.quiet ? vs.window.showInformationMessage : vs.window.showWarningMessage;
  const chosen = await show(text, ...titles);
  if (chosen === undefined) return;
  if (chosen === reopen?.title) await reopen.run();
  else if (chosen === showLog) await vs.commands.executeCommand("sunpyter.log");
  else if (chosen === keepLonger) await openSetting(vs, ending.setting);
  else if (ending.again) await startAgain(session, ending.again.change);
}

async function openSetting(vs: VSCode, key: string | undefined): Promise<void> {
  await vs.commands.executeCommand("workbench.action.openSettings", key);
}
