import type * as api from "@vscode/jupyter-extension";
import { commands, extensions, notebooks, type Disposable, type ExtensionContext } from "vscode";
import { Collections, type Collection } from "./collection.js";
import { createLocal } from "./local.js";
import { pick } from "./picker.js";
import { Remotes } from "./remotes.js";

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

/** activate gives the part of the Jupyter extension's API that Sunpyter uses. */
export function activate(
  context: ExtensionContext,
): Pick<api.Jupyter, "createJupyterServerCollection"> {
  const collections = new Collections();
  const local = createLocal();
  const remotes = new Remotes(context, collections, local);
  context.subscriptions.push(remotes, local, ...sources(collections));
  const select = async (extension: string, id: string) => {
    const collection = collections.get(extension, id);
    return collection && pick(collection, (server) => remotes.get(collection, server));
  };
  context.subscriptions.push(commands.registerCommand(SELECT, select));
  return {
    createJupyterServerCollection: (id, label, provider) =>
      collections.create(caller(context), id, label, provider) as api.JupyterServerCollection,
  };
}

/** sources puts each collection into the notebook's kernel picker. */
function sources(collections: Collections): Disposable[] {
  const { registerKernelSourceActionProvider: register } = notebooks as unknown as {
    registerKernelSourceActionProvider: RegisterSource;
  };
  const rows = new Map<Collection, Disposable>();
  return [
    collections.onDidAdd((collection) => {
      const action = () => ({
        label: collection.label,
        command: {
          command: SELECT,
          title: collection.label,
          arguments: [collection.extension, collection.id],
        },
      });
      const provideNotebookKernelSourceActions = () => [action()];
      rows.set(collection, register("jupyter-notebook", { provideNotebookKernelSourceActions }));
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
