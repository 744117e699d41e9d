import type { SecretStorage } from "vscode";
import type { Log } from "../log.js";

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
