import type { Jupyter } from "../jupyter/jupyter.js";
import type { Slots } from "../slots/slots.js";
import type { Kernels } from "../kernels/kernels.js";
import type { Log } from "../log.js";
import { isCancelled, showProblem } from "../problems.js";
import { announce } from "../ui/announcements.js";
import { type Entry, placeOf } from "../ui/rows.js";
import type { VSCode } from "../vs.js";
import { where } from "../words.js";

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
