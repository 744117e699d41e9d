import { openSettings } from "../common/notices.js";
import type {
  Jupyter as Api,
  JupyterServer,
  JupyterServerCommandProvider,
} from "@vscode/jupyter-extension";
import type { CancellationToken } from "vscode";
import type { Log } from "../common/log.js";
import { showProblem } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import { unreachable } from "../gateway/forward.js";
import { Gateway } from "../gateway/gateway.js";
import type { Kernels } from "../kernels/types.js";
import type { Session } from "../protocol.js";
import type { Slot, Slots } from "../slots/slots.js";
import { endingOf } from "../text/ending.js";
import { placeOf } from "./places.js";
import { proxyProblem, type Rest, type JupyterAddress } from "./rest.js";
import type { SlotServers } from "./slotservers.js";
import type { SlotState } from "./slotstate.js";
import type { Collection, Entries, Entry, SlotExecution } from "./types.js";

/** EntriesDeps is what {@link createEntries} needs. */
interface EntriesDeps {
  readonly api: () => Promise<Api | undefined>;
  readonly kernels: Pick<Kernels, "restored">;
  readonly slots: Slots;
  readonly servers: SlotServers;
  readonly memory: SlotState;
  readonly commands: (slot: Slot) => JupyterServerCommandProvider;
  /** pathIn returns the path of a notebook's session in a kernel. */
  readonly pathIn: (kernel: string, path: string, file: string | undefined) => string;
  readonly log: Log;
  readonly rest: Rest;
}

/** createEntries creates no entry until it is asked to, since that activates the Jupyter extension. */
export function createEntries(vscode: VSCode, deps: EntriesDeps): Entries {
  const { slots, servers: reach, memory } = deps;
  const ran = new vscode.EventEmitter<SlotExecution>();
  const entries = new Map<string, Entry>();
  let disposed = false;
  const isDisposed = () => disposed;

  const gatewayOf = (slot: Slot): Gateway =>
    new Gateway({
      label: slot.label,
      current: () => reach.current(slot),
      ensure: (signal) => reach.ensure(slot, signal),
      pathIn: deps.pathIn,
      placeOf: (notebook, code) => {
        const { kernelspecs } = memory(slot).specs();
        const isPython = (spec: string) => kernelspecs[spec]?.spec.language === "python";
        return placeOf(vscode, slots.kernelIn(slot)?.session, { notebook, code, isPython });
      },
      state: memory(slot),
      onRun: (execution) => ran.fire({ ...execution, slot }),
    });
  const get = async (slot: Slot): Promise<Entry | undefined> => {
    const known = entries.get(slot.id);
    if (known) return known;
    const api = await deps.api();
    // Another call may have created it meanwhile.
    if (api === undefined || isDisposed() || entries.has(slot.id)) return entries.get(slot.id);
    const gateway = gatewayOf(slot);
    const resolver = createResolver(vscode, deps, slot, gateway);
    const collection = createCollection(vscode, api, slot, resolver, deps.commands(slot));
    const entry = { slot, gateway, collection };
    entries.set(slot.id, entry);
    // Sessions of a job that ended while no window was open are no longer listed.
    deps.kernels.restored().then(
      () => follow(slot),
      () => undefined, // it stays listed while nobody can be asked
    );
    return entry;
  };
  /** follow keeps the gateways up to date with the slots. */
  const follow = async (slot: Slot): Promise<void> => {
    const entry = entries.get(slot.id);
    const session = slots.kernelIn(slot)?.session;
    entry?.gateway.jobChanged(session?.id, endMessage(slots.lastSession(slot)));
    if (session?.state !== "ready") return;
    const target = await reach.current(slot);
    if (target && target !== unreachable) await entry?.gateway.fetchSpecs(target);
  };
  const listening = slots.onDidChange((slot) => void follow(slot));
  return {
    get,
    prepare: async () => {
      for (const slot of slots.all()) await get(slot);
    },
    onDidRun: ran.event,
    dispose: () => {
      disposed = true;
      listening.dispose();
      for (const { gateway, collection } of entries.values()) {
        collection.dispose();
        gateway.dispose();
      }
      ran.dispose();
    },
  };
}

/** endMessage is what a cell shows that was running when its kernel ended. */
function endMessage(session: Session | undefined): string {
  const text = session && endingOf(session)?.text;
  return text ?? "The kernel was stopped.";
}

/** collectionIdOf is stable: the Jupyter extension remembers servers by it. */
export function collectionIdOf({ id }: Slot): string {
  return `sunpyter:${id}`;
}

/**
 * createCollection creates the entry. Its list is always the same single server, without asking
 * anyone: the Jupyter extension forgets a server that is missing from a list, and disposes its
 * kernels under the notebooks that use them.
 */
function createCollection(
  vscode: VSCode,
  api: Api,
  slot: Slot,
  resolver: Resolver,
  commands: JupyterServerCommandProvider,
): Collection {
  const server: JupyterServer = { id: slot.id, label: slot.label };
  const id = collectionIdOf(slot);
  let list = () => [server];
  const collection = api.createJupyterServerCollection(id, slot.label, {
    provideJupyterServers: () => list(),
    resolveJupyterServer: (one: JupyterServer, token: CancellationToken) =>
      token.isCancellationRequested
        ? Promise.reject(new vscode.CancellationError())
        : resolver(one),
  });
  collection.commandProvider = commands;
  const withoutCommands: Collection["withoutCommands"] = async (work) => {
    // The API's type wants it omitted, but only a set value reaches the Jupyter extension.
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
    listSilently: (open) =>
      withoutCommands(async () => {
        const defaultList = list;
        const refused = () => {
          list = defaultList;
          throw new Error("This picker is not to be shown");
        };
        // A second picker cancels the first before it is shown, and itself fails without a list.
        const openAgain = () => {
          if (list !== first) return; // it was read later, for something else
          list = refused;
          open().catch(() => undefined);
        };
        const first = () => [whenReadTwice(server, openAgain)];
        list = first;
        try {
          await open();
        } finally {
          list = defaultList;
        }
      }),
    dispose: () => collection.dispose(),
  };
}

/**
 * whenReadTwice calls `then` at the second read of the label: by then the Jupyter extension
 * creates the finder of the server's kernels, which stays.
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

/** Resolver resolves servers for the Jupyter extension. */
type Resolver = (server: JupyterServer) => Promise<JupyterServer>;

/**
 * createResolver returns the function that resolves a slot to its gateway's address. It is called
 * whenever the Jupyter extension connects, also when a window opens, so it starts and asks nothing.
 */
function createResolver(
  vscode: VSCode,
  { log, rest }: EntriesDeps,
  slot: Slot,
  gateway: Gateway,
): Resolver {
  let checked: Promise<void> | undefined;
  /** check fails if the editor's proxy settings also apply to this computer's own address. */
  const check = async (target: JupyterAddress): Promise<void> => {
    const { status } = await rest.get(target, "api").catch(() => ({ status: 0 }));
    if (status === 200 || status === 503) return;
    const err = await proxyProblem(vscode, rest, target);
    if (!err) return;
    const doing = `connect notebooks to ${slot.label}`;
    void showProblem(vscode, err, { doing, log, actions: [openSettings(vscode, "http.noProxy")] });
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
        baseUrl: vscode.Uri.parse(url),
        // A `token` as well would be in the websockets' URLs.
        headers: { Authorization: `token ${gateway.token}` },
      },
    };
  };
}
