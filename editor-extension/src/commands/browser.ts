import type { Log } from "../common/log.js";
import { showProblem } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernel, Kernels } from "../kernels/types.js";
import { where } from "../text/session.js";

/**
 * openInBrowser opens a kernel's Jupyter in the browser, by a link that works once. Where the
 * browser is on this computer the program opens it: the editor would put the link into the
 * arguments of a process, which every user of the computer can read. A browser elsewhere (a
 * remote window, or the editor in a browser) is reached through the editor alone.
 */
export async function openInBrowser(
  vs: VSCode,
  { kernels, log }: { kernels: Pick<Kernels, "link" | "open">; log: Log },
  { session }: Kernel,
): Promise<void> {
  const isHere = vs.env.remoteName === undefined && vs.env.uiKind === vs.UIKind.Desktop;
  try {
    if (isHere) {
      const { link, opened, reason } = await kernels.open(session.id);
      if (opened !== true) log.warn(`No browser was opened: ${reason ?? "no reason is known"}`);
      await tell(vs, where(session), link, opened === true);
      return;
    }
    const link = vs.Uri.parse(await kernels.link(session.id), true);
    const uri = await vs.env.asExternalUri(link);
    await tell(vs, where(session), uri.toString(true), await vs.env.openExternal(uri));
  } catch (err) {
    await showProblem(vs, err, { doing: `Opening Jupyter of ${where(session)}`, log });
  }
}

async function tell(vs: VSCode, place: string, link: string, opened: boolean): Promise<void> {
  if (opened) {
    await vs.window.showInformationMessage(`Jupyter on ${place} opens in your browser.`);
    return;
  }
  const copy = "Copy Link";
  const text = `Couldn't open a browser for Jupyter on ${place}. Copy the link instead; it works once.`;
  if ((await vs.window.showWarningMessage(text, copy)) === copy) {
    await vs.env.clipboard.writeText(link);
  }
}

/** copyUrl puts Jupyter's address with its token on the clipboard, and nowhere else. */
export async function copyUrl(vs: VSCode, { session, url, token }: Kernel): Promise<void> {
  if (url === undefined || token === undefined) {
    await vs.window.showInformationMessage(`Jupyter on ${where(session)} has no address yet.`);
    return;
  }
  await vs.env.clipboard.writeText(`${url}?token=${encodeURIComponent(token)}`);
  await vs.window.showInformationMessage(
    `Address copied. Who has it can run code as you on ${where(session)}.`,
  );
}
