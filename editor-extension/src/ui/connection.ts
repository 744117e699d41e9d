import type { Disposable } from "vscode";
import type { Kernels } from "../kernels/kernels.js";
import type { Session } from "../protocol.js";
import type { VSCode } from "../vs.js";
import { duration, where } from "../words.js";
import { type Alarm, type Clock, createAlarm, systemClock } from "./clock.js";

/** patience is how long a connection is away before it is told: shorter gaps mend themselves. */
const patience = 15_000;

/** brief is how long a word in the status bar stays. */
const brief = 8_000;

/**
 * createConnectionNotices tells that the connection to a kernel is lost, once a kernel and only
 * when it does not come back by itself soon. The status bar shows the rest.
 */
export function createConnectionNotices(
  vs: VSCode,
  deps: { kernels: Pick<Kernels, "own" | "get" | "onDidChange">; clock?: Clock },
): Disposable {
  const { kernels, clock = systemClock } = deps;
  const told = new Set<string>();
  const waiting = new Map<string, Alarm>();

  const cancel = (id: string): void => {
    waiting.get(id)?.dispose();
    waiting.delete(id);
  };
  const wait = (id: string): void => {
    if (told.has(id) || waiting.has(id)) return;
    const alarm = createAlarm(clock, () => {
      cancel(id);
      told.add(id);
      const session = kernels.get(id)?.session;
      if (session) void tellLost(vs, session);
    });
    waiting.set(id, alarm);
    alarm.set(patience);
  };
  const changes = kernels.onDidChange(({ kernel: { session }, before }) => {
    if (session.state === "disconnected") {
      wait(session.id);
      return;
    }
    cancel(session.id);
    const back = session.state === "ready" && before?.state === "disconnected";
    if (back && told.has(session.id)) {
      vs.window.setStatusBarMessage(`$(check) Connected to ${where(session)} again`, brief);
    }
  });
  return vs.Disposable.from(changes, {
    dispose: () => {
      for (const id of [...waiting.keys()]) cancel(id);
    },
  });
}

async function tellLost(vs: VSCode, session: Session): Promise<void> {
  const kept = session.graceSeconds
    ? ` It is kept for ${duration(session.graceSeconds)} while this computer cannot be reached.`
    : "";
  const text =
    `The connection to ${where(session)} is lost. The kernel goes on there, ` +
    `and the connection is made again by itself as soon as the network allows.${kept}`;
  const show = "Show Kernels";
  const chosen = await vs.window.showWarningMessage(text, show);
  if (chosen === show) await vs.commands.executeCommand("sunpyter.kernels");
}
