import type { Jupyter } from "../jupyter/jupyter.js";
import type { Kernels } from "../kernels/kernels.js";
import type { Log } from "../log.js";
import { isCancelled, showProblem } from "../problems.js";
import type { Session } from "../protocol.js";
import type { VSCode } from "../vs.js";
import { where } from "../words.js";

/** TakeOverDeps is what taking over needs. */
export interface TakeOverDeps {
  readonly kernels: Pick<Kernels, "takeOver">;
  readonly jupyter: Pick<Jupyter, "choose">;
  readonly log: Log;
}

/** takeOver makes another window's kernel this window's, and gives it to the open notebook. */
export async function takeOver(
  vs: VSCode,
  { kernels, jupyter, log }: TakeOverDeps,
  session: Session,
): Promise<void> {
  const place = where(session);
  const options = {
    location: vs.ProgressLocation.Notification,
    title: `Taking over the kernel on ${place}`,
    cancellable: true,
  };
  try {
    const kernel = await vs.window.withProgress(options, (progress, token) =>
      kernels.takeOver(session.id, {
        token,
        progress: ({ message }) => {
          if (message) progress.report({ message });
        },
      }),
    );
    void vs.window.showInformationMessage(`This window uses the kernel on ${place} now.`);
    await jupyter.choose(kernel);
  } catch (err) {
    if (isCancelled(err)) {
      await vs.window.showInformationMessage(
        `Cancelled. The kernel on ${place} stays where it is.`,
      );
    } else await showProblem(vs, err, { doing: `Taking over the kernel on ${place}`, log });
  }
}
