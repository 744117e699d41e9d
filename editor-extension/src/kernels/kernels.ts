import { createWarnings, showLog } from "../common/notices.js";
import type { CancellationToken } from "vscode";
import type { Log } from "../common/log.js";
import type { VSCode } from "../common/vscode.js";
import type {
  KernelTakeOverParams,
  KernelListParams,
  KernelListResult,
  KernelStartResult,
  ServerRequests,
} from "../protocol.js";
import { followProgress } from "../server/progress.js";
import type { Server } from "../server/types.js";
import { defaultPollTimes } from "./adopt.js";
import { createModel, createRememberedKernels } from "./model.js";
import { Restore } from "./restore.js";
import type { ProgressOptions, Kernels, KernelsDeps, KernelRef } from "./types.js";

/** createKernels takes over the kernels of the previous window, if it left any. */
export function createKernels(vscode: VSCode, deps: KernelsDeps): Kernels {
  const { server } = deps;
  const remembered = createRememberedKernels(deps.memento);
  const wereReady = remembered.all().filter((memo) => memo.ran);
  const model = createModel(
    vscode,
    wereReady.map(({ id }) => id),
  );
  const longRequest = createLongRequest(server);
  const listKernels = createListKernels(vscode, deps);
  const takeOver: Kernels["takeOver"] = async (which, doing) =>
    model.setConnection(await longRequest("kernel/takeOver", adoptParams(which), doing));
  const restore = new Restore(vscode, {
    ...deps,
    model,
    remembered,
    listKernels: () => listKernels({}),
    takeOver,
    pollTimes: deps.pollTimes ?? defaultPollTimes,
  });
  const subscriptions = vscode.Disposable.from(
    restore,
    server.onNotification("session/didChange", ({ session }) => {
      remembered.save(session);
      model.update(session);
    }),
    server.onDidCrash(() => model.markDisconnected()),
    model,
  );
  return {
    get own() {
      return model.own();
    },
    get: (id) => model.get(id),
    onDidChange: model.onDidChange,
    restored: () => restore.done(),
    start: async (params, doing) => {
      const result = await longRequest("kernel/start", params, doing);
      const kernel = model.setConnection(result);
      return params.project === undefined ? kernel : { ...kernel, copied: result };
    },
    takeOver,
    stop: async (id) => {
      // A kernel that is being started is cancelled: its request fails as cancelled.
      const { released } = await server.request("kernel/stop", { sessionId: id });
      return released[0] ?? { sessionId: id, outcome: "no-job" };
    },
    keep: async (id) => {
      await server.request("kernel/keepAlive", { sessionId: id });
    },
    fetchUse: async (id) => (await server.request("kernel/use", { sessionId: id })).use,
    reconnect: async (id, token) => {
      // The session with its connection was reported before the response.
      await server.request("kernel/reconnect", { sessionId: id }, token ? { token } : {});
    },
    list: async (where = {}, token) => {
      const { sessions, ended = [] } = await listKernels(where, token);
      // For the server, one that is being taken over still belongs to another window.
      const ours = [...model.own().map(({ session }) => session), ...remembered.all()];
      const others = sessions.filter(
        ({ id, owned }) => !owned && !ours.some((one) => one.id === id),
      );
      return { others, ended };
    },
    browserLink: async (id) => (await server.request("kernel/link", { sessionId: id })).link,
    openInBrowser: (id) => server.request("kernel/link", { sessionId: id, open: true }),
    dispose: () => {
      remembered.touch();
      subscriptions.dispose();
    },
  };
}

/** adoptParams names the kernel, and the cluster of one that this computer does not know. */
function adoptParams({ id, remote, cluster, user }: KernelRef): KernelTakeOverParams {
  if (!remote || !cluster) return { sessionId: id };
  return { sessionId: id, cluster, ...(user ? { user } : {}) };
}

/** LongMethod are the requests that take long, report progress and return a kernel. */
type LongMethod = "kernel/start" | "kernel/takeOver";

/** LongRequest sends such a request and follows it to its end. */
type LongRequest = <M extends LongMethod>(
  method: M,
  params: Omit<ServerRequests[M]["params"], "progressToken">,
  options?: ProgressOptions,
) => Promise<KernelStartResult>;

/** createLongRequest gives each request a progress token of its own. */
function createLongRequest(server: Pick<Server, "request" | "onNotification">): LongRequest {
  return (method, params, { token, onProgress } = {}) =>
    followProgress(
      server,
      (report) => onProgress?.(report),
      (progressToken) => {
        const withToken = { ...params, progressToken } as ServerRequests[typeof method]["params"];
        return server.request(method, withToken, token ? { token } : {});
      },
    );
}

/** ListKernels lists kernels. All callers use it, so that each of its problems is shown only once. */
type ListKernels = (
  params: KernelListParams,
  token?: CancellationToken,
) => Promise<KernelListResult>;

/** ListKernelsDeps is what {@link createListKernels} needs. */
interface ListKernelsDeps {
  readonly server: Pick<Server, "request">;
  readonly log: Pick<Log, "warn" | "show">;
}

/** createListKernels also warns about records of kernels on this computer that cannot be read. */
function createListKernels(vscode: VSCode, { server, log }: ListKernelsDeps): ListKernels {
  const warn = createWarnings(vscode);
  return async (params, token) => {
    const result = await server.request("kernel/list", params, token ? { token } : {});
    for (const { code, message } of result.problems ?? [])
      if (warn(message, showLog(log))) log.warn(`${message} (${code})`);
    return result;
  };
}
