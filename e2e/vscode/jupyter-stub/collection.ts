import type * as api from "@vscode/jupyter-extension";
import { CancellationTokenSource, EventEmitter, type Event, type Uri } from "vscode";

/** Collection is a JupyterServerCollection and what belongs to it in here. */
export class Collection implements Omit<api.JupyterServerCollection, "commandProvider"> {
  documentation?: Uri;
  private offers: api.JupyterServerCommandProvider | undefined;

  readonly extension: string;
  readonly id: string;
  label: string;
  readonly provider: api.JupyterServerProvider;
  private readonly remove: (collection: Collection) => void;

  constructor(
    extension: string,
    id: string,
    label: string,
    provider: api.JupyterServerProvider,
    remove: (collection: Collection) => void,
  ) {
    this.extension = extension;
    this.id = id;
    this.label = label;
    this.provider = provider;
    this.remove = remove;
  }

  // An accessor, as in the real one: taking the property away changes nothing.
  get commandProvider(): api.JupyterServerCommandProvider | undefined {
    return this.offers;
  }

  set commandProvider(offers: api.JupyterServerCommandProvider | undefined) {
    this.offers = offers;
  }

  /** servers asks the extension for its list. Nothing times out and nothing is cancelled. */
  async servers(): Promise<api.JupyterServer[]> {
    return (await this.provider.provideJupyterServers(new CancellationTokenSource().token)) ?? [];
  }

  /**
   * connect finds a server by a list of its own, then asks for its connection: that is what the
   * real extension does each time that it connects.
   */
  async connect(id: string): Promise<api.JupyterServer> {
    const server = (await this.servers()).find((one) => one.id === id);
    if (server === undefined) throw new Error(`No server ${id} in ${this.id}`);
    if (server.connectionInformation !== undefined) return server;
    const token = new CancellationTokenSource().token;
    const resolved = await this.provider.resolveJupyterServer(server, token);
    if (resolved?.connectionInformation === undefined) throw new Error(`No connection to ${id}`);
    return { ...server, connectionInformation: resolved.connectionInformation };
  }

  dispose(): void {
    this.remove(this);
  }
}

/** Collections are those of all extensions. */
export class Collections {
  private readonly all = new Map<string, Collection>();
  private readonly added = new EventEmitter<Collection>();
  readonly onDidAdd: Event<Collection> = this.added.event;
  private readonly removed = new EventEmitter<Collection>();
  readonly onDidRemove: Event<Collection> = this.removed.event;

  /** create is the API's createJupyterServerCollection. */
  create(extension: string, id: string, label: string, provider: api.JupyterServerProvider) {
    const key = `${extension}#${id}`;
    if (this.all.has(key)) throw new Error(`Jupyter Server Provider with id ${key} already exists`);
    const collection = new Collection(extension, id, label, provider, (gone) => {
      this.all.delete(key);
      this.removed.fire(gone);
    });
    this.all.set(key, collection);
    this.added.fire(collection);
    return collection;
  }

  /** get finds a collection. */
  get(extension: string, id: string): Collection | undefined {
    return this.all.get(`${extension}#${id}`);
  }
}
