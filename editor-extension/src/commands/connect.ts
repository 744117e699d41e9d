import type { Log } from "../common/log.js";
import { isCancelled, showProblem } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { Jupyter } from "../jupyter/types.js";
import type { Kernels } from "../kernels/types.js";
import type { Session } from "../protocol.js";
import type { Slots } from "../slots/slots.js";
import { placeOf, where } from "../text/session.js";
import { announce } from "../ui/announcements.js";
import type { Entry } from "../ui/kernelrows.js";

/** TakeOverDeps is what taking over needs. */
export interface TakeOverDeps {
  readonly kernels: Pick<Kernels, "takeOver">;
  readonly slots: Pick<Slots, "free" | "fill" | "of">;
  readonly jupyter: Pick<Jupyter, "use" | "confirm">;
  readonly log: Log;
}

/**
 * takeOver makes a kernel of another window, or of another computer, this window's, and gives it
 * to the open notebook. Someone may be at work on another computer, so that is asked about.
 */
export async function takeOver(
  vs: VSCode,
  { kernels, slots, jupyter, log }: TakeOverDeps,
  entry: Entry,
): Promise<void> {
  if (entry.origin === "cluster" && !(await isSure(vs, entry))) return;
  const { session } = entry;
  const place = where(session);
  const options = {
    location: vs.ProgressLocation.Notification,
    title: `Taking over the kernel on ${place}`,
    cancellable: true,
  };
  try {
    const slot = slots.of(session.id) ?? slots.free(session);
    const take = () =>
      vs.window.withProgress(options, (progress, token) =>
        kernels.takeOver(session, {
          token,
          progress: ({ message }) => {
            if (message) progress.report({ message });
          },
        }),
      );
    const kernel = await slots.fill(slot, async () => take());
    if (!kernel) return;
    const left = await jupyter.confirm(slot, await jupyter.use(slot), kernel);
    void announce(vs, `This window uses the kernel on ${place} now.`, left);
  } catch (err) {
    if (isCancelled(err)) {
      await vs.window.showInformationMessage(
        `Cancelled. The kernel on ${place} stays where it is.`,
      );
    } else await showProblem(vs, err, { doing: `Taking over the kernel on ${place}`, log });
  }
}

async function isSure(vs: VSCode, { session }: Entry): Promise<boolean> {
  const use = "Use in This Window";
  const question = `Use the kernel on ${placeOf(session)} in this window?`;
  const detail =
    "It was started, or taken over, from another computer. That computer loses it. " +
    "Its variables stay.";
  return (await vs.window.showWarningMessage(question, { modal: true, detail }, use)) === use;
}

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
