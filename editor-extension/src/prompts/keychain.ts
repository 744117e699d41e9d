import type { SecretStorage } from "vscode";
import type { Log } from "../common/log.js";

/**
 * Keychain keeps answers that a person asked to be kept, in the editor's secret storage, which
 * is the system's keychain. Where there is none, nothing is kept, and nothing fails.
 */
export interface Keychain {
  get(name: string): Promise<string | undefined>;
  set(name: string, answer: string): Promise<void>;
  remove(name: string): Promise<void>;
  clear(): Promise<void>;
}

type Answers = Readonly<Record<string, string>>;

/** All answers are in one entry: the storage cannot list its entries, and all can be forgotten. */
const entry = "sunpyter.answers";

/** createKeychain reads and writes the storage at each call: other windows share it. */
export function createKeychain(secrets: SecretStorage, log: Pick<Log, "warn">): Keychain {
  const read = async (): Promise<Answers> => {
    try {
      return answersIn(await secrets.get(entry));
    } catch {
      log.warn("The system's keychain cannot be read.");
      return {};
    }
  };
  const write = async (answers: Answers): Promise<void> => {
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

/** answersIn takes what is of the right form and nothing else. */
function answersIn(text: string | undefined): Answers {
  const found = text === undefined ? undefined : parsed(text);
  if (typeof found !== "object" || found === null) return {};
  const pairs = Object.entries(found as Record<string, unknown>);
  return Object.fromEntries(
    pairs.filter((pair): pair is [string, string] => typeof pair[1] === "string"),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A question that comes again within this time was answered wrongly. */
const soon = 30_000;

/** Recall uses remembered answers, each once for a login, and forgets those that are wrong. */
export interface Recall {
  /**
   * use returns the answer to a question, unless it was wrong. Where that is not known, an answer was
   * that has just been given.
   */
  use(name: string, isWrong?: boolean): Promise<string | undefined>;
  keep(name: string, answer: string): Promise<void>;
  /** wrong forgets the answers that have just been given. */
  wrong(): Promise<void>;
  clear(): Promise<void>;
}

/** createRecall remembers in the keychain alone; when an answer was given is not kept. */
export function createRecall(keychain: Keychain, now: () => number): Recall {
  /** used tells when an answer was last given. */
  const used = new Map<string, number>();
  const isFresh = (name: string): boolean => now() - (used.get(name) ?? -Infinity) < soon;
  return {
    use: async (name, isWrong) => {
      const answer = await keychain.get(name);
      if (answer === undefined) return undefined;
      if (isWrong ?? isFresh(name)) {
        await keychain.remove(name);
        return undefined;
      }
      used.set(name, now());
      return answer;
    },
    keep: async (name, answer) => {
      used.set(name, now());
      await keychain.set(name, answer);
    },
    wrong: async () => {
      for (const name of [...used.keys()].filter(isFresh)) await keychain.remove(name);
    },
    clear: () => keychain.clear(),
  };
}
