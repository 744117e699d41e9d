import type { Session } from "../protocol.js";
import { inertLine } from "../ui/inert.js";
import { clock, cpus, gpus, memory, where } from "../words.js";

/**
 * serverLabel is a kernel's name in the kernel picker: "scs0151 · 1 CPU · 4 GB · until
 * 16:20". The Jupyter extension keeps the label of its first look, so it says until when the
 * kernel runs and not how long: that stays true.
 */
export function serverLabel(session: Session, now: Date): string {
  const end = session.endsAt === undefined ? NaN : Date.parse(session.endsAt);
  const parts = [
    where(session),
    cpus(session.cpus),
    session.memoryMiB ? memory(session.memoryMiB) : "",
    session.gpus ? gpus(session.gpus) : "",
    Number.isNaN(end) ? "" : `until ${clock(new Date(end), now)}`,
  ];
  // The Jupyter extension shows it in lists where "$(name)" is an icon.
  return inertLine(parts.filter(Boolean).join(" · "));
}

/** nameOf is a notebook's name for a person: "analysis.ipynb". */
export function nameOf(notebook: { readonly uri: { readonly path: string } }): string {
  return notebook.uri.path.split("/").at(-1) ?? "";
}
