import type { Disposable } from "vscode";
import { type Alarm, type Clock, createAlarm, systemClock } from "../common/time.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernels } from "../kernels/types.js";
import type { Session } from "../protocol.js";
import { connectAgain, needsUserAction, where } from "../text/session.js";
import { duration } from "../text/units.js";

/** patience is how long a connection is away before it is told: shorter gaps mend themselves. */
const patience = 15_000;

/** brief is how long a word in the status bar stays. */
const brief = 8_000;

/** ConnectionDeps is what the notices need. */
export interface ConnectionDeps {
  readonly kernels: Pick<Kernels, "own" | "get" | "onDidChange">;
  readonly reconnect: (session: Session) => Promise<void>;
  readonly clock?: Clock;
}

/**
 * createConnectionNotices tells that the connection to a kernel is lost, once a kernel and only
 * when it does not come back by itself soon; and at once, each time, when it waits for the
 * person. The status bar shows the rest.
 */
export function createConnectionNotices(vs: VSCode, deps: ConnectionDeps): Disposable {
  const { kernels, reconnect } = deps;
  const lost = createLost(vs, deps);
  const asked = new Set<string>();
  const changes = kernels.onDidChange(({ kernel: { session }, before }) => {
    const { id, state } = session;
    if (needsUserAction(session)) {
      lost.cancel(id);
      if (asked.has(id)) return;
      asked.add(id);
      void askPerson(vs, session, reconnect);
    } else if (state === "disconnected") lost.wait(id);
    else {
      lost.cancel(id);
      const knows = asked.delete(id) || lost.told(id);
      if (state !== "ready" || before?.state !== "disconnected" || !knows) return;
      vs.window.setStatusBarMessage(`$(check) Connected to ${where(session)} again`, brief);
    }
  });
  const command = vs.commands.registerCommand("sunpyter.reconnect", async () => {
    const sessions = kernels.own.map(({ session }) => session).filter(needsUserAction);
    await Promise.all(sessions.map(reconnect));
  });
  return vs.Disposable.from(changes, command, lost);
}

/** Lost are the kernels whose connection is away, until that is told. */
interface Lost extends Disposable {
  wait(id: string): void;
  cancel(id: string): void;
  told(id: string): boolean;
}

function createLost(vs: VSCode, { kernels, clock = systemClock }: ConnectionDeps): Lost {
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
  return {
    wait,
    cancel,
    told: (id) => told.has(id),
    dispose: () => {
      for (const id of [...waiting.keys()]) cancel(id);
    },
  };
}

async function tellLost(vs: VSCode, session: Session): Promise<void> {
  const text =
    `The connection to ${where(session)} is lost. The kernel goes on there, ` +
    `and the connection is made again by itself as soon as the network allows.${kept(session)}`;
  const show = "Show Kernels";
  const chosen = await vs.window.showWarningMessage(text, show);
  if (chosen === show) await vs.commands.executeCommand("sunpyter.kernels");
}

async function askPerson(
  vs: VSCode,
  session: Session,
  reconnect: ConnectionDeps["reconnect"],
): Promise<void> {
  const why = session.notice ?? `${session.title} wants an answer from you`;
  const text =
    `The connection to ${where(session)} is lost: ${why.replace(/[.\s]+$/u, "")}. ` +
    `The kernel goes on there.${kept(session)}`;
  const chosen = await vs.window.showWarningMessage(text, connectAgain);
  if (chosen === connectAgain) await reconnect(session);
}

function kept({ graceSeconds }: Session): string {
  return graceSeconds
    ? ` It is kept for ${duration(graceSeconds)} while this computer cannot be reached.`
    : "";
}
