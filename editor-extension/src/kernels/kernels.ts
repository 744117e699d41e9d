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
import { usualPatience } from "./adopt.js";
import { createModel, createRemembered, type Model, type Remembered } from "./model.js";
import { createSettling } from "./restore.js";
import type { Doing, Kernels, KernelsDeps, Taken } from "./types.js";

/** createKernels takes up the kernels of the window before, where it left some. */
export function createKernels(vs: VSCode, deps: KernelsDeps): Kernels {
  const { server } = deps;
  const remembered = createRemembered(deps.memento);
  const ran = remembered.all().filter((memo) => memo.ran);
  const model = createModel(
    vs,
    ran.map(({ id }) => id),
  );
  const ask = createAsk(server);
  const list = createList(vs, deps);
  const takeOver: Kernels["takeOver"] = async (which, doing) =>
    model.ready(await ask("kernel/takeOver", adoption(which), doing));
  const settling = createSettling(vs, {
    ...deps,
    model,
    remembered,
    list: () => list({}),
    takeOver,
    patience: deps.patience ?? usualPatience,
  });
  const subscriptions = [settling, follow(server, model, remembered), model];
  return {
    get own() {
      return model.own();
    },
    get: (id) => model.get(id),
    onDidChange: model.onDidChange,
    settled: () => settling.settled(),
    start: async (params, doing) => model.ready(await ask("kernel/start", params, doing)),
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
      const { sessions, ended = [] } = await list(where, token);
      // One that is just being taken over is still another's for the server.
      const ours = [...model.own().map(({ session }) => session), ...remembered.all()];
      const others = sessions.filter(
        ({ id, owned }) => !owned && !ours.some((one) => one.id === id),
      );
      return { others, ended };
    },
    link: async (id) => (await server.request("kernel/link", { sessionId: id })).link,
    open: (id) => server.request("kernel/link", { sessionId: id, open: true }),
    dispose: () => {
      remembered.touch();
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

/** adoption names the kernel, and where to look for one that this computer does not know. */
function adoption({ id, remote, cluster, user }: Taken): KernelTakeOverParams {
  if (!remote || !cluster) return { sessionId: id };
  return { sessionId: id, cluster, ...(user ? { user } : {}) };
}

/** follow keeps the model and what is remembered at what the program says. */
function follow(
  server: KernelsDeps["server"],
  model: Model,
  remembered: Remembered,
): { dispose: () => void } {
  const subscriptions = [
    server.onNotification("session/didChange", ({ session }) => {
      remembered.note(session);
      model.tell(session);
    }),
    server.onDidCrash(() => {
      model.lose();
    }),
  ];
  return {
    dispose: () => {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}

/** Long are the requests that take long, tell how far they are, and bring a kernel. */
type Long = "kernel/start" | "kernel/takeOver";

/** Ask asks for a kernel, and follows the request to its end. */
export type Ask = <M extends Long>(
  method: M,
  params: Omit<ServerRequests[M]["params"], "progressToken">,
  doing?: Doing,
) => Promise<KernelStartResult>;

/** createAsk gives each request a progress token of its own. */
export function createAsk(server: Pick<Server, "request" | "onNotification">): Ask {
  let count = 0;
  return async (method, params, { token, progress } = {}) => {
    count += 1;
    const progressToken = `${method}-${count}`;
    const subscription = server.onNotification("$/progress", (report) => {
      if (report.token === progressToken) progress?.(report);
    });
    try {
      const asked = { ...params, progressToken } as ServerRequests[typeof method]["params"];
      return await server.request(method, asked, token ? { token } : {});
    } finally {
      subscription.dispose();
    }
  };
}

/** List asks which kernels there are. It is the one way to ask: its problems are told only once. */
export type List = (
  params: KernelListParams,
  token?: CancellationToken,
) => Promise<KernelListResult>;

/** ListDeps is what asking needs. */
export interface ListDeps {
  readonly server: Pick<Server, "request">;
  readonly log: Pick<Log, "warn" | "show">;
}

/** createList warns of what this computer remembers of kernels and cannot read, whoever asked. */
export function createList(vs: VSCode, { server, log }: ListDeps): List {
  const told = new Set<string>();
  const tell = async ({ code, message }: Problem): Promise<void> => {
    if (told.has(message)) return;
    told.add(message);
    log.warn(`${message} (${code})`);
    const show = "Show Log";
    if ((await vs.window.showWarningMessage(message, show)) === show) log.show();
  };
  return async (params, token) => {
    const result = await server.request("kernel/list", params, token ? { token } : {});
    for (const problem of result.problems ?? []) void tell(problem);
    return result;
  };
}
