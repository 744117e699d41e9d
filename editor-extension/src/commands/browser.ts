import { offer } from "../common/notices.js";
import type { Log } from "../common/log.js";
import { attempt } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernel, Kernels } from "../kernels/types.js";
import { locationOf } from "../text/session.js";

/**
 * openInBrowser opens a kernel's Jupyter in the browser, by a link that works once. Where the
 * browser is on this computer the program opens it: the editor would put the link into the
 * arguments of a process, which every user of the computer can read. A browser elsewhere (a
 * remote window, or the editor in a browser) is reached through the editor alone.
 */
export async function openInBrowser(
  vscode: VSCode,
  { kernels, log }: { kernels: Pick<Kernels, "link">; log: Log },
  { session }: Kernel,
): Promise<void> {
  const isHere = vscode.env.remoteName === undefined && vscode.env.uiKind === vscode.UIKind.Desktop;
  const location = locationOf(session);
  await attempt(vscode, { doing: `open Jupyter on ${location}`, log }, async () => {
    const {
      link,
      opened = false,
      reason = "no reason is known",
    } = await kernels.link(session.id, isHere);
    if (isHere) {
      if (!opened) log.warn(`No browser was opened: ${reason}`);
      return showOpened(vscode, location, link, opened);
    }
    const uri = await vscode.env.asExternalUri(vscode.Uri.parse(link, true));
    return showOpened(vscode, location, uri.toString(true), await vscode.env.openExternal(uri));
  });
}

async function showOpened(
  vscode: VSCode,
  location: string,
  link: string,
  opened: boolean,
): Promise<void> {
  if (opened) {
    await vscode.window.showInformationMessage(`Jupyter on ${location} opens in your browser.`);
    return;
  }
  const text = `Couldn't open a browser for Jupyter on ${location}. Copy the link instead; it works once.`;
  const copy = { title: "Copy Link", run: () => vscode.env.clipboard.writeText(link) };
  await offer(vscode, "warning", text, copy);
}

/** copyUrl puts Jupyter's address with its token on the clipboard only. */
export async function copyUrl(vscode: VSCode, { session, url, token }: Kernel): Promise<void> {
  if (url === undefined || token === undefined) {
    await vscode.window.showInformationMessage(`Jupyter on ${locationOf(session)} has no URL yet.`);
    return;
  }
  await vscode.env.clipboard.writeText(`${url}?token=${encodeURIComponent(token)}`);
  await vscode.window.showInformationMessage(
    `URL copied. Anyone who has it can run code as you on ${locationOf(session)}.`,
  );
}
