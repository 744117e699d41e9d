import type { CancellationToken, Disposable, InputBox, SecretStorage } from "vscode";
import type { Log } from "../common/log.js";
import type { VSCode } from "../common/vscode.js";
import type {
  PromptConfirmParams,
  PromptConfirmResult,
  PromptSecretParams,
  PromptSecretResult,
} from "../protocol.js";
import type { Prompter } from "../server/types.js";
import { createKeychain } from "./keychain.js";

/** Prompts shows the program's prompts to the user. */
export interface Prompts extends Prompter, Disposable {
  /** forgetRejected forgets the saved passwords that were used before a host refused a login. */
  forgetRejected(): Promise<void>;
  /** forgetAll removes all saved answers. */
  forgetAll(): Promise<void>;
}

/** PromptsDeps is what {@link createPrompts} needs. */
interface PromptsDeps {
  readonly secrets: SecretStorage;
  /** confirmStart asks whether to start a kernel, although it would probably fail. */
  readonly confirmStart: Prompter["confirm"];
  readonly log: Pick<Log, "warn">;
}

/** The part of a prompt's token that is used here. */
type Token = Pick<CancellationToken, "isCancellationRequested" | "onCancellationRequested">;

/** createPrompts shows one prompt at a time. */
export function createPrompts(vscode: VSCode, deps: PromptsDeps): Prompts {
  const queue = createQueue();
  const closing = new vscode.CancellationTokenSource();
  const keychain = createKeychain(deps.secrets, deps.log);
  /** used has the names of the passwords that were used since the last refused login. */
  const used = new Set<string>();
  const saved = async (name: string, params: PromptSecretParams): Promise<string | undefined> => {
    if (!params.wrong) return keychain.get(name);
    await keychain.remove(name);
    return undefined;
  };

  const secret = async (params: PromptSecretParams, token: Token): Promise<PromptSecretResult> => {
    if (token.isCancellationRequested || closing.token.isCancellationRequested) {
      return { cancelled: true };
    }
    const name = answerKey(params);
    if (name !== undefined && params.purpose === "password") used.add(name);
    const known = name === undefined ? undefined : await saved(name, params);
    if (known !== undefined) return { value: known };
    const canSave = name !== undefined;
    const answer = await askSecret(vscode, params, [token, closing.token], canSave);
    if (!answer) return { cancelled: true };
    if (name !== undefined && answer.save) await keychain.set(name, answer.value);
    return { value: answer.value };
  };
  return {
    secret: (params, token) => queue(() => secret(params, token)),
    confirm: async (params, token) => {
      const shown = queue(() =>
        params.purpose === "start" && !token.isCancellationRequested
          ? deps.confirmStart(params, token)
          : showConfirmation(vscode, params, token),
      );
      // A dialog cannot be closed by us, so the next prompt waits for it; the program does not.
      return await Promise.race([shown, declineOnCancel(token)]);
    },
    forgetRejected: async () => {
      const names = [...used];
      used.clear();
      for (const name of names) await keychain.remove(name);
    },
    forgetAll: () => keychain.clear(),
    dispose: () => {
      closing.cancel();
      closing.dispose();
    },
  };
}

const doNotConnect = "Don't Connect";

async function showConfirmation(
  vscode: VSCode,
  params: PromptConfirmParams,
  token: Token,
): Promise<PromptConfirmResult> {
  if (token.isCancellationRequested) return { accepted: false };
  const { message, detail = "", accept } = params;
  if (params.purpose === "reconnect") {
    // It appears unasked, perhaps as the computer wakes, so it must not be modal.
    const shown = [message, detail].join(" ").trim();
    return { accepted: (await vscode.window.showInformationMessage(shown, accept)) === accept };
  }
  const options = { modal: true, detail };
  if (params.purpose === "host-key") {
    // The first button is the one that Enter presses, and Enter must not accept an unknown host.
    const chosen = await vscode.window.showWarningMessage(message, options, doNotConnect, accept);
    return { accepted: chosen === accept };
  }
  const chosen = await vscode.window.showInformationMessage(message, options, accept);
  return { accepted: chosen === accept };
}

function declineOnCancel(token: Token): Promise<PromptConfirmResult> {
  return new Promise((resolve) =>
    token.onCancellationRequested(() => resolve({ accepted: false })),
  );
}

/**
 * answerKey is the key under which an answer is saved; undefined for a code, which works once.
 * The prompt is part of it: it names the key file whose passphrase is needed.
 */
function answerKey({
  purpose,
  user = "",
  host,
  prompt,
  echo,
}: PromptSecretParams): string | undefined {
  if (echo === true || (purpose !== "passphrase" && purpose !== "password")) return undefined;
  return JSON.stringify([purpose, user, host, prompt]);
}

/** createQueue lets a prompt wait for the previous one. A task that fails does not block the next. */
function createQueue(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const next = last.then(task);
    last = next.catch(() => undefined);
    return next;
  };
}

/** Answer is what the user typed, and whether to save it. */
interface Answer {
  readonly value: string;
  readonly save: boolean;
}

/**
 * askSecret shows an input box and returns what was typed; undefined if it was dismissed, or is no
 * longer needed. `canSave` adds a button to save the answer.
 */
async function askSecret(
  vscode: VSCode,
  params: PromptSecretParams,
  tokens: readonly Token[],
  canSave: boolean,
): Promise<Answer | undefined> {
  const box = vscode.window.createInputBox();
  box.title = params.user ? `${params.user}@${params.host}` : params.host;
  box.prompt = promptText(params);
  box.password = params.echo !== true;
  box.ignoreFocusOut = true; // a code is looked up in another window
  // It replaces the prompt until something is typed, so it has the same text.
  box.validationMessage = params.wrong ? promptText(params) : undefined;
  box.onDidChangeValue(() => {
    box.validationMessage = undefined;
  });
  const remember = canSave ? createSaveToggle(vscode, box) : () => false;
  const cancelled = vscode.Disposable.from(
    ...tokens.map((token) => token.onCancellationRequested(() => box.hide())),
  );
  try {
    const value = await readInput(box);
    return value === undefined ? undefined : { value, save: remember() };
  } finally {
    cancelled.dispose();
    box.dispose();
  }
}

function readInput(box: InputBox): Promise<string | undefined> {
  return new Promise((resolve) => {
    box.onDidAccept(() => resolve(box.value));
    box.onDidHide(() => resolve(undefined));
    box.show();
  });
}

/** promptText returns the prompt's text with its detail. */
function promptText({ prompt, detail }: PromptSecretParams): string {
  const text = prompt.trim().replace(/[:\s]+$/u, "");
  return detail ? `${text}. ${detail.trim().replaceAll(/\s+/gu, " ")}` : text;
}

/** createSaveToggle adds a button to the box, and returns a function that reports whether it is on. */
function createSaveToggle(vscode: VSCode, box: InputBox): () => boolean {
  const button = (icon: string, tooltip: string) => ({
    iconPath: new vscode.ThemeIcon(icon),
    tooltip,
  });
  const off = button("save", "Remember in this computer's keychain");
  const on = button("pass-filled", "Don't save in keychain");
  const prompt = box.prompt ?? "";
  let remember = false;
  box.buttons = [off];
  box.onDidTriggerButton(() => {
    remember = !remember;
    box.buttons = [remember ? on : off];
    box.prompt = remember ? `${prompt}. It will be remembered in this computer's keychain` : prompt;
  });
  return () => remember;
}
