import type { Prompts } from "../prompts/prompts.js";
import type { VSCode } from "../vs.js";

/** forget removes the passwords and passphrases that the person let us keep. */
export async function forget(vs: VSCode, prompts: Pick<Prompts, "forgetAll">): Promise<void> {
  await prompts.forgetAll();
  await vs.window.showInformationMessage(
    "No password or passphrase of yours is kept now. You are asked again when one is needed.",
  );
}
