import { offer, runCommand } from "../common/notices.js";
import type { Disposable } from "vscode";
import { asSentence } from "../common/sentence.js";
import { type Clock, systemClock } from "../common/time.js";
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
  const { kernels, reconnect, clock = systemClock } = deps;
  /** waiting are the kernels whose connection is lost, and shown those for which that was reported. */
  const waiting = new Map<string, Disposable>();
  const shown = new Set<string>();
  const prompted = new Set<string>();
  const report = (id: string): void => {
    waiting.delete(id);
    shown.add(id);
    const session = kernels.get(id)?.session;
    if (session) void showLost(vscode, session);
  };
  const changes = kernels.onDidChange(({ kernel: { session }, previous }) => {
    const { id, state } = session;
    if (state === "disconnected" && !needsUserAction(session)) {
      if (shown.has(id) || waiting.has(id)) return;
      const notice = clock.after(noticeDelay, () => report(id));
      waiting.set(id, notice);
      return;
    }
    waiting.get(id)?.dispose();
    waiting.delete(id);
    if (needsUserAction(session)) {
      if (!prompted.has(id)) void showReconnect(vscode, session, reconnect);
      prompted.add(id);
      return;
    }
    const knows = prompted.delete(id) || shown.has(id);
    if (state !== "ready" || previous?.state !== "disconnected" || !knows) return;
    const text = `$(check) Connected to ${locationOf(session)} again`;
    vscode.window.setStatusBarMessage(text, statusMessageTime);
  });
  const command = vscode.commands.registerCommand("sunpyter.reconnect", async () => {
    const sessions = kernels.own.map(({ session }) => session).filter(needsUserAction);
    await Promise.all(sessions.map(reconnect));
  });
  return {
    dispose: () => {
      vscode.Disposable.from(changes, command, ...waiting.values()).dispose();
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
