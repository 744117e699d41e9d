import type { Kernel } from "../kernels/kernels.js";
import type { Session } from "../protocol.js";
import type { VSCode } from "../vs.js";
import { resources, timeLeft, where } from "../words.js";
import { back, choose } from "./ask.js";

/**
 * pickExisting asks whether one of this window's kernels will do, since nodes are scarce. It
 * gives "another" for a new one, and undefined when the person dismissed the question.
 */
export async function pickExisting(
  vs: VSCode,
  kernels: readonly Kernel[],
): Promise<Kernel | "another" | undefined> {
  const chosen = await choose<Kernel | "another">(vs, {
    title: "Start Sunbird kernel",
    placeholder: "This window has a kernel already",
    rows: [
      ...kernels.map((kernel) => ({
        label: `Use the kernel on ${where(kernel.session)}`,
        description: facts(kernel.session),
        iconPath: new vs.ThemeIcon("server-environment"),
        value: kernel,
      })),
      {
        label: "Start another kernel…",
        iconPath: new vs.ThemeIcon("add"),
        value: "another" as const,
      },
    ],
  });
  return chosen === back ? undefined : chosen;
}

function facts(session: Session): string {
  const left = timeLeft(session, new Date());
  return [resources(session), left && `${left} left`].filter(Boolean).join(" · ");
}
