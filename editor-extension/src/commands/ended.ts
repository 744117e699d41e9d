import type { Session } from "../protocol.js";
import { endingOf } from "../ui/causes.js";
import type { StartAgain } from "../ui/endings.js";
import { placeOf } from "../ui/rows.js";
import type { VSCode } from "../vs.js";
import { clock, resources } from "../words.js";

/** showEnded tells the whole of why a kernel ended, and offers another one like it. */
export async function showEnded(
  vs: VSCode,
  startAgain: StartAgain,
  session: Session,
): Promise<void> {
  const again = endingOf(session)?.again ?? { title: "Start Again", change: {} };
  const at = session.endedAt ? ` at ${clock(new Date(session.endedAt))}` : "";
  const job = session.jobId ? `, job ${session.jobId}` : "";
  const detail = [session.cause?.message, `It had ${resources(session)}${job}.`]
    .filter(Boolean)
    .join("\n\n");
  const text = `The kernel on ${placeOf(session)} ended${at}`;
  const options = { modal: true, detail };
  const chosen = await vs.window.showInformationMessage(text, options, again.title);
  if (chosen === again.title) await startAgain(session, again.change);
}
