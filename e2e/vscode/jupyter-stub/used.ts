import type { Memento } from "vscode";
import type { Collection } from "./collection.js";
import type { Server } from "./server.js";

interface Used {
  readonly extension: string;
  readonly collection: string;
  readonly server: string;
}

/** At most so many used servers are remembered. */
const MOST = 10;
const KEY = "used";
/** A server counts as used so long after the last cell, in milliseconds. */
const LATER = 1000;

/** UsedServers remembers, for all windows, the servers in which a cell has run. */
export class UsedServers {
  private readonly memory: Memento;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(memory: Memento) {
    this.memory = memory;
  }

  /** of are the ids of a collection's servers. */
  of(collection: Collection): readonly string[] {
    return this.all()
      .filter((used) => belongs(used, collection))
      .map((used) => used.server);
  }

  remember({ collection, id }: Server): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const mine = { extension: collection.extension, collection: collection.id, server: id };
      const others = this.all().filter((one) => !belongs(one, collection) || one.server !== id);
      void this.memory.update(KEY, [mine, ...others].slice(0, MOST));
    }, LATER);
  }

  /** keep forgets for good those that are not in a list. */
  async keep(collection: Collection, ids: readonly string[]): Promise<void> {
    const kept = this.all().filter(
      (used) => !belongs(used, collection) || ids.includes(used.server),
    );
    await this.memory.update(KEY, kept);
  }

  private all(): Used[] {
    return this.memory.get<Used[]>(KEY, []);
  }
}

function belongs(used: Used, { extension, id }: Collection): boolean {
  return used.extension === extension && used.collection === id;
}
