import { offer, runCommand } from "../common/notices.js";
import type { Disposable } from "vscode";
import { asSentence } from "../common/sentence.js";
import { type Alarm, type Clock, createAlarm, systemClock } from "../common/time.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernels } from "../kernels/types.js";
import type { Session } from "../protocol.js";
import { reconnectTitle, needsUserAction, locationOf } from "../text/session.js";
import { formatDuration } from "../text/units.js";

/** noticeDelay is how long a connection is lost before it is reported: most gaps are shorter. */
const noticeDelay = 15_000;

/** statusMessageTime is how long a message in the status bar stays. */
const statusMessageTime = 8_000;

/** ConnectionDeps is what {@link createConnectionNotices} needs. */
interface ConnectionDeps {
  readonly kernels: Pick<Kernels, "own" | "get" | "onDidChange">;
  readonly reconnect: (session: Session) => Promise<void>;
  readonly clock?: Clock;
}

/**
 * createConnectionNotices reports a lost connection to a kernel, once per kernel and only
 * if it is not back soon; and at once, each time, if it waits for the
 * user. The status bar shows the rest.
 */
export function createConnectionNotices(vscode: VSCode, deps: ConnectionDeps): Disposable {
  const { kernels, reconnect } = deps;
  const lost = createLostConnections(vscode, deps);
  const prompted = new Set<string>();
  const changes = kernels.onDidChange(({ kernel: { session }, previous: before }) => {
    const { id, state } = session;
    if (needsUserAction(session)) {
      lost.cancel(id);
      if (prompted.has(id)) return;
      prompted.add(id);
      void showReconnect(vscode, session, reconnect);
    } else if (state === "disconnected") lost.watch(id);
    else {
      lost.cancel(id);
      const knows = prompted.delete(id) || lost.wasShown(id);
      if (state !== "ready" || before?.state !== "disconnected" || !knows) return;
      vscode.window.setStatusBarMessage(
        `$(check) Connected to ${locationOf(session)} again`,
        statusMessageTime,
      );
    }
  });
  const command = vscode.commands.registerCommand("sunpyter.reconnect", async () => {
    const sessions = kernels.own.map(({ session }) => session).filter(needsUserAction);
    await Promise.all(sessions.map(reconnect));
  });
  return vscode.Disposable.from(changes, command, lost);
}

/** LostConnections watches kernels with a lost connection until that is reported. */
interface LostConnections extends Disposable {
  watch(id: string): void;
  cancel(id: string): void;
  wasShown(id: string): boolean;
}

function createLostConnections(
  vscode: VSCode,
  { kernels, clock = systemClock }: ConnectionDeps,
): LostConnections {
  const shown = new Set<string>();
  const waiting = new Map<string, Alarm>();
  const cancel = (id: string): void => {
    waiting.get(id)?.dispose();
    waiting.delete(id);
  };
  const wait = (id: string): void => {
    if (shown.has(id) || waiting.has(id)) return;
    const alarm = createAlarm(clock, () => {
      cancel(id);
      shown.add(id);
      const session = kernels.get(id)?.session;
      if (session) void showLost(vscode, session);
    });
    waiting.set(id, alarm);
    alarm.set(noticeDelay);
  };
  return {
    watch: wait,
    cancel,
    wasShown: (id) => shown.has(id),
    dispose: () => {
      for (const id of [...waiting.keys()]) cancel(id);
    },
  };
}

async function showLost(vscode: VSCode, session: Session): Promise<void> {
  const text = `Lost connection to ${locationOf(session)}. Reconnecting automatically.${graceText(session)}`;
  await offer(vscode, "warning", text, runCommand(vscode, "Show Kernels", "sunpyter.kernels"));
}

async function showReconnect(
  vscode: VSCode,
  session: Session,
  reconnect: ConnectionDeps["reconnect"],
): Promise<void> {
  const advice = asSentence(session.notice ?? `sign in to ${session.title} to reconnect`);
  const text = `Lost connection to ${locationOf(session)}. ${advice}${graceText(session)}`;
  await offer(vscode, "warning", text, { title: reconnectTitle, run: () => reconnect(session) });
}

function graceText({ graceSeconds }: Session): string {
  return graceSeconds ? ` The kernel keeps running for ${formatDuration(graceSeconds)}.` : "";
}
