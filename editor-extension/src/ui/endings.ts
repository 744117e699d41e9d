import type { Disposable } from "vscode";
import type { Jupyter } from "../jupyter/jupyter.js";
import type { KernelChange, Kernels } from "../kernels/kernels.js";
import type { KernelRequest, Session } from "../protocol.js";
import type { Slots } from "../slots/slots.js";
import type { VSCode } from "../vs.js";
import { type Ending, endingOf, nextCell } from "./causes.js";
import { isUsable } from "./statustext.js";

/** StartAgain starts a kernel like one that ended, with something changed. */
export type StartAgain = (like: Session, change: KernelRequest) => Promise<void>;

const keepLonger = "Keep Longer…";
const showLog = "Show Log";

/**
 * createEndings says why a kernel of this window ended by itself, and offers what comes next, in
 * one notice with what the notebooks that used it do next: VS Code shows three at most.
 * A start that fails is told by who started it, so only kernels that could run cells count.
 */
export function createEndings(
  vs: VSCode,
  deps: {
    kernels: Pick<Kernels, "own" | "onDidChange">;
    slots: Pick<Slots, "of">;
    jupyter: Pick<Jupyter, "uses">;
    startAgain: StartAgain;
  },
): Disposable {
  const { kernels, slots, jupyter, startAgain } = deps;
  const usable = new Set(
    kernels.own.filter(({ session }) => isUsable(session)).map(({ session }) => session.id),
  );
  return kernels.onDidChange(({ kernel: { session } }: KernelChange) => {
    if (isUsable(session)) usable.add(session.id);
    if (session.state !== "ended" || !usable.delete(session.id)) return;
    const ending = endingOf(session);
    const slot = slots.of(session.id);
    const next = slot && jupyter.uses(slot) ? nextCell(slot) : "";
    if (ending) void tell(vs, session, ending, { next, startAgain });
  });
}

async function tell(
  vs: VSCode,
  session: Session,
  ending: Ending,
  { next, startAgain }: { readonly next: string; readonly startAgain: StartAgain },
): Promise<void> {
  const text = [ending.text, next].filter(Boolean).join(" ");
  const titles = ending.quiet
    ? []
    : [ending.again?.title, ending.setting && keepLonger, showLog].filter(
        (title) => title !== undefined,
      );
  const show = ending.quiet ? vs.window.showInformationMessage : vs.window.showWarningMessage;
  const chosen = await show(text, ...titles);
  if (chosen === undefined) return;
  if (chosen === showLog) await vs.commands.executeCommand("sunpyter.log");
  else if (chosen === keepLonger) await openSetting(vs, ending.setting);
  else if (ending.again) await startAgain(session, ending.again.change);
}

async function openSetting(vs: VSCode, key: string | undefined): Promise<void> {
  await vs.commands.executeCommand("workbench.action.openSettings", key);
}
