import type { Kernel } from "../kernels/kernels.js";
import type { VSCode } from "../vs.js";
import { where } from "../words.js";

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
