import type { Kernel } from "../kernels/kernels.js";
import type { VSCode } from "../vs.js";
import { describe } from "../ui/rows.js";

/** Picking is which kernel is asked for. */
export interface Picking {
  /** title is the command's. */
  readonly title: string;
  /** none is said when there is no kernel to pick. */
  readonly none: string;
}

/** pickKernel gives the only kernel there is, or lets the person choose. */
export async function pickKernel(
  vs: VSCode,
  kernels: readonly Kernel[],
  { title, none }: Picking,
): Promise<Kernel | undefined> {
  if (kernels.length === 0) {
    await offerStart(vs, none);
    return undefined;
  }
  if (kernels.length === 1) return kernels[0];
  const rows = kernels.map((kernel) => ({ ...describe(kernel.session, new Date()), kernel }));
  const chosen = await vs.window.showQuickPick(rows, { title, placeHolder: "Which kernel?" });
  return chosen?.kernel;
}

/** offerStart says that there is no kernel, and offers one. */
export async function offerStart(vs: VSCode, text: string): Promise<void> {
  const start = "Start Sunbird kernel";
  const chosen = await vs.window.showInformationMessage(text, start);
  if (chosen === start) await vs.commands.executeCommand("sunpyter.start");
}
