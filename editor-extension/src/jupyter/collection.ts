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
  /**
   * quietly makes the Jupyter extension look for the server's kernels, by `open`, which opens its
   * picker on the entry. The picker is not shown.
   */
  quietly(open: () => Promise<unknown>): Promise<void>;
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
  let list = () => [server];
  const collection = api.createJupyterServerCollection(id, slot.label, {
    provideJupyterServers: () => list(),
    resolveJupyterServer: (one: JupyterServer, token: CancellationToken) =>
      token.isCancellationRequested ? Promise.reject(new vs.CancellationError()) : resolver(one),
  });
  collection.commandProvider = commands;
  const withoutCommands: Collection["withoutCommands"] = async (work) => {
    // The API's type wants it left out, but only setting it reaches the Jupyter extension.
    (collection as { commandProvider: unknown }).commandProvider = undefined;
    try {
      return await work();
    } finally {
      collection.commandProvider = commands;
    }
  };
  return {
    id,
    withoutCommands,
    quietly: (open) =>
      withoutCommands(async () => {
        const usual = list;
        const refused = () => {
          list = usual;
          throw new Error("This picker is not to be shown");
        };
        // Opened again, the picker cancels itself before it is shown, and fails for want of a list.
        const again = () => {
          if (list !== first) return; // it was read later, for something else
          list = refused;
          open().catch(() => undefined);
        };
        const first = () => [whenReadTwice(server, again)];
        list = first;
        try {
          await open();
        } finally {
          list = usual;
        }
      }),
    dispose: () => {
      collection.dispose();
    },
  };
}

/**
 * whenReadTwice calls `then` when the label is read for the second time: by then the Jupyter extension
 * makes what looks for the server's kernels, which stays.
 */
function whenReadTwice({ id, label }: JupyterServer, then: () => void): JupyterServer {
  let reads = 0;
  return {
    id,
    get label() {
      reads += 1;
      if (reads === 2) then();
      return label;
    },
  };
}
