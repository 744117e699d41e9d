import { randomUUID } from "node:crypto";
import type { ProgressParams } from "../protocol.js";
import type { Server } from "./types.js";

/** followProgress runs a request with a progress token of its own, and passes on what is reported for it. */
export async function followProgress<T>(
  server: Pick<Server, "onNotification">,
  onReport: (report: ProgressParams) => void,
  request: (progressToken: string) => Promise<T>,
): Promise<T> {
  const progressToken = randomUUID();
  const following = server.onNotification("$/progress", (report) => {
    if (report.token === progressToken) onReport(report);
  });
  try {
    return await request(progressToken);
  } finally {
    following.dispose();
  }
}
