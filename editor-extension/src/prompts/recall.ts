import type { Keychain } from "./keychain.js";

/** A question that comes again within this time was answered wrongly. */
const soon = 30_000;

/** Recall uses remembered answers, each once for a login, and forgets those that are wrong. */
export interface Recall {
  /** use gives the answer to a question, unless it has just been given and was not right. */
  use(name: string): Promise<string | undefined>;
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
    use: async (name) => {
      const answer = await keychain.get(name);
      if (answer === undefined) return undefined;
      if (isFresh(name)) {
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
