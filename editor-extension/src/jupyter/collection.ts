import type {
  Jupyter,
  JupyterServer,
  JupyterServerCommandProvider,
} from "@vscode/jupyter-extension";
import type { CancellationToken, Disposable } from "vscode";
import type { Slot } from "../slots/slots.js";
import type { VSCode } from "../vs.js";
import type { Resolver } from "./resolve.js";

/** Collection is a slot's entry in the notebook's kernel picker. */
export interface Collection extends Disposable {
  readonly id: string;
  /**
   * withoutCommands runs something while the entry offers the slot's server alone. Then the picker
   * does not ask for a server.
   */
  withoutCommands<T>(work: () => Promise<T>): Promise<T>;
}

/** Offering is what the entry offers. */
export interface Offering {
  readonly slot: Slot;
  readonly resolver: Resolver;
  readonly commands: JupyterServerCommandProvider;
}

/** collectionIdOf never changes: the Jupyter extension remembers servers by it. */
export function collectionIdOf({ id }: Slot): string {
  return `sunpyter:${id}`;
}

/**
 * createCollection makes the entry. Its list is always the same one server, without a question to
 * anybody: the Jupyter extension forgets a server that is missing from a list, and disposes its
 * kernels under the notebooks that use them.
 */
export function createCollection(vs: VSCode, api: Jupyter, offering: Offering): Collection {
  const { slot, resolver, commands } = offering;
  const server: JupyterServer = { id: slot.id, label: slot.label };
  const id = collectionIdOf(slot);
  const collection = api.createJupyterServerCollection(id, slot.label, {
    provideJupyterServers: () => [server],
    resolveJupyterServer: (one: JupyterServer, token: CancellationToken) =>
      token.isCancellationRequested ? Promise.reject(new vs.CancellationError()) : resolver(one),
  });
  collection.commandProvider = commands;
  return {
    id,
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
