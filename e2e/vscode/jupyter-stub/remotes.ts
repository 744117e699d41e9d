import { workspace, type ExtensionContext, type NotebookDocument } from "vscode";
import type { Collection, Collections } from "./collection.js";
import type { Local } from "./local.js";
import { Remote } from "./remote.js";

/** Used is a server in which a cell has run, as it is remembered over a reload. */
interface Used {
  readonly extension: string;
  readonly collection: string;
  readonly server: string;
}

/** At most so many used servers are remembered. */
const MOST = 10;
const KEY = "used";

/**
 * Remotes keeps the servers that were picked, and remembers those in which a cell ran. A list
 * without a used server makes it forget that server for good.
 */
export class Remotes {
  private readonly remotes = new Map<string, Promise<Remote>>();
  private readonly broken = new Set<string>();

  private readonly context: ExtensionContext;
  private readonly local: Local;

  constructor(context: ExtensionContext, collections: Collections, local: Local) {
    this.context = context;
    this.local = local;
    context.subscriptions.push(
      collections.onDidAdd((collection) => {
        this.follow(collection);
      }),
      collections.onDidRemove((collection) => {
        void this.keep(collection, []);
      }),
      workspace.onDidCloseNotebookDocument((notebook) => {
        for (const one of this.broken) {
          if (one.endsWith(notebook.uri.toString())) this.broken.delete(one);
        }
      }),
    );
  }

  /** get connects to a server, or gives the connection that there is. */
  get(collection: Collection, id: string): Promise<Remote> {
    const key = keyOf(collection, id);
    const known = this.remotes.get(key);
    if (known !== undefined) return known;
    const remote = Remote.connect(collection, id, {
      onUsed: () => this.remember(collection, id),
      broken: (notebook) => this.broken.has(brokenKey(collection, id, notebook)),
      memory: this.context.workspaceState,
    });
    this.remotes.set(key, remote);
    remote.catch(() => this.remotes.delete(key));
    return remote;
  }

  dispose(): void {
    for (const remote of this.remotes.values()) {
      void remote.then(
        (one) => {
          one.dispose();
        },
        () => undefined,
      );
    }
  }

  private follow(collection: Collection): void {
    const check = () => void this.check(collection);
    const heard = collection.provider.onDidChangeServers?.(check);
    if (heard !== undefined) this.context.subscriptions.push(heard);
    check();
  }

  /** check asks for the list. One that throws is not believed to be empty. */
  private async check(collection: Collection): Promise<void> {
    const servers = await collection.servers().catch(() => undefined);
    if (servers === undefined) return;
    await this.keep(
      collection,
      servers.map((server) => server.id),
    );
    for (const used of this.used(collection))
      await this.get(collection, used).catch(() => undefined);
  }

  /** keep forgets the servers of a collection that are not in a list. */
  private async keep(collection: Collection, ids: string[]): Promise<void> {
    const memory = this.memory().filter(
      (used) => !belongs(used, collection) || ids.includes(used.server),
    );
    const forgot = memory.length < this.memory().length;
    await this.context.globalState.update(KEY, memory);
    const prefix = keyOf(collection, "");
    for (const [key, remote] of this.remotes) {
      const id = key.slice(prefix.length);
      if (key.startsWith(prefix) && !ids.includes(id)) await this.remove(key, collection, remote);
    }
    if (forgot) await this.local.select();
  }

  private async remove(
    key: string,
    collection: Collection,
    remote: Promise<Remote>,
  ): Promise<void> {
    this.remotes.delete(key);
    const gone = await remote.catch(() => undefined);
    if (gone === undefined) return;
    for (const notebook of workspace.notebookDocuments) {
      if (gone.uses(notebook)) this.broken.add(brokenKey(collection, gone.id, notebook));
    }
    gone.dispose();
  }

  private async remember(collection: Collection, id: string): Promise<void> {
    const mine = { extension: collection.extension, collection: collection.id, server: id };
    const others = this.memory().filter((one) => !belongs(one, collection) || one.server !== id);
    await this.context.globalState.update(KEY, [mine, ...others].slice(0, MOST));
  }

  private memory(): Used[] {
    return this.context.globalState.get<Used[]>(KEY, []);
  }

  private used(collection: Collection): string[] {
    return this.memory()
      .filter((used) => belongs(used, collection))
      .map((used) => used.server);
  }
}

function belongs(used: Used, collection: Collection): boolean {
  return used.extension === collection.extension && used.collection === collection.id;
}

function keyOf(collection: Collection, id: string): string {
  return `${collection.extension}#${collection.id}#${id}`;
}

function brokenKey(collection: Collection, id: string, notebook: NotebookDocument): string {
  return `${keyOf(collection, id)}@${notebook.uri.toString()}`;
}
