import type { SecretStorage } from "vscode";
import type { Log } from "../common/log.js";

type StoredAnswers = Readonly<Record<string, string>>;

/** All answers are in one entry, to be forgotten together: the storage cannot list its entries. */
const entry = "sunpyter.answers";

/**
 * createKeychain stores answers that the user chose to save, in the editor's secret storage, which
 * is the system's keychain. Without one, nothing is stored, and nothing fails. It accesses the
 * storage at each call, since other windows share it.
 */
export function createKeychain(secrets: SecretStorage, log: Pick<Log, "warn">) {
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
    get: async (name: string): Promise<string | undefined> => (await read())[name],
    set: async (name: string, answer: string): Promise<void> => {
      await write({ ...(await read()), [name]: answer });
    },
    remove: async (name: string): Promise<void> => {
      const { [name]: removed, ...others } = await read();
      if (removed !== undefined) await write(others);
    },
    clear: (): Promise<void> => write({}),
  };
}

/** parseAnswers keeps only what has the right form. */
function parseAnswers(text = "{}"): StoredAnswers {
  const found: unknown = JSON.parse(text);
  if (typeof found !== "object" || found === null) return {};
  const pairs = Object.entries(found as Record<string, unknown>);
  return Object.fromEntries(
    pairs.filter((pair): pair is [string, string] => typeof pair[1] === "string"),
  );
}
