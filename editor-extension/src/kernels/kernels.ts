import type { CancellationToken } from "vscode";
import type { Log } from "../common/log.js";
import type { VSCode } from "../common/vscode.js";
import type {
  KernelTakeOverParams,
  KernelListParams,
  KernelListResult,
  KernelStartResult,
  Problem,
  ServerRequests,
} from "../protocol.js";
import type { Server } from "../server/types.js";
import { defaultPollTimes } from "./adopt.js";
import {
  createModel,
  createRememberedKernels,
  type Model,
  type RememberedKernels,
} from "./model.js";
import { createRestore } from "./restore.js";
import type { ProgressOptions, Kernels, KernelsDeps, KernelRef } from "./types.js";

/** createKernels takes up the kernels of the window before, where it left some. */
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
  const restore = createRestore(vscode, {
    ...deps,
    model,
    remembered,
    listKernels: () => listKernels({}),
    takeOver,
    pollTimes: deps.pollTimes ?? defaultPollTimes,
  });
  const subscriptions = [restore, followServer(server, model, remembered), model];
  return {
    get own() {
      return model.own();
    },
    get: (id) => model.get(id),
    onDidChange: model.onDidChange,
    restored: () => restore.done(),
    start: async (params, doing) =>
      model.setConnection(await longRequest("kernel/start", params, doing)),
    takeOver,
    stop: async (id) => {
      // One that is being started is given up: its request is answered as cancelled.
      const { released } = await server.request("kernel/stop", { sessionId: id });
      return released[0] ?? { sessionId: id, outcome: "no-job" };
    },
    keep: async (id) => {
      await server.request("kernel/keepAlive", { sessionId: id });
    },
    reconnect: async (id, token) => {
      // The session with its connection has been told before the answer.
      await server.request("kernel/reconnect", { sessionId: id }, token ? { token } : {});
    },
    list: async (where = {}, token) => {
      const { sessions, ended = [] } = await listKernels(where, token);
      // One that is just being taken over is still another's for the server.
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
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

/** adoptParams names the kernel, and where to look for one that this computer does not know. */
function adoptParams({ id, remote, cluster, user }: KernelRef): KernelTakeOverParams {
  if (!remote || !cluster) return { sessionId: id };
  return { sessionId: id, cluster, ...(user ? { user } : {}) };
}

/** followServer keeps the model and what is remembered at what the program says. */
function followServer(
  server: KernelsDeps["server"],
  model: Model,
  remembered: RememberedKernels,
): { dispose: () => void } {
  const subscriptions = [
    server.onNotification("session/didChange", ({ session }) => {
      remembered.save(session);
      model.update(session);
    }),
    server.onDidCrash(() => {
      model.markDisconnected();
    }),
  ];
  return {
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

/** LongMethod are the requests that take long, tell how far they are, and bring a kernel. */
type LongMethod = "kernel/start" | "kernel/takeOver";

/** LongRequest asks for a kernel, and follows the request to its end. */
type LongRequest = <M extends LongMethod>(
  method: M,
  params: Omit<ServerRequests[M]["params"], "progressToken">,
  options?: ProgressOptions,
) => Promise<KernelStartResult>;

/** createLongRequest gives each request a progress token of its own. */
function createLongRequest(server: Pick<Server, "request" | "onNotification">): LongRequest {
  let count = 0;
  return async (method, params, { token, onProgress } = {}) => {
    count += 1;
    const progressToken = `${method}-${count}`;
    const subscription = server.onNotification("$/progress", (report) => {
      if (report.token === progressToken) onProgress?.(report);
    });
    try {
      const withToken = { ...params, progressToken } as ServerRequests[typeof method]["params"];
      return await server.request(method, withToken, token ? { token } : {});
    } finally {
      subscription.dispose();
    }
  };
}

/** ListKernels asks which kernels there are. It is the one way to ask: its problems are told only once. */
type ListKernels = (
  params: KernelListParams,
  token?: CancellationToken,
) => Promise<KernelListResult>;

/** ListKernelsDeps is what asking needs. */
interface ListKernelsDeps {
  readonly server: Pick<Server, "request">;
  readonly log: Pick<Log, "warn" | "show">;
}

/** createListKernels warns of what this computer remembers of kernels and cannot read, whoever asked. */
function createListKernels(vscode: VSCode, { server, log }: ListKernelsDeps): ListKernels {
  const shown = new Set<string>();
  const show = async ({ code, message }: Problem): Promise<void> => {
    if (shown.has(message)) return;
    shown.add(message);
    log.warn(`${message} (${code})`);
    const show = "Show Log";
    if ((await vscode.window.showWarningMessage(message, show)) === show) log.show();
  };
  return async (params, token) => {
    const result = await server.request("kernel/list", params, token ? { token } : {});
    for (const problem of result.problems ?? []) void show(problem);
    return result;
  };
}
