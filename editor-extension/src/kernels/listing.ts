import type { CancellationToken } from "vscode";
import type { Log } from "../log.js";
import type { KernelListParams, KernelListResult, Problem } from "../protocol.js";
import type { Server } from "../server/server.js";
import type { VSCode } from "../vs.js";

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
