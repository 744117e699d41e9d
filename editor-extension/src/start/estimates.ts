import type { VSCode } from "../common/vscode.js";
import { type Answer, back, choose, type Row, rowOf } from "../common/quickinput.js";
import type { ClusterEstimatesResult, Estimate, KernelRequest } from "../protocol.js";
import type { Server } from "../server/types.js";
import { formatClock, joinTexts } from "../text/units.js";
import { compact, describeSizeOn, describeTarget } from "./plan.js";
import { requestWithProgress } from "./resources.js";
import type { StartTarget } from "./types.js";

/** fetchEstimates asks when a request, and others like it, would start; undefined if the user cancels. */
export function fetchEstimates(
  vscode: VSCode,
  server: Pick<Server, "request">,
  { site, user }: StartTarget,
  request: KernelRequest,
): Promise<ClusterEstimatesResult | undefined> {
  const title = `Asking ${site.title} when a kernel would start…`;
  const params = { cluster: site.cluster, ...(user ? { user } : {}), request };
  return requestWithProgress(vscode, title, (token) =>
    server.request("cluster/estimates", params, { token }),
  );
}

/** pickEstimate lets the user choose one of several requests, and returns what they picked with its values. */
export async function pickEstimate(
  vscode: VSCode,
  where: StartTarget,
  estimates: readonly Estimate[],
  picked: KernelRequest,
): Promise<Answer<KernelRequest>> {
  const chosen = await choose<Estimate>(vscode, {
    title: `Start a kernel on ${where.site.title}`,
    placeholder: "Slurm's estimates. Smaller and shorter jobs often start sooner.",
    rows: estimates.map((estimate) => estimateRow(vscode, where, estimate)),
    canGoBack: true,
  });
  if (chosen === undefined || chosen === back) return chosen;
  if (chosen.outcome === "never") return pickEstimate(vscode, where, estimates, picked);
  return withShape(picked, chosen.request);
}

/** withShape returns a request with the values of another one that are compared. */
function withShape(picked: KernelRequest, shape: KernelRequest): KernelRequest {
  const { cpus, timeLimitSeconds, partition, qos } = shape;
  return compact({ ...picked, cpus, timeLimitSeconds, partition, qos });
}

function estimateRow(vscode: VSCode, where: StartTarget, estimate: Estimate): Row<Estimate> {
  const { outcome, request, change } = estimate;
  const icons = { now: "play", later: "clock", never: "circle-slash", unknown: "question" };
  return rowOf(vscode, icons[outcome], estimate, {
    label: describeSizeOn(where, request),
    description: describeStart(estimate, new Date()),
    detail: joinTexts(" · ", [describeTarget(where, request), change === "none" && "as you chose"]),
  });
}

/** describeStart returns when a request would start: "now", "about 14:20 (estimate)". */
export function describeStart({ outcome, startsAt, reason = "" }: Estimate, now: Date): string {
  switch (outcome) {
    case "now":
      return "now";
    case "later":
      return `about ${formatClock(new Date(startsAt ?? ""), now)} (estimate)`;
    case "never":
      return `never: ${reason}`;
    case "unknown":
      return `not known: ${reason}`;
  }
}
