import type {
  Jupyter as Api,
  Jupyter,
  JupyterServer,
  JupyterServerCommandProvider,
} from "@vscode/jupyter-extension";
import type { CancellationToken } from "vscode";
import type { Log } from "../common/log.js";
import { showProblem } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import { lost } from "../gateway/forward.js";
import { createGateway, type Gateway } from "../gateway/gateway.js";
import type { Kernels } from "../kernels/types.js";
import type { Session } from "../protocol.js";
import type { Slot, Slots } from "../slots/slots.js";
import { endingOf } from "../text/ending.js";
import { openProxySettings, proxyProblem, type Rest, type Way } from "./rest.js";
import type { Reach } from "./slotservers.js";
import type { SlotMemory } from "./slotstate.js";
import type { Collection, Entries, Entry, Ran } from "./types.js";

/** EntriesDeps is what {@link createEntries} needs. */
export interface EntriesDeps {
  readonly api: () => Promise<Api | undefined>;
  readonly kernels: Pick<Kernels, "settled">;
  readonly slots: Slots;
  readonly reach: Reach;
  readonly memory: SlotMemory;
  readonly commands: (slot: Slot) => JupyterServerCommandProvider;
  readonly log: Log;
  readonly rest: Rest;
}

/** createEntries makes none before it is asked to, since that activates the Jupyter extension. */
export function createEntries(vs: VSCode, deps: EntriesDeps): Entries {
  const { slots, reach, memory } = deps;
  const ran = new vs.EventEmitter<Ran>();
  const made = new Map<string, Entry>();
  let over = false;
  const isOver = () => over;

  const gatewayOf = (slot: Slot): Gateway =>
    createGateway({
      label: slot.label,
      current: () => reach.current(slot),
      needed: (signal) => reach.needed(slot, signal),
      memory: memory(slot),
      ran: (execution) => {
        ran.fire({ ...execution, slot });
      },
    });
  const get = async (slot: Slot): Promise<Entry | undefined> => {
    const known = made.get(slot.id);
    if (known) return known;
    const api = await deps.api();
    // Another call may have made it meanwhile.
    if (api === undefined || isOver() || made.has(slot.id)) return made.get(slot.id);
    const gateway = gatewayOf(slot);
    const resolver = createResolver(vs, { ...deps, slot, gateway });
    const collection = createCollection(vs, api, {
      slot,
      resolver,
      commands: deps.commands(slot),
    });
    const entry = { slot, gateway, collection };
    made.set(slot.id, entry);
    // What ran in a job that ended while no window was open is not listed any more.
    deps.kernels.settled().then(
      () => follow(slot),
      () => undefined, // it stays listed while nobody can be asked
    );
    return entry;
  };
  /** follow keeps the gateways at what the slots have. */
  const follow = async (slot: Slot): Promise<void> => {
    const entry = made.get(slot.id);
    const session = slots.kernel(slot)?.session;
    entry?.gateway.jobChanged(session?.id, endWords(slots.last(slot)));
    if (session?.state !== "ready") return;
    const target = await reach.current(slot);
    if (target && target !== lost) await entry?.gateway.learn(target);
  };
  const listening = slots.onDidChange((slot) => void follow(slot));
  return {
    get,
    prepare: async () => {
      for (const slot of slots.all()) await get(slot);
    },
    onDidRun: ran.event,
    dispose: () => {
      over = true;
      listening.dispose();
      for (const { gateway, collection } of made.values()) {
        collection.dispose();
        gateway.dispose();
      }
      ran.dispose();
    },
  };
}

/** endWords are what a cell shows that ran when its kernel ended. */
function endWords(session: Session | undefined): string {
  const text = session && endingOf(session)?.text;
  return text ?? "The kernel was stopped.";
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

/** Resolving is what {@link createResolver} needs. */
export interface Resolving {
  readonly slot: Slot;
  readonly gateway: Pick<Gateway, "address" | "token">;
  readonly log: Log;
  readonly rest: Rest;
}

/** Resolver says how a server is reached. */
export type Resolver = (server: JupyterServer) => Promise<JupyterServer>;

/**
 * createResolver makes the function that leads the Jupyter extension to a slot's gateway. It is called
 * whenever the extension connects, also when a window opens, so it starts nothing and asks nobody.
 */
export function createResolver(vs: VSCode, deps: Resolving): Resolver {
  const { slot, gateway, log, rest } = deps;
  let checked: Promise<void> | undefined;
  /** check fails where the editor's proxy settings catch this computer's own address. */
  const check = async (target: Way): Promise<void> => {
    const { status } = await rest.get(target, "api").catch(() => ({ status: 0 }));
    if (status === 200 || status === 503) return;
    const err = await proxyProblem(vs, rest, target);
    if (!err) return;
    const doing = `Connecting notebooks to ${slot.label}`;
    void showProblem(vs, err, { doing, log, actions: [openProxySettings(vs)] });
    throw err;
  };
  return async (server) => {
    const url = await gateway.address();
    checked ??= check({ url, token: gateway.token }).catch((err: unknown) => {
      checked = undefined;
      throw err;
    });
    await checked;
    return {
      ...server,
      connectionInformation: {
        baseUrl: vs.Uri.parse(url),
        // A `token` beside it would stand in the websockets' URLs.
        headers: { Authorization: `token ${gateway.token}` },
      },
    };
  };
}
