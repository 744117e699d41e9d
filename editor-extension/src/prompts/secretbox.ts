import type { CancellationToken, InputBox, QuickInputButton } from "vscode";
import type { PromptSecretParams } from "../protocol.js";
import type { VSCode } from "../vs.js";

/** Answer is what a person typed, and whether it is to be kept. */
export interface Answer {
  readonly value: string;
  readonly remember: boolean;
}

/** Asking is how a question is put. */
export interface Asking {
  /** offer adds a button to have the answer remembered. */
  readonly offer: boolean;
  /** wrong says that the last answer was not right. */
  readonly wrong: boolean;
}

/**
 * askSecret shows an input box and gives what was typed; undefined when it was dismissed, or
 * is not needed any more.
 */
export async function askSecret(
  vs: VSCode,
  params: PromptSecretParams,
  token: Pick<CancellationToken, "onCancellationRequested">,
  { offer, wrong }: Asking,
): Promise<Answer | undefined> {
  const box = vs.window.createInputBox();
  box.title = params.user ? `${params.user}@${params.host}` : params.host;
  box.prompt = question(params);
  box.password = params.echo !== true;
  box.ignoreFocusOut = true; // a code is looked up in another window
  // It takes the prompt's place until something is typed, so it says the same.
  box.validationMessage = wrong ? question(params) : undefined;
  box.onDidChangeValue(() => {
    box.validationMessage = undefined;
  });
  const remember = offer ? createToggle(vs, box) : () => false;
  const cancelled = token.onCancellationRequested(() => {
    box.hide();
  });
  try {
    const value = await typed(box);
    return value === undefined ? undefined : { value, remember: remember() };
  } finally {
    cancelled.dispose();
    box.dispose();
  }
}

function typed(box: InputBox): Promise<string | undefined> {
  return new Promise((resolve) => {
    box.onDidAccept(() => {
      resolve(box.value);
    });
    box.onDidHide(() => {
      resolve(undefined);
    });
    box.show();
  });
}

/** question is the host's own words, with what it says besides. */
function question({ prompt, detail }: PromptSecretParams): string {
  const asked = prompt.trim().replace(/[:\s]+$/u, "");
  return detail ? `${asked}. ${detail.trim().replaceAll(/\s+/gu, " ")}` : asked;
}

/** createToggle gives the box a button, and the function that tells whether it is on. */
function createToggle(vs: VSCode, box: InputBox): () => boolean {
  const off: QuickInputButton = {
    iconPath: new vs.ThemeIcon("save"),
    tooltip: "Remember in this computer's keychain",
  };
  const on: QuickInputButton = {
    iconPath: new vs.ThemeIcon("pass-filled"),
    tooltip: "Don't save in keychain",
  };
  const asked = box.prompt ?? "";
  let remember = false;
  box.buttons = [off];
  box.onDidTriggerButton(() => {
    remember = !remember;
    box.buttons = [remember ? on : off];
    box.prompt = remember ? `${asked}. It will be remembered in this computer's keychain` : asked;
  });
  return () => remember;
}
