import type { CancellationToken, Disposable, SecretStorage } from "vscode";
import type { Log } from "../log.js";
import type {
  PromptConfirmParams,
  PromptConfirmResult,
  PromptSecretParams,
  PromptSecretResult,
} from "../protocol.js";
import type { Person } from "../server/connection.js";
import type { VSCode } from "../vs.js";
import { createKeychain } from "./keychain.js";
import { createQueue } from "./queue.js";
import { createRecall } from "./recall.js";
import { askSecret } from "./secretbox.js";

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
  const passphrases = createAttempts(deps.now ?? Date.now);
  const recall = createRecall(createKeychain(deps.secrets, deps.log), deps.now ?? Date.now);

  const secret = async (params: PromptSecretParams, token: Token): Promise<PromptSecretResult> => {
    if (token.isCancellationRequested || closing.token.isCancellationRequested) {
      return { cancelled: true };
    }
    const name = nameOf(params);
    const known = name === undefined ? undefined : await recall.use(name);
    if (known !== undefined) return { value: known };
    const wrong = name !== undefined && passphrases.isAgain(name);
    const offer = name !== undefined;
    const answer = await askSecret(vs, params, either(token, closing.token), { offer, wrong });
    if (!answer) return { cancelled: true };
    if (name !== undefined && params.purpose === "passphrase") passphrases.answered(name);
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

/** A question that comes again within this time was answered wrongly. */
const soon = 30_000;

/** createAttempts knows which passphrases have just been typed: a wrong one is asked for again. */
function createAttempts(now: () => number) {
  const typed = new Map<string, number>();
  return {
    answered: (name: string) => void typed.set(name, now()),
    isAgain: (name: string) => now() - (typed.get(name) ?? -Infinity) < soon,
  };
}

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
