import type { QuickPickItem } from "vscode";
import type { Session } from "../protocol.js";
import type { VSCode } from "../vs.js";
import { type Choice, choicesFor, looks } from "./choices.js";
import { describe, describeEnded, type Entry, type Origin } from "./rows.js";

/** OfKernel is a kernel of the list, and what to do with it where that was picked too. */
export interface OfKernel {
  readonly entry: Entry;
  readonly choice?: Choice;
}

/** Chosen is what a person picked: a kernel, one that ended, or what goes without any. */
export type Chosen = OfKernel | { readonly ended: Session } | "start" | "look";

/** Row is a row of the list of kernels. */
export interface Row extends QuickPickItem {
  readonly chosen?: Chosen;
}

const headings: Readonly<Record<Origin, string>> = {
  window: "This window",
  computer: "Other windows of this computer",
  cluster: "On the cluster, from elsewhere",
};

/** rowsOf are all rows of the list: what runs, what can be done, what ended. */
export function rowsOf(
  vs: VSCode,
  entries: readonly Entry[],
  ended: readonly Session[],
  now: Date,
): Row[] {
  const heading = (label: string): Row => ({ label, kind: vs.QuickPickItemKind.Separator });
  const kernels = entries.flatMap((entry, i) => {
    const row = rowOf(vs, entry, now);
    return entries[i - 1]?.origin === entry.origin ? [row] : [heading(headings[entry.origin]), row];
  });
  return [
    ...kernels,
    ...(kernels.length > 0 ? [heading("")] : []),
    { label: "$(play) Start Sunbird kernel…", chosen: "start" },
    { label: "$(search) Look on the cluster for others of yours…", chosen: "look" },
    ...(ended.length > 0 ? [heading("Ended lately")] : []),
    ...ended.map((session) => ({ ...describeEnded(session, now), chosen: { ended: session } })),
  ];
}

function rowOf(vs: VSCode, entry: Entry, now: Date): Row {
  const buttons = choicesFor(entry).map((choice) => ({
    iconPath: new vs.ThemeIcon(looks[choice].icon),
    tooltip: looks[choice].title,
  }));
  return { ...describe(entry.session, now), buttons, chosen: { entry } };
}

/** idOf tells rows apart, so that a mark stays on its row when all are put in anew. */
export function idOf(chosen: Chosen | undefined): string | undefined {
  if (typeof chosen !== "object") return chosen;
  return "entry" in chosen ? chosen.entry.session.id : chosen.ended.id;
}
