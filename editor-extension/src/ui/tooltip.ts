import type { MarkdownString } from "vscode";
import { inertLine } from "../common/inert.js";
import type { VSCode } from "../common/vscode.js";
import type { Session } from "../protocol.js";
import {
  reconnectTitle,
  isIdle,
  isUsable,
  needsUserAction,
  describeResources,
  environmentText,
  describeState,
  fullLocationOf,
  timeLeft,
} from "../text/session.js";
import { formatClock, formatDuration, joinTexts } from "../text/units.js";
import { isMemoryShort, useLines } from "../text/use.js";

/** The commands that the tooltip links to: no other link in it works. */
const links = {
  kernels: "sunpyter.kernels",
  stop: "sunpyter.stop",
  keep: "sunpyter.keep",
  moreMemory: "sunpyter.moreMemory",
  reconnect: "sunpyter.reconnect",
  openInBrowser: "sunpyter.openInBrowser",
} as const;

/** tooltipOf describes all of this window's kernels in full, with links to commands. */
export function tooltipOf(vscode: VSCode, sessions: readonly Session[], now: Date): MarkdownString {
  const tip = new vscode.MarkdownString("", true);
  tip.isTrusted = { enabledCommands: Object.values(links) };
  for (const session of sessions) {
    tip
      .appendMarkdown("**")
      .appendText(inertLine(fullLocationOf(session)))
      .appendMarkdown("**\n\n");
    for (const line of linesOf(session, now)) {
      tip.appendMarkdown("- ").appendText(inertLine(line)).appendMarkdown("\n");
    }
    tip.appendMarkdown("\n");
  }
  const shown = joinTexts(" · ", [
    `[$(server-environment) Show Kernels](command:${links.kernels})`,
    `[$(debug-stop) Stop](command:${links.stop})`,
    sessions.some(isIdle) && `[$(watch) Keep](command:${links.keep})`,
    sessions.some(isMemoryShort) && `[$(server) More Memory…](command:${links.moreMemory})`,
    sessions.some(needsUserAction) && `[$(plug) ${reconnectTitle}](command:${links.reconnect})`,
    sessions.some(isUsable) && `[$(globe) Open in Browser](command:${links.openInBrowser})`,
  ]);
  return tip.appendMarkdown(shown);
}

/** linesOf returns the details of one kernel. */
function linesOf(session: Session, now: Date): string[] {
  const { jobId, partition, graceSeconds } = session;
  return [
    `${describeState(session)}: ${describeResources(session)}`,
    session.pending?.message ?? "",
    ...(session.state === "ready" ? useLines(session.use, session) : []),
    session.workingDirectory
      ? `Cells run in ${joinTexts(", ", [session.workingDirectory, environmentText(session)])}`
      : "",
    idleText(session, now),
    endText(session, now),
    jobId ? joinTexts(", ", [`job ${jobId}`, partition && `partition ${partition}`]) : "",
    session.siteDefaults ? `Set by your login files: ${session.siteDefaults.join(", ")}` : "",
    graceSeconds
      ? `Keeps running for ${formatDuration(graceSeconds)} if this computer goes offline`
      : "",
    session.notice ?? "",
  ].filter(Boolean);
}

function endText(session: Session, now: Date): string {
  const left = timeLeft(session, now);
  if (left === undefined || session.endsAt === undefined) return "";
  return `Ends at ${formatClock(new Date(session.endsAt), now)} (${left} left)`;
}

function idleText({ idleEndsAt }: Session, now: Date): string {
  if (idleEndsAt === undefined) return "";
  return `Idle: stops at ${formatClock(new Date(idleEndsAt), now)} unless you run a cell or keep it`;
}
