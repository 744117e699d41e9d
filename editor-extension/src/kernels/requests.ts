import type { KernelStartResult, ServerRequests } from "../protocol.js";
import type { Server } from "../server/server.js";
import type { Doing } from "./kernels.js";

/** Long are the requests that take long, tell how far they are, and bring a kernel. */
type Long = "kernel/start" | "kernel/adopt";

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
