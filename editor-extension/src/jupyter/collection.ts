import type {
  Jupyter,
  JupyterServer,
  JupyterServerCommandProvider,
} from "@vscode/jupyter-extension";
import type { CancellationToken, Disposable } from "vscode";
import type { VSCode } from "../vs.js";
import type { Resolver } from "./resolve.js";
import type { Servers } from "./servers.js";

/** collectionId stays the same for ever: the Jupyter extension remembers servers by it. */
export const collectionId = "sunpyter";

/** Collection is our entry in the notebook's kernel picker. */
export interface Collection extends Disposable {
  /** label is its name there, the cluster's. */
  label: string;
  /**
   * withoutCommands runs something while the entry offers kernels alone. Then the picker does not
   * ask for a kernel where there is only one.
   */
  withoutCommands<T>(work: () => Promise<T>): Promise<T>;
}

/** Offering is what the entry offers. */
export interface Offering {
  readonly label: string;
  readonly servers: Servers;
  readonly resolver: Resolver;
  readonly commands: JupyterServerCommandProvider;
}

/**
 * createCollection makes the entry. It is made when a notebook is open or a kernel exists, and not
 * when the extension is activated, since it activates the Jupyter extension.
 */
export function createCollection(vs: VSCode, api: Jupyter, offering: Offering): Collection {
  const { servers, resolver, commands } = offering;
  const collection = api.createJupyterServerCollection(collectionId, offering.label, {
    onDidChangeServers: servers.onDidChange,
    provideJupyterServers: () => servers.provide(),
    resolveJupyterServer: (server: JupyterServer, token: CancellationToken) =>
      token.isCancellationRequested ? Promise.reject(new vs.CancellationError()) : resolver(server),
  });
  collection.commandProvider = commands;
  return {
    get label() {
      return collection.label;
    },
    set label(label) {
      collection.label = label;
    },
    withoutCommands: async (work) => {
      // The API's type wants it left out, but only setting it reaches the Jupyter extension.
      (collection as { commandProvider: unknown }).commandProvider = undefined;
      try {
        return await work();
      } finally {
        collection.commandProvider = commands;
      }
    },
    dispose: () => {
      collection.dispose();
    },
  };
}
