import type { JupyterServer, JupyterServerConnectionInformation } from "@vscode/jupyter-extension";
import type { Kernel, Kernels } from "../kernels/kernels.js";
import type { Log } from "../log.js";
import { hasCode, RequestProblem, showProblem } from "../problems.js";
import { ProblemCode } from "../protocol.js";
import type { VSCode } from "../vs.js";
import { where } from "../words.js";
import { sleep } from "./deadline.js";
import { openProxySettings, proxyCode, proxyProblem } from "./proxy.js";
import type { Rest } from "./rest.js";

/** Resolving is what {@link createResolver} needs. */
export interface Resolving {
  readonly kernels: Pick<Kernels, "get">;
  readonly log: Log;
  readonly rest: Rest;
  readonly times?: Times;
}

/** Times are in milliseconds. */
interface Times {
  /** silent is how long Jupyter may be silent while there is a connection to its node. */
  readonly silent: number;
  /** away is how long the connection may be lost. */
  readonly away: number;
  readonly between: number;
}

const TIMES: Times = { silent: 30_000, away: 600_000, between: 300 };

/** Resolver says how a server is reached, once it can be. */
export type Resolver = (server: JupyterServer) => Promise<JupyterServer>;

/**
 * createResolver makes the function that waits until Jupyter really answers: the Jupyter
 * extension has no deadline and shows no message but "Unable to connect", so both are ours. It is
 * asked several times at once for each connect; they share one wait and one message.
 */
export function createResolver(vs: VSCode, deps: Resolving): Resolver {
  const waiting = new Map<string, Promise<JupyterServer>>();
  const resolve = async (server: JupyterServer): Promise<JupyterServer> => {
    try {
      await answers(vs, deps, server.id);
      return { ...server, connectionInformation: connection(vs, deps.kernels, server.id) };
    } catch (err) {
      tell(vs, deps, server, err);
      throw err;
    } finally {
      waiting.delete(server.id);
    }
  };
  return (server) => {
    const shared = waiting.get(server.id) ?? resolve(server);
    waiting.set(server.id, shared);
    return shared;
  };
}

/**
 * connection has a getter where the token is, which is asked at each request and each websocket:
 * a kernel that was taken over may have another token, and goes on. There is no `token` beside it:
 * that one would stand in the websocket's URL, and stay as it is.
 */
function connection(
  vs: VSCode,
  kernels: Pick<Kernels, "get">,
  id: string,
): JupyterServerConnectionInformation {
  const kernel = living(kernels, id);
  const token = () => kernels.get(id)?.token ?? kernel.token ?? "";
  return {
    baseUrl: vs.Uri.parse(kernel.url ?? ""),
    headers: {
      get Authorization() {
        return `token ${token()}`;
      },
    },
  };
}

async function answers(vs: VSCode, deps: Resolving, id: string): Promise<void> {
  const times = deps.times ?? TIMES;
  const begin = Date.now();
  let heard = begin;
  for (;;) {
    const kernel = living(deps.kernels, id);
    const ready = kernel.session.state === "ready" && kernel.url !== undefined;
    if (ready && (await isJupyter(deps.rest, kernel))) return;
    const now = Date.now();
    if (!ready) heard = now;
    if (now - heard > times.silent || now - begin > times.away)
      throw await silence(vs, deps, kernel);
    await sleep(times.between);
  }
}

/** isJupyter is false for a proxy's page, too, and for the 503 of a connection that is lost. */
async function isJupyter(rest: Rest, kernel: Kernel): Promise<boolean> {
  try {
    const { status, body } = await rest.get(kernel, "api");
    return status === 200 && body.includes('"version"');
  } catch {
    return false;
  }
}

/** living gives a kernel, or fails when it is over. */
function living(kernels: Pick<Kernels, "get">, id: string): Kernel {
  const kernel = kernels.get(id);
  if (kernel !== undefined && !["ending", "ended"].includes(kernel.session.state)) return kernel;
  throw new RequestProblem({
    code: ProblemCode.UnknownSession,
    message: kernel?.session.cause?.message ?? "This kernel has ended. Start another one",
  });
}

async function silence(vs: VSCode, deps: Resolving, kernel: Kernel): Promise<RequestProblem> {
  if (kernel.session.state === "disconnected") {
    return new RequestProblem({
      code: ProblemCode.LinkLost,
      message: `the connection to ${where(kernel.session)} is lost. Once it is back, select the kernel again`,
    });
  }
  return (
    (await proxyProblem(vs, deps.rest, kernel)) ??
    new RequestProblem({
      code: ProblemCode.JupyterSilent,
      message: `Jupyter on ${where(kernel.session)} does not answer. Select the kernel again, or stop it and start another one`,
    })
  );
}

/** tell leaves out a kernel that is over: that is told when it ends. */
function tell(vs: VSCode, deps: Resolving, server: JupyterServer, err: unknown): void {
  if (hasCode(err, ProblemCode.UnknownSession)) return;
  const isProxy = hasCode(err, proxyCode);
  const session = deps.kernels.get(server.id)?.session;
  void showProblem(vs, err, {
    doing: `Connecting to the kernel${session === undefined ? "" : ` on ${where(session)}`}`,
    log: deps.log,
    actions: isProxy ? [openProxySettings(vs)] : [],
  });
}
