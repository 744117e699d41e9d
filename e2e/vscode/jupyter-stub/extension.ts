import type * as api from "@vscode/jupyter-extension";
import {
  CancellationTokenSource,
  commands,
  extensions,
  notebooks,
  window,
  workspace,
  type Disposable,
  type ExtensionContext,
  type NotebookDocument,
} from "vscode";
import { runCells } from "./cells.js";
import { Collections, type Collection } from "./collection.js";
import { Controllers, type Controlled } from "./controllers.js";
import { Finders } from "./finders.js";
import { Kernels, refused } from "./kernels.js";
import { createLocal, pickLocal } from "./local.js";
import { pick } from "./picker.js";
import { UsedServers } from "./used.js";

const SELECT_LOCAL = "jupyter.kernel.selectLocalKernelSpec";
const SELECT = "jupyter.kernel.selectJupyterServerKernel";

/** registerSource is VS Code's proposed API notebookKernelSource: a row in "Select Kernel". */
type RegisterSource = (
  type: string,
  provider: {
    provideNotebookKernelSourceActions: () => {
      label: string;
      command: { command: string; title: string; arguments: unknown[] };
    }[];
  },
) => Disposable;

/** activate returns the part of the Jupyter extension's API that Sunpyter uses. */
export function activate(
  context: ExtensionContext,
): Pick<api.Jupyter, "createJupyterServerCollection"> {
  const collections = new Collections();
  const used = new UsedServers(context.globalState);
  const kernels = new Kernels({
    memory: context.globalState,
    changed: ({ server }) => void finders.get(server)?.refresh(),
  });
  const controllers = new Controllers({
    run: ({ target, controller }, cells, notebook) =>
      runCells(controller, cells, {
        kernel: () => kernels.get(notebook, target),
        refused: () => refused(notebook, target),
        ran: () => used.remember(target.server),
      }),
    interrupt: (notebook) => kernels.interrupt(notebook),
    left: (notebook) => void kernels.drop(notebook),
  });
  const finders: Finders = new Finders(controllers, context.globalState);
  follow(context, collections, used, finders);
  restore(context, controllers, kernels);
  let token = new CancellationTokenSource();
  const select = async (extension: string, id: string) => {
    const collection = collections.get(extension, id);
    if (collection === undefined) return undefined;
    token.cancel(); // a picker that is open is left
    token = new CancellationTokenSource();
    const chosen = await pick(collection, finders, token.token);
    return chosen && controllers.get(chosen)?.controller.id;
  };
  context.subscriptions.push(
    controllers,
    createLocal(),
    commands.registerCommand(SELECT, select),
    commands.registerCommand(SELECT_LOCAL, pickLocal),
    ...sources(collections),
  );
  return {
    createJupyterServerCollection: (id, label, provider) =>
      collections.create(caller(context), id, label, provider) as api.JupyterServerCollection,
  };
}

/** follow asks for the servers when a collection is made and when it says that they have changed. */
function follow(
  context: ExtensionContext,
  collections: Collections,
  used: UsedServers,
  finders: Finders,
): void {
  const check = async (collection: Collection) => {
    // A list that throws is not believed to be empty.
    const servers = await collection.servers().catch(() => undefined);
    if (servers === undefined) return;
    const ids = servers.map(({ id }) => id);
    await used.keep(collection, ids);
    finders.keep(collection, ids);
    for (const { id, label } of servers)
      if (used.of(collection).includes(id)) finders.of({ collection, id, label });
  };
  context.subscriptions.push(
    collections.onDidAdd((collection) => {
      const heard = collection.provider.onDidChangeServers?.(() => void check(collection));
      if (heard !== undefined) context.subscriptions.push(heard);
      void check(collection);
    }),
    collections.onDidRemove((collection) => finders.keep(collection, [])),
  );
}

/** restore selects the previous kernel in a notebook that is opened, once that is listed. */
function restore(context: ExtensionContext, controllers: Controllers, kernels: Kernels): void {
  const waiting = new Set<NotebookDocument>();
  const give = async ({ target, controller }: Controlled) => {
    for (const notebook of waiting) {
      if (kernels.last(notebook) !== controller.id) continue;
      waiting.delete(notebook);
      const notebookEditor = window.visibleNotebookEditors.find((e) => e.notebook === notebook);
      const wanted = { notebookEditor, id: controller.id, extension: context.extension.id };
      await commands.executeCommand("notebook.selectKernel", wanted);
      await kernels.get(notebook, target).catch(() => undefined);
    }
  };
  const opened = (notebook: NotebookDocument) => {
    waiting.add(notebook);
    const known = controllers.get(kernels.last(notebook) ?? "");
    if (known !== undefined) void give(known);
  };
  workspace.notebookDocuments.forEach(opened);
  context.subscriptions.push(
    workspace.onDidOpenNotebookDocument(opened),
    workspace.onDidCloseNotebookDocument((notebook) => waiting.delete(notebook)),
    controllers.onDidSelect((notebook) => waiting.delete(notebook)), // it has a kernel
    controllers.onDidAdd((added) => void give(added)),
  );
}

/** sources puts this computer's kernel and each collection into the notebook's kernel picker. */
function sources(collections: Collections): Disposable[] {
  const { registerKernelSourceActionProvider: register } = notebooks as unknown as {
    registerKernelSourceActionProvider: RegisterSource;
  };
  const add = (title: string, command: string, ...args: unknown[]) =>
    register("jupyter-notebook", {
      provideNotebookKernelSourceActions: () => [
        { label: title, command: { command, title, arguments: args } },
      ],
    });
  const rows = new Map<Collection, Disposable>();
  return [
    add("Jupyter Kernel...", SELECT_LOCAL),
    collections.onDidAdd((collection) => {
      const { label, extension, id } = collection;
      rows.set(collection, add(label, SELECT, extension, id));
    }),
    collections.onDidRemove((collection) => {
      rows.get(collection)?.dispose();
    }),
  ];
}

/** caller is the extension that called, read from the call stack as the real one does. */
function caller(context: ExtensionContext): string {
  const stack = new Error().stack ?? "";
  const found = extensions.all.find(
    (one) => one.id !== context.extension.id && stack.includes(one.extensionPath),
  );
  if (found === undefined) throw new Error("Unable to determine the caller of the extension API");
  return found.id;
}
