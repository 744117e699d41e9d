import type { KernelRequest } from "../protocol.js";
import type { VSCode } from "../vs.js";
import { effective, place, type Plan, sizeIn } from "./request.js";

/** Confirmed is the answer to the question before a cell starts a kernel. */
export type Confirmed = "start" | "more" | undefined;

const start = "Start";
const more = "More Resources…";

/**
 * confirmStart asks whether to start a kernel for a cell that is being run. It is a dialog: the user
 * has just asked for something, and waits. `why` says what became of the last one.
 */
export async function confirmStart(
  vs: VSCode,
  plan: Plan,
  settings: KernelRequest,
  why: string,
): Promise<Confirmed> {
  const request = effective(plan, settings);
  const text = `Start a kernel on ${plan.where.site.title}? ${sizeIn(plan.where, request)}`;
  const detail = [why, place(plan.where, request)].filter(Boolean).join("\n\n");
  const chosen = await vs.window.showInformationMessage(text, { modal: true, detail }, start, more);
  if (chosen === more) return "more";
  return chosen === start ? "start" : undefined;
}
