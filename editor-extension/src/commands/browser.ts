import type { Kernel, Kernels } from "../kernels/kernels.js";
import type { Log } from "../log.js";
import { showProblem } from "../problems.js";
import type { VSCode } from "../vs.js";
import { where } from "../words.js";

/** openInBrowser opens a kernel's Jupyter in the browser, by a link that works once. */
export async function openInBrowser(
  vs: VSCode,
  { kernels, log }: { kernels: Pick<Kernels, "link">; log: Log },
  { session }: Kernel,
): Promise<void> {
  try {
    const link = vs.Uri.parse(await kernels.link(session.id), true);
    const uri = await vs.env.asExternalUri(link);
    await tell(vs, where(session), uri.toString(true), await vs.env.openExternal(uri));
  } catch (err) {
    await showProblem(vs, err, { doing: `Opening Jupyter of ${where(session)}`, log });
  }
}

async function tell(vs: VSCode, place: string, link: string, opened: boolean): Promise<void> {
  if (opened) {
    await vs.window.showInformationMessage(
      `Jupyter on ${place} opens in your browser. The link works once.`,
    );
    return;
  }
  const copy = "Copy Link";
  const text = `No browser was opened. The link to Jupyter on ${place} works once, also when you paste it.`;
  if ((await vs.window.showWarningMessage(text, copy)) === copy) {
    await vs.env.clipboard.writeText(link);
  }
}
