import type { JupyterServer } from "@vscode/jupyter-extension";
import type { Gateway } from "../gateway/gateway.js";
import type { Log } from "../log.js";
import { showProblem } from "../problems.js";
import type { Slot } from "../slots/slots.js";
import type { VSCode } from "../vs.js";
import { openProxySettings, proxyProblem } from "./proxy.js";
import type { Rest, Way } from "./rest.js";

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
