import type { Memento } from "vscode";

/** Table is an object in the editor's state: values by name, the one that was set last at the end. */
export interface Table<T> {
  entries(): [string, T][];
  get(name: string): T | undefined;
  /** set puts a value at the end; undefined removes it. */
  set(name: string, value: T | undefined): Promise<void>;
}

/**
 * createTable reads the state at each call, since windows share it. It trusts the type of its values,
 * as a Memento does. Of more than `max` values, the first are forgotten.
 */
export function createTable<T>(state: Memento, key: string, max = Infinity): Table<T> {
  const entries = (): [string, T][] => {
    const stored = state.get<unknown>(key) ?? {};
    return typeof stored === "object" ? Object.entries(stored as Record<string, T>) : [];
  };
  return {
    entries,
    get: (name) => entries().find(([one]) => one === name)?.[1],
    set: async (name, value) => {
      const others = entries().filter(([one]) => one !== name);
      const all = value === undefined ? others : [...others, [name, value] as const];
      await state.update(key, Object.fromEntries(all.slice(-max)));
    },
  };
}
