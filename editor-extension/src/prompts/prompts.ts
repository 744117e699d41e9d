import type {
  CancellationToken,
  Disposable,
  InputBox,
  QuickInputButton,
  SecretStorage,
} from "vscode";
import type { Log } from "../common/log.js";
import type { VSCode } from "../common/vscode.js";
import type {
  PromptConfirmParams,
  PromptConfirmResult,
  PromptSecretParams,
  PromptSecretResult,
} from "../protocol.js";
import type { Person } from "../server/types.js";
import { createKeychain, createRecall } from "./keychain.js";

/** Prompts put the program's questions to the person. */
export interface Prompts extends Person, Disposable {
  /** refused says that a host did not accept what it was given: what was remembered is wrong. */
  refused(): Promise<void>;
  /** forgetAll removes every answer that is remembered. */
  forgetAll(): Promise<void>;
}

/** PromptsDeps is what prompts need. */
export interface PromptsDeps {
  readonly secrets: SecretStorage;
  readonly log: Pick<Log, "warn">;
  readonly now?: () => number;
}

/** The token of a question, as far as it is looked at. */
type Token = Pick<CancellationToken, "isCancellationRequested" | "onCancellationRequested">;

/** createPrompts asks one question at a time. */
export function createPrompts(vs: VSCode, deps: PromptsDeps): Prompts {
  const queue = createQueue();
  const closing = new vs.CancellationTokenSource();
  const recall = createRecall(createKeychain(deps.secrets, deps.log), deps.now ?? Date.now);

  const secret = async (params: PromptSecretParams, token: Token): Promise<PromptSecretResult> => {
    if (token.isCancellationRequested || closing.token.isCancellationRequested) {
      return { cancelled: true };
    }
    const name = nameOf(params);
    const known = name === undefined ? undefined : await recall.use(name, isWrong(params));
    if (known !== undefined) return { value: known };
    const offer = name !== undefined;
    const answer = await askSecret(vs, params, either(token, closing.token), offer);
    if (!answer) return { cancelled: true };
    if (name !== undefined && answer.remember) await recall.keep(name, answer.value);
    return { value: answer.value };
  };
  return {
    secret: (params, token) => queue(() => secret(params, token)),
    confirm: async (params, token) => {
      const shown = queue(() => confirm(vs, params, token));
      // A dialog cannot be taken away, so the next question waits for it; the program does not.
      return await Promise.race([shown, refusedBy(token)]);
    },
    refused: () => recall.wrong(),
    forgetAll: () => recall.clear(),
    dispose: () => {
      closing.cancel();
      closing.dispose();
    },
  };
}

const doNotConnect = "Don't Connect";

async function confirm(
  vs: VSCode,
  params: PromptConfirmParams,
  token: Token,
): Promise<PromptConfirmResult> {
  if (token.isCancellationRequested) return { accepted: false };
  const { message, detail = "", accept } = params;
  if (params.purpose === "reconnect") {
    // It comes by itself, perhaps as the computer wakes: it must not be in the way.
    const shown = [message, detail].join(" ").trim();
    return { accepted: (await vs.window.showInformationMessage(shown, accept)) === accept };
  }
  const options = { modal: true, detail };
  if (params.purpose === "host-key") {
    // The first button is the one that Enter presses, and Enter must not accept an unknown host.
    const chosen = await vs.window.showWarningMessage(message, options, doNotConnect, accept);
    return { accepted: chosen === accept };
  }
  const chosen = await vs.window.showInformationMessage(message, options, accept);
  return { accepted: chosen === accept };
}

function refusedBy(token: Token): Promise<PromptConfirmResult> {
  return new Promise((resolve) => {
    token.onCancellationRequested(() => {
      resolve({ accepted: false });
    });
  });
}

/** either fires when one of the two does. */
function either(...tokens: readonly Token[]): Pick<Token, "onCancellationRequested"> {
  return {
    onCancellationRequested: (heard, thisArg?: unknown) => {
      const all = tokens.map((token) => token.onCancellationRequested(heard, thisArg));
      return {
        dispose: () => {
          for (const one of all) one.dispose();
        },
      };
    },
  };
}

/**
 * nameOf is what an answer is remembered by; undefined for what cannot be: a code works once.
 * The question is part of it: it names the key file whose passphrase is asked for.
 */
function nameOf({
  purpose,
  user = "",
  host,
  prompt,
  echo,
}: PromptSecretParams): string | undefined {
  if (echo === true || (purpose !== "passphrase" && purpose !== "password")) return undefined;
  return JSON.stringify([purpose, user, host, prompt]);
}

/** Queue lets one question wait for the one before: a person answers one at a time. */
export type Queue = <T>(task: () => Promise<T>) => Promise<T>;

/** createQueue makes an empty queue. A task that fails does not hold up the next. */
export function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const next = last.then(task);
    last = next.catch(() => undefined);
    return next;
  };
}

/** Answer is what a person typed, and whether it is to be kept. */
export interface Answer {
  readonly value: string;
  readonly remember: boolean;
}

/** isWrong: the last answer was wrong. Of a password the program does not know it. */
function isWrong({ purpose, wrong }: PromptSecretParams): boolean | undefined {
  return purpose === "passphrase" ? wrong === true : wrong;
}

/**
 * askSecret shows an input box and returns what was typed; undefined when it was dismissed, or is not
 * needed any more. `offer` adds a button to have the answer remembered.
 */
export async function askSecret(
  vs: VSCode,
  params: PromptSecretParams,
  token: Pick<CancellationToken, "onCancellationRequested">,
  offer: boolean,
): Promise<Answer | undefined> {
  const box = vs.window.createInputBox();
  box.title = params.user ? `${params.user}@${params.host}` : params.host;
  box.prompt = question(params);
  box.password = params.echo !== true;
  box.ignoreFocusOut = true; // a code is looked up in another window
  // It takes the prompt's place until something is typed, so it says the same.
  box.validationMessage = params.wrong ? question(params) : undefined;
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
