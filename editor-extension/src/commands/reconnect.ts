import type { Kernels } from "../kernels/kernels.js";
import type { Log } from "../log.js";
import { isCancelled, showProblem } from "../problems.js";
import type { Session } from "../protocol.js";
import type { VSCode } from "../vs.js";
import { where } from "../words.js";

/** ReconnectDeps is what connecting again needs. */
export interface ReconnectDeps {
  readonly kernels: Pick<Kernels, "get" | "reconnect">;
  readonly log: Log;
}

/**
 * createReconnect makes the connection to a kernel again, for which the person may be asked. That
 * it is back is said by the connection notices, and that the kernel ended meanwhile by the endings.
 */
export function createReconnect(
  vs: VSCode,
  { kernels, log }: ReconnectDeps,
): (session: Session) => Promise<void> {
  const underWay = new Set<string>();
  const connect = async (session: Session): Promise<void> => {
    const place = where(session);
    const options = {
      location: vs.ProgressLocation.Notification,
      title: `Connecting to ${place} again…`,
      cancellable: true,
    };
    try {
      await vs.window.withProgress(options, (_progress, token) =>
        kernels.reconnect(session.id, token),
      );
    } catch (err) {
      await tellFailure(session, err);
    }
  };
  const tellFailure = async (session: Session, err: unknown): Promise<void> => {
    const place = where(session);
    if (kernels.get(session.id)?.session.state === "ended") return;
    if (isCancelled(err)) {
      await vs.window.showInformationMessage(`Cancelled. The kernel on ${place} is as it was.`);
      return;
    }
    const again = { title: "Try Again", run: () => reconnect(session) };
    await showProblem(vs, err, { doing: `Connecting to ${place} again`, log, actions: [again] });
  };
  const reconnect = async (session: Session): Promise<void> => {
    if (underWay.has(session.id)) return; // its progress is on the screen
    underWay.add(session.id);
    await connect(session).finally(() => underWay.delete(session.id));
  };
  return reconnect;
}
