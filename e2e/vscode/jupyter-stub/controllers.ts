import type { KernelSpec, Session } from "@jupyterlab/services";
import {
  EventEmitter,
  notebooks,
  type NotebookCell,
  type NotebookController,
  type NotebookDocument,
} from "vscode";
import { addressOf, controllerId, type Server } from "./server.js";

/** Target is what a controller runs cells in: a new kernel of a kernelspec, or one that runs. */
export interface Target {
  readonly server: Server;
  readonly spec: string;
  readonly live?: Session.IModel;
}

/** Controlled is a controller with what it is for. */
export interface Controlled {
  readonly target: Target;
  readonly controller: NotebookController;
  readonly notebooks: Set<NotebookDocument>;
}

/** Handlers are what a controller's owner does. */
export interface Handlers {
  run(controlled: Controlled, cells: NotebookCell[], notebook: NotebookDocument): Promise<void>;
  interrupt(notebook: NotebookDocument): Promise<void>;
  /** left: the notebook has another kernel now. */
  left(notebook: NotebookDocument, target: Target): void;
}

/** Controllers are those of all servers' kernels that were listed. */
export class Controllers {
  private readonly all = new Map<string, Controlled>();
  private readonly added = new EventEmitter<Controlled>();
  readonly onDidAdd = this.added.event;
  private readonly selected = new EventEmitter<NotebookDocument>();
  readonly onDidSelect = this.selected.event;
  private readonly handlers: Handlers;

  constructor(handlers: Handlers) {
    this.handlers = handlers;
  }

  get(id: string): Controlled | undefined {
    return this.all.get(id);
  }

  /**
   * update follows a server's newest lists. What is no longer listed is disposed at once, whether
   * or not a notebook has it: VS Code then gives the notebook this computer's kernel. A kernelspec
   * keeps its controller, with its first name. `named` has the names of what runs.
   */
  update(
    server: Server,
    specs: readonly KernelSpec.ISpecModel[],
    running: Session.IModel[],
    named = specs,
  ): void {
    const listed = new Map<string, [Target, string]>();
    for (const spec of specs)
      listed.set(controllerId(server, spec), [{ server, spec: spec.name }, spec.display_name]);
    for (const live of running) {
      const { id = "", name: spec = "" } = live.kernel ?? {};
      const name = named.find((one) => one.name === spec)?.display_name ?? spec;
      const notebook = live.path.replace(/-jvsc-.*/, ".ipynb");
      listed.set(id, [{ server, spec, live }, `${name} (${notebook})`]);
    }
    for (const [id, controlled] of this.of(server))
      if (!listed.has(id)) this.remove(id, controlled);
    for (const [id, [target, label]] of listed) {
      if (!this.all.has(id)) this.add(id, target, label);
    }
  }

  /** forget disposes all controllers of a server that is gone. */
  forget(server: Server): void {
    for (const [id, controlled] of this.of(server)) this.remove(id, controlled);
  }

  dispose(): void {
    for (const { controller } of this.all.values()) controller.dispose();
  }

  private of(server: Server): [string, Controlled][] {
    const address = addressOf(server);
    return [...this.all].filter(([, { target }]) => addressOf(target.server) === address);
  }

  private remove(id: string, { controller }: Controlled): void {
    this.all.delete(id);
    controller.dispose();
  }

  private add(id: string, target: Target, label: string): void {
    const controller = notebooks.createNotebookController(id, "jupyter-notebook", label);
    const controlled = { target, controller, notebooks: new Set<NotebookDocument>() };
    controller.description = target.server.label;
    controller.supportedLanguages = ["python"];
    controller.supportsExecutionOrder = true;
    controller.executeHandler = (cells, notebook) => this.handlers.run(controlled, cells, notebook);
    controller.interruptHandler = (notebook) => this.handlers.interrupt(notebook);
    controller.onDidChangeSelectedNotebooks(({ notebook, selected }) => {
      if (selected) {
        controlled.notebooks.add(notebook);
        this.selected.fire(notebook);
      } else if (controlled.notebooks.delete(notebook)) this.handlers.left(notebook, target);
    });
    this.all.set(id, controlled);
    this.added.fire(controlled);
  }
}
