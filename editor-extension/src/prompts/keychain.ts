import type { SecretStorage } from "vscode";
import type { Log } from "../common/log.js";

/**
 * Keychain stores answers that the user chose to save, in the editor's secret storage, which
 * is the system's keychain. Without one, nothing is stored, and nothing fails.
 */
interface Keychain {
  get(name: string): Promise<string | undefined>;
  set(name: string, answer: string): Promise<void>;
  remove(name: string): Promise<void>;
  clear(): Promise<void>;
}

type StoredAnswers = Readonly<Record<string, string>>;

/** All answers are in one entry, to be forgotten together: the storage cannot list its entries. */
const entry = "sunpyter.answers";

/** createKeychain accesses the storage at each call, since other windows share it. */
export function createKeychain(secrets: SecretStorage, log: Pick<Log, "warn">): Keychain {
  const read = async (): Promise<StoredAnswers> => {
    try {
      return parseAnswers(await secrets.get(entry));
    } catch {
      log.warn("The system's keychain cannot be read.");
      return {};
    }
  };
  const write = async (answers: StoredAnswers): Promise<void> => {
    try {
      if (Object.keys(answers).length === 0) await secrets.delete(entry);
      else await secrets.store(entry, JSON.stringify(answers));
    } catch {
      log.warn("The system's keychain cannot be written.");
    }
  };
  return {
    get: async (name) => (await read())[name],
    set: async (name, answer) => {
      await write({ ...(await read()), [name]: answer });
    },
    remove: async (name) => {
      const { [name]: removed, ...others } = await read();
      if (removed !== undefined) await write(others);
    },
    clear: () => write({}),
  };
}

/** parseAnswers keeps only what has the right form. */
function parseAnswers(text: string | undefined): StoredAnswers {
  const found = text === undefined ? undefined : parseJson(text);
  if (typeof found !== "object" || found === null) return {};
  const pairs = Object.entries(found as Record<string, unknown>);
  return Object.fromEntries(
    pairs.filter((pair): pair is [string, string] => typeof pair[1] === "string"),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A prompt that is repeated within this time was answered wrongly. */
const rejectedWithin = 30_000;

/** SavedAnswers uses saved answers, each once per login, and forgets wrong ones. */
interface SavedAnswers {
  /**
   * use returns the answer to a prompt, unless it was wrong. If that is not known, an answer that has
   * just been used counts as wrong.
   */
  use(name: string, isWrong?: boolean): Promise<string | undefined>;
  save(name: string, answer: string): Promise<void>;
  /** forgetRejected forgets the answers that have just been used. */
  forgetRejected(): Promise<void>;
  clear(): Promise<void>;
}

/** createSavedAnswers stores answers in the keychain only, and not when they were used. */
export function createSavedAnswers(keychain: Keychain, now: () => number): SavedAnswers {
  /** used has the time at which each answer was last used. */
  const used = new Map<string, number>();
  const isRecent = (name: string): boolean =>
    now() - (used.get(name) ?? -Infinity) < rejectedWithin;
  return {
    use: async (name, isWrong) => {
      const answer = await keychain.get(name);
      if (answer === undefined) return undefined;
      if (isWrong ?? isRecent(name)) {
        await keychain.remove(name);
        return undefined;
      }
      used.set(name, now());
      return answer;
    },
    save: async (name, answer) => {
      used.set(name, now());
      await keychain.set(name, answer);
    },
    forgetRejected: async () => {
      for (const name of [...used.keys()].filter(isRecent)) await keychain.remove(name);
    },
    clear: () => keychain.clear(),
  };
}
