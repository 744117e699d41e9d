import type { Disposable } from "vscode";
import type { Kernels } from "../kernels/kernels.js";
import type { Session } from "../protocol.js";
import { isUsable } from "../ui/statustext.js";
import type { VSCode } from "../vs.js";

/** The keys by which the manifest enables commands, and when each is true. */
const keys: Readonly<Record<string, (sessions: readonly Session[]) => boolean>> = {
  "sunpyter.hasKernel": (sessions) => sessions.length > 0,
  "sunpyter.ready": (sessions) => sessions.some(isUsable),
  "sunpyter.starting": (sessions) =>
    sessions.some((session) => !isUsable(session) && session.state !== "ending"),
};

/** createContextKeys is the one place where the keys are set: from the kernels, and only then. */
export function createContextKeys(
  vs: VSCode,
  { kernels }: { kernels: Pick<Kernels, "own" | "onDidChange"> },
): Disposable {
  const set = new Map<string, boolean>();
  const update = (): void => {
    const sessions = kernels.own.map(({ session }) => session);
    for (const [key, holds] of Object.entries(keys)) {
      const value = holds(sessions);
      if (set.get(key) === value) continue;
      set.set(key, value);
      void vs.commands.executeCommand("setContext", key, value);
    }
  };
  update();
  return kernels.onDidChange(update);
}
