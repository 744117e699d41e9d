import { createWarnings, showLog } from "../common/notices.js";
import type { CancellationToken } from "vscode";
import type { VSCode } from "../common/vscode.js";
import type {
  KernelTakeOverParams,
  KernelListParams,
  KernelListResult,
  KernelStartResult,
} from "../protocol.js";
import { followProgress } from "../server/progress.js";
import type { RequestOptions } from "../server/types.js";
import { createModel, createRememberedKernels } from "./model.js";
import { Restore } from "./restore.js";
import type { KernelRef, Kernels, KernelsDeps, ProgressOptions } from "./types.js";

/** createKernels takes over the kernels of the previous window, if it left any. */
export function createKernels(vscode: VSCode, deps: KernelsDeps): Kernels {
  const { server, log } = deps;
  const remembered = createRememberedKernels(deps.memento);
  const wereReady = remembered.all().filter(({ ran }) => ran);
  const model = createModel(vscode, new Set(wereReady.map(({ id }) => id)));
  const warn = createWarnings(vscode);
  /** listKernels also warns, once for all callers, about records of kernels that cannot be read. */
  const listKernels = async (
    params: KernelListParams,
    token?: CancellationToken,
  ): Promise<KernelListResult> => {
    const result = await server.request("kernel/list", params, { token });
    for (const { code, message } of result.problems ?? [])
      if (warn(message, showLog(log))) log.warn(`${message} (${code})`);
    return result;
  };
  /** follow runs a request that takes long, reports progress and returns a kernel. */
  const follow = (
    { token, onProgress }: ProgressOptions = {},
    request: (progressToken: string, options: RequestOptions) => Promise<KernelStartResult>,
  ): Promise<KernelStartResult> =>
    followProgress(
      server,
      (report) => onProgress?.(report),
      (progressToken) => request(progressToken, { token }),
    );
  const takeOver: Kernels["takeOver"] = async (which, doing) => {
    const result = await follow(doing, (progressToken, options) =>
      server.request("kernel/takeOver", { ...adoptParams(which), progressToken }, options),
    );
    return model.setConnection(result);
  };
  const restore = new Restore(vscode, {
    ...deps,
    model,
    remembered,
    listKernels: () => listKernels({}),
    takeOver,
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
      const result = await follow(doing, (progressToken, options) =>
        server.request("kernel/start", { ...params, progressToken }, options),
      );
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
      await server.request("kernel/reconnect", { sessionId: id }, { token });
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
    link: (id, open) => server.request("kernel/link", { sessionId: id, ...(open && { open }) }),
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
