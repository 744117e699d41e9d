import type { Kernel, Session } from "@jupyterlab/services";
import {
  commands,
  ProgressLocation,
  window,
  workspace,
  type Memento,
  type NotebookDocument,
} from "vscode";
import { open, type Connection } from "./connection.js";
import type { Target } from "./controllers.js";

/** Hooks is what the kernels tell their owner. */
export interface Hooks {
  /** changed: a kernel of this server has started, or was dropped. */
  readonly changed: (target: Target) => void;
  readonly memory: Memento;
}

interface Started {
  readonly session: Session.ISessionConnection;
  readonly connection: Connection;
}

/** What the real one runs in each kernel that it connects to, also after a reload. */
const setUp = ["import sys", "pass  # what the variables view needs"];

/** Kernels are those in which the notebooks of this window run. */
export class Kernels {
  private readonly started = new Map<NotebookDocument, Promise<Started>>();
  private readonly hooks: Hooks;

  constructor(hooks: Hooks) {
    this.hooks = hooks;
    workspace.onDidCloseNotebookDocument((notebook) => void this.drop(notebook));
  }

  /** get returns the notebook's kernel, and starts one where it has none. */
  async get(notebook: NotebookDocument, target: Target): Promise<Kernel.IKernelConnection> {
    const starting = this.started.get(notebook) ?? this.start(notebook, target);
    this.started.set(notebook, starting);
    try {
      const { kernel } = (await starting).session;
      if (kernel === null) throw new Error("the kernel has died");
      return kernel;
    } catch (err) {
      this.started.delete(notebook);
      throw err;
    }
  }

  async interrupt(notebook: NotebookDocument): Promise<void> {
    await (await this.started.get(notebook))?.session.kernel?.interrupt();
  }

  /** drop leaves the kernel to the server: it is never shut down. */
  async drop(notebook: NotebookDocument): Promise<void> {
    const starting = this.started.get(notebook);
    this.started.delete(notebook);
    const started = await starting?.catch(() => undefined);
    started?.session.dispose();
    started?.connection.dispose();
  }

  /** last is the id of the kernel that a notebook had, over a reload too. */
  last(notebook: NotebookDocument): string | undefined {
    return this.hooks.memory.get(keyOf(notebook));
  }

  private async start(notebook: NotebookDocument, target: Target): Promise<Started> {
    const { collection, id } = target.server;
    const { connectionInformation } = await collection.connect(id);
    if (connectionInformation === undefined) throw new Error("no connection");
    const connection = await open(connectionInformation);
    const session = await this.session(notebook, target, connection).catch((err: unknown) => {
      connection.dispose();
      throw err;
    });
    this.watch(notebook, target, session);
    await this.hooks.memory.update(keyOf(notebook), session.kernel?.id);
    for (const code of setUp)
      session.kernel?.requestExecute({ code, silent: false, store_history: false });
    this.hooks.changed(target);
    return { session, connection };
  }

  private async session(
    notebook: NotebookDocument,
    { live: model, spec }: Target,
    { sessions }: Connection,
  ): Promise<Session.ISessionConnection> {
    if (model) return sessions.connectTo({ model });
    const stem = (notebook.uri.path.split("/").pop() ?? "").replace(/\.ipynb$/, "");
    const [path, name] = [`${stem}-jvsc-${crypto.randomUUID()}`, `${stem}-${crypto.randomUUID()}`];
    const type = "notebook";
    return sessions.startNew({
      path: `${path}.ipynb`,
      name: `${name}.ipynb`,
      type,
      kernel: { name: spec },
    });
  }

  /** watch says when the websocket is lost, and drops a kernel that is gone. */
  private watch(notebook: NotebookDocument, target: Target, session: Session.ISessionConnection) {
    let connected: () => void = () => undefined;
    session.connectionStatusChanged.connect((_, status) => {
      connected();
      if (status !== "connecting") return;
      void target.server.collection.servers().catch(() => undefined);
      const title = `Reconnecting to the kernel ${target.spec}`;
      void window.withProgress(
        { location: ProgressLocation.Notification, title },
        () => new Promise<void>((done) => (connected = done)),
      );
    });
    session.statusChanged.connect((_, status) => {
      if (status !== "dead") return;
      connected();
      const server = "Failed to connect to the remote Jupyter Server. Verify the server is running";
      void window.showErrorMessage(`${server} and reachable.`);
      void this.drop(notebook).then(() => this.hooks.changed(target));
    });
  }
}

/** refused is what follows when a kernel does not start: the picker, over everything. */
export async function refused(notebook: NotebookDocument, { server }: Target): Promise<void> {
  await server.collection.servers();
  const editor = window.visibleNotebookEditors.find((one) => one.notebook === notebook);
  if (editor !== undefined)
    await commands.executeCommand("notebook.selectKernel", { notebookEditor: editor });
}

function keyOf(notebook: NotebookDocument): string {
  return `kernel:${notebook.uri.toString()}`;
}
