import { confirm, withProgress } from "../common/notices.js";
import type { Log } from "../common/log.js";
import { attempt, showProblem } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { Jupyter } from "../jupyter/types.js";
import type { Kernels } from "../kernels/types.js";
import type { ProgressParams, Session } from "../protocol.js";
import type { Slots } from "../slots/slots.js";
import { fullLocationOf, locationOf } from "../text/session.js";
import { showAnnouncement } from "../ui/announcements.js";
import type { Entry } from "../ui/kernelrows.js";

/** TakeOverDeps is what taking over needs. */
interface TakeOverDeps {
  readonly kernels: Pick<Kernels, "takeOver">;
  readonly slots: Pick<Slots, "freeSlot" | "startIn" | "slotOfKernel">;
  readonly jupyter: Pick<Jupyter, "use" | "confirm">;
  readonly log: Log;
}

/**
 * takeOver moves a kernel of another window or computer to this window, and selects it
 * in the open notebook. It asks first if the kernel may be in use on another computer.
 */
export async function takeOver(
  vscode: VSCode,
  { kernels, slots, jupyter, log }: TakeOverDeps,
  entry: Entry,
): Promise<void> {
  if (entry.origin === "cluster" && !(await confirmTakeOver(vscode, entry))) return;
  const { session } = entry;
  const location = locationOf(session);
  const title = `Moving the kernel on ${location} to this window`;
  const doing = `move the kernel on ${location} to this window`;
  const cancelled = `Cancelled. The kernel on ${location} stays where it is.`;
  await attempt(vscode, { doing, log, cancelled }, async () => {
    const slot = slots.slotOfKernel(session.id) ?? slots.freeSlot(session);
    const kernel = await slots.startIn(slot, async () =>
      withProgress(vscode, title, (token, progress) => {
        const onProgress = ({ message }: ProgressParams) => message && progress.report({ message });
        return kernels.takeOver(session, { token, onProgress });
      }),
    );
    if (!kernel) return;
    const remaining = await jupyter.confirm(slot, await jupyter.use(slot), kernel);
    void showAnnouncement(vscode, `This window uses the kernel on ${location} now.`, remaining);
  });
}

function confirmTakeOver(vscode: VSCode, { session }: Entry): Promise<boolean> {
  const question = `Move the kernel on ${fullLocationOf(session)} to this window?`;
  const detail =
    "It was started, or taken over, from another computer. That computer loses it. " +
    "Its variables stay.";
  return confirm(vscode, question, "Move Kernel to This Window", detail);
}

/** ReconnectDeps is what {@link createReconnect} needs. */
interface ReconnectDeps {
  readonly kernels: Pick<Kernels, "get" | "reconnect">;
  readonly log: Log;
}

/**
 * createReconnect restores the connection to a kernel; the user may have to sign in.
 * The connection notices report the success; the endings report a kernel that has ended meanwhile.
 */
export function createReconnect(
  vscode: VSCode,
  { kernels, log }: ReconnectDeps,
): (session: Session) => Promise<void> {
  const reconnecting = new Set<string>();
  const connect = async (session: Session): Promise<void> => {
    const location = locationOf(session);
    try {
      await withProgress(vscode, `Reconnecting to ${location}…`, (token) =>
        kernels.reconnect(session.id, token),
      );
    } catch (err) {
      if (kernels.get(session.id)?.session.state === "ended") return;
      const doing = `reconnect to ${location}`;
      const cancelled = `Cancelled. The kernel on ${location} is unchanged.`;
      const actions = [{ title: "Try Again", run: () => reconnect(session) }];
      await showProblem(vscode, err, { doing, log, actions, cancelled });
    }
  };
  const reconnect = async (session: Session): Promise<void> => {
    if (reconnecting.has(session.id)) return; // its progress is on the screen
    reconnecting.add(session.id);
    await connect(session).finally(() => reconnecting.delete(session.id));
  };
  return reconnect;
}
