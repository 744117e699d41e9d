import type { KernelSpec, Session } from "@jupyterlab/services";
import { EventEmitter, type Memento } from "vscode";
import type { Collection } from "./collection.js";
import { open } from "./connection.js";
import type { Controllers } from "./controllers.js";
import { addressOf, type Server } from "./server.js";

/** A busy computer is slow to list kernels: so many milliseconds. */
const slow = Number(process.env["SUNPYTER_TEST_JUPYTER_SLOW"] ?? 0);

/** Lists are what a server answered most recently. */
interface Lists {
  readonly specs: readonly KernelSpec.ISpecModel[];
  readonly running: Session.IModel[];
}

function keyOf(server: Server): string {
  return `kernels:${addressOf(server)}`;
}

/** Finder lists the kernels of one server. */
export class Finder {
  specs: readonly KernelSpec.ISpecModel[] = [];
  running: Session.IModel[] = [];
  failed = false;
  private readonly changed = new EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  readonly server: Server;
  private readonly controllers: Controllers;
  private readonly memory: Memento;

  constructor(server: Server, controllers: Controllers, memory: Memento) {
    this.server = server;
    this.controllers = controllers;
    this.memory = memory;
  }

  /** restore lists the kernels that ran in an earlier window; what has ended goes with the next list. */
  restore(): void {
    const { specs, running } = this.memory.get<Lists>(keyOf(this.server), {
      specs: [],
      running: [],
    });
    this.running = running;
    this.controllers.update(this.server, [], running, specs);
  }

  /**
   * refresh asks for the lists with a connection of its own. Where that fails the kernelspecs are
   * gone, with their controllers, and only kernels that were running are kept.
   */
  async refresh(): Promise<void> {
    const { collection, id } = this.server;
    try {
      await new Promise((done) => setTimeout(done, slow));
      const { connectionInformation } = await collection.connect(id);
      if (connectionInformation === undefined) throw new Error("no connection");
      const connection = await open(connectionInformation);
      this.specs = await connection.specs;
      this.running = [...connection.sessions.running()];
      connection.dispose();
      this.failed = false;
      const lists: Lists = { specs: this.specs, running: this.running };
      await this.memory.update(keyOf(this.server), lists);
    } catch {
      this.specs = [];
      this.failed = true;
    }
    this.controllers.update(this.server, this.specs, this.running);
    this.changed.fire();
  }
}

/** Finders are those of the servers that were used on this computer, or picked in this window. */
export class Finders {
  private readonly all = new Map<string, Finder>();
  private readonly controllers: Controllers;
  private readonly memory: Memento;

  constructor(controllers: Controllers, memory: Memento) {
    this.controllers = controllers;
    this.memory = memory;
  }

  /** of makes a finder for a server, which goes on when the picker it was made for is closed. */
  of(server: Server): Finder {
    const known = this.get(server);
    if (known !== undefined) return known;
    const finder = new Finder(server, this.controllers, this.memory);
    this.all.set(addressOf(server), finder);
    finder.restore();
    void finder.refresh();
    return finder;
  }

  get(server: Server): Finder | undefined {
    return this.all.get(addressOf(server));
  }

  /** keep forgets the servers of a collection that are not in its list any more. */
  keep(collection: Collection, ids: readonly string[]): void {
    for (const [address, { server }] of this.all) {
      if (server.collection !== collection || ids.includes(server.id)) continue;
      this.all.delete(address);
      this.controllers.forget(server);
    }
  }
}
