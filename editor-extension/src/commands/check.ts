import type { QuickPickItem } from "vscode";
import type { Log } from "../common/log.js";
import { attempt } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { CheckOutcome, CheckStep, ClusterCheckResult } from "../protocol.js";
import { showSteps } from "../server/progress.js";
import type { Server } from "../server/types.js";
import type { Starter } from "../start/starter.js";
import type { ClusterUser } from "../start/types.js";

/** CheckDeps is what a check needs. */
interface CheckDeps {
  readonly server: Pick<Server, "request" | "onNotification">;
  readonly starter: Pick<Starter, "pickCluster">;
  readonly refuseOnCluster: () => Promise<boolean>;
  readonly log: Log;
}

const icons: Readonly<Record<CheckOutcome, string>> = {
  ok: "pass",
  warning: "warning",
  failed: "error",
  skipped: "circle-slash",
};

/** createCheck returns the command that tests the connection to the cluster, one test after the other. */
export function createCheck(vscode: VSCode, deps: CheckDeps): () => Promise<void> {
  const check = async (target: ClusterUser, full: boolean): Promise<void> => {
    const result = await run(vscode, deps.server, target, full);
    deps.log.info(result.report);
    if ((await showResult(vscode, target.site.title, result, full)) === "full")
      await check(target, true);
  };
  return async () => {
    if (await deps.refuseOnCluster()) return;
    const cancelled = "The check was cancelled.";
    const showing = { doing: "check the connection", log: deps.log, cancelled };
    await attempt(vscode, showing, async () => {
      const target = await deps.starter.pickCluster();
      if (target !== undefined) await check(target, false);
    });
  };
}

/** run asks the server, and shows each test as it begins. */
async function run(
  vscode: VSCode,
  server: CheckDeps["server"],
  { site, user }: ClusterUser,
  full: boolean,
): Promise<ClusterCheckResult> {
  const params = { cluster: site.cluster, ...(user ? { user } : {}), ...(full ? { full } : {}) };
  const title = `Checking the connection to ${site.title}`;
  return showSteps(vscode, server, title, (progressToken, token) =>
    server.request("cluster/check", { ...params, progressToken }, { token }),
  );
}

interface Row extends QuickPickItem {
  /** copy is the text that choosing the row copies; without it, the row starts a small job. */
  readonly copy?: string;
}

/**
 * showResult lists the tests, problems first, since the list is longer
 * than its window. Enter on one copies it; other rows copy the whole report, without names
 * and secrets, and continue with a small job.
 */
async function showResult(
  vscode: VSCode,
  title: string,
  result: ClusterCheckResult,
  full: boolean,
): Promise<"full" | undefined> {
  const rows: Row[] = [
    ...result.steps.filter(isNoted).flatMap(rowsOf),
    ...(result.ok && !full ? [smallJob] : []),
    {
      label: "$(copy) Copy Report",
      detail: "To send to the cluster's support; your name is not in it",
      copy: result.report,
    },
    { label: "", kind: vscode.QuickPickItemKind.Separator, copy: "" },
    ...result.steps.filter((test) => !isNoted(test)).flatMap(rowsOf),
  ];
  const chosen = await vscode.window.showQuickPick(rows, {
    title: verdict(title, result),
    placeHolder: "Select a result to copy it",
    matchOnDetail: true,
    ignoreFocusOut: true, // what it says may have to be typed elsewhere
  });
  if (chosen === undefined) return undefined;
  if (chosen.copy === undefined) return "full";
  await vscode.env.clipboard.writeText(chosen.copy);
  const whole = chosen.copy === result.report;
  await vscode.window.showInformationMessage(whole ? "Report copied." : "Copied.");
  return undefined;
}

/** smallJob is offered if all tests passed. */
const smallJob: Row = {
  label: "$(beaker) Check with a Small Job",
  detail: "One CPU for a few minutes: is Jupyter found there, and do cells run?",
};

function isNoted({ outcome }: CheckStep): boolean {
  return outcome === "failed" || outcome === "warning";
}

/** rowsOf returns a second row for the advice, since VS Code cuts what does not fit into a line. */
function rowsOf(test: CheckStep): Row[] {
  const { title, outcome, detail, advice, code } = test;
  const copy = [title, detail, advice, code].filter(Boolean).join("\n");
  const row: Row = {
    label: `$(${icons[outcome]}) ${title}`,
    description: outcome === "skipped" ? "not tried" : timeTaken(test),
    ...(detail ? { detail } : {}),
    copy,
  };
  return advice ? [row, { label: "$(lightbulb) What to do", detail: advice, copy }] : [row];
}

/** timeTaken is empty for a test that takes no time. */
function timeTaken({ milliseconds }: CheckStep): string {
  return milliseconds < 50 ? "" : `${(milliseconds / 1000).toFixed(1)} s`;
}

function verdict(title: string, { ok, steps }: ClusterCheckResult): string {
  if (!ok) return `${title}: problem found`;
  const warned = steps.some(({ outcome }) => outcome === "warning");
  const cellRan = steps.some(({ name, outcome }) => name === "cell" && outcome === "ok");
  // Only a cell that ran shows that kernels can be started.
  if (!cellRan)
    return `${title}: ${warned ? "no failure found, with a warning" : "no problem found"}`;
  return warned ? `${title}: kernels can be started, with a warning` : `${title}: everything works`;
}
