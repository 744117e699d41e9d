import type { Kernel, KernelSpec, Session } from "@jupyterlab/services";
import type { JupyterServer } from "@vscode/jupyter-extension";
import {
  type Disposable,
  notebooks,
  workspace,
  type Memento,
  type NotebookController,
  type NotebookDocument,
} from "vscode";
import { runCell, runIn } from "./cells.js";
import type { Collection } from "./collection.js";
import { open, type Connection } from "./connection.js";

/** Spec is a kernelspec of a server, as the picker shows it. */
export interface Spec {
  readonly name: string;
  readonly label: string;
  readonly language: string;
  readonly controller: NotebookController;
}

/** Hooks is what a server tells its owner. */
export interface Hooks {
  /** onUsed: a cell has run, so that the server counts as used. */
  readonly onUsed: () => Promise<void>;
  /** broken: this notebook lost this server while it used it, and was not reopened since. */
  readonly broken: (notebook: NotebookDocument) => boolean;
  readonly memory: Memento;
}

/** Remote is a server that was picked or used: a controller for each of its kernelspecs. */
export class Remote {
  readonly specs: Spec[] = [];
  private readonly sessions = new Map<string, Promise<Session.ISessionConnection>>();
  private readonly closed: Disposable;
  readonly id: string;
  private readonly collection: Collection;
  private readonly label: string;
  private readonly connection: Connection;
  private readonly hooks: Hooks;

  private constructor(
    collection: Collection,
    server: JupyterServer,
    connection: Connection,
    hooks: Hooks,
  ) {
    this.id = server.id;
    this.collection = collection;
    this.label = server.label;
    this.connection = connection;
    this.hooks = hooks;
    this.closed = workspace.onDidCloseNotebookDocument((notebook) => {
      void this.leave(notebook);
    });
  }

  /** connect reaches a server and makes its controllers. */
  static async connect(collection: Collection, id: string, hooks: Hooks): Promise<Remote> {
    const server = await collection.connect(id);
    if (server.connectionInformation === undefined) throw new Error("no connection");
    const connection = await open(server.connectionInformation);
    const remote = new Remote(collection, server, connection, hooks);
    for (const spec of await connection.specs) remote.specs.push(remote.control(spec));
    return remote;
  }

  /** uses tells whether a notebook has a kernel here. */
  uses(notebook: NotebookDocument): boolean {
    return this.sessions.has(notebook.uri.toString());
  }

  /** running are the kernels of the server, as the picker shows them. */
  running(): Session.IModel[] {
    return [...this.connection.sessions.running()];
  }

  dispose(): void {
    this.closed.dispose();
    for (const spec of this.specs) spec.controller.dispose();
    for (const session of this.sessions.values()) {
      void session.then((one) => {
        one.dispose();
      });
    }
    this.sessions.clear();
    this.connection.dispose();
  }

  private control(spec: KernelSpec.ISpecModel): Spec {
    const id = `${this.collection.id}.${this.id}..${spec.name}.`;
    const controller = notebooks.createNotebookController(
      id,
      "jupyter-notebook",
      spec.display_name,
    );
    controller.description = this.label;
    controller.supportedLanguages = [spec.language];
    controller.supportsExecutionOrder = true;
    controller.executeHandler = async (cells, notebook) => {
      for (const cell of cells) {
        await runCell(controller, cell, async (execution) => {
          const ok = await runIn(await this.kernel(notebook, spec.name), execution);
          await this.hooks.onUsed();
          return ok;
        });
      }
    };
    controller.interruptHandler = async (notebook) => {
      await (await this.sessions.get(notebook.uri.toString()))?.kernel?.interrupt();
    };
    return { name: spec.name, label: spec.display_name, language: spec.language, controller };
  }

  private async kernel(
    notebook: NotebookDocument,
    spec: string,
  ): Promise<Kernel.IKernelConnection> {
    if (this.hooks.broken(notebook)) throw new Error("notebook controller is DISPOSED");
    const key = notebook.uri.toString();
    const started = this.sessions.get(key) ?? this.start(notebook, spec);
    this.sessions.set(key, started);
    const session = await started.catch((err: unknown) => {
      this.sessions.delete(key);
      throw err;
    });
    if (session.kernel === null) throw new Error("the kernel has died");
    return session.kernel;
  }

  private async start(
    notebook: NotebookDocument,
    spec: string,
  ): Promise<Session.ISessionConnection> {
    const model = await this.remembered(notebook);
    const name = notebook.uri.path.split("/").pop() ?? "";
    const unique = `${name.replace(/\.ipynb$/, "")}-${crypto.randomUUID()}.ipynb`;
    const session = model
      ? this.connection.sessions.connectTo({ model })
      : await this.connection.sessions.startNew({
          name: unique,
          path: unique,
          type: "notebook",
          kernel: { name: spec },
        });
    await this.hooks.memory.update(this.key(notebook), session.kernel?.id);
    this.watch(notebook, session);
    return session;
  }

  /** remembered is the kernel that this notebook had before a reload. */
  private async remembered(notebook: NotebookDocument): Promise<Session.IModel | undefined> {
    const id = this.hooks.memory.get<string>(this.key(notebook));
    if (id === undefined) return undefined;
    await this.connection.sessions.refreshRunning();
    return this.running().find((session) => session.kernel?.id === id);
  }

  /** watch asks, when the websocket has dropped, whether the server is still one of the list. */
  private watch(notebook: NotebookDocument, session: Session.ISessionConnection): void {
    const drop = () => {
      this.sessions.delete(notebook.uri.toString());
      session.dispose();
    };
    session.connectionStatusChanged.connect((_, status) => {
      if (status !== "connecting") return;
      this.collection.servers().then(
        (servers) => {
          if (!servers.some((server) => server.id === this.id)) drop();
        },
        () => undefined,
      );
    });
    session.statusChanged.connect((_, status) => {
      if (status === "dead") drop();
    });
  }

  private async leave(notebook: NotebookDocument): Promise<void> {
    const key = notebook.uri.toString();
    const session = await this.sessions.get(key)?.catch(() => undefined);
    this.sessions.delete(key);
    session?.dispose();
  }

  private key(notebook: NotebookDocument): string {
    return `kernel:${this.collection.id}:${this.id}:${notebook.uri.toString()}`;
  }
}
