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
  describeState,
  fullLocationOf,
  timeLeft,
} from "../text/session.js";
import { formatClock, formatDuration } from "../text/units.js";
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
  tip.appendMarkdown(`[$(server-environment) Show Kernels](command:${links.kernels})`);
  tip.appendMarkdown(` · [$(debug-stop) Stop](command:${links.stop})`);
  if (sessions.some(isIdle)) tip.appendMarkdown(` · [$(watch) Keep](command:${links.keep})`);
  if (sessions.some(isMemoryShort)) {
    tip.appendMarkdown(` · [$(server) More Memory…](command:${links.moreMemory})`);
  }
  if (sessions.some(needsUserAction)) {
    tip.appendMarkdown(` · [$(plug) ${reconnectTitle}](command:${links.reconnect})`);
  }
  if (sessions.some(isUsable)) {
    tip.appendMarkdown(` · [$(globe) Open in Browser](command:${links.openInBrowser})`);
  }
  return tip;
}

/** linesOf returns the details of one kernel. */
function linesOf(session: Session, now: Date): string[] {
  const partition = session.partition ? `, partition ${session.partition}` : "";
  const job = session.jobId ? `job ${session.jobId}${partition}` : "";
  return [
    `${describeState(session)}: ${describeResources(session)}`,
    session.pending?.message ?? "",
    ...(session.state === "ready" ? useLines(session.use, session) : []),
    session.workingDirectory ? `Cells run in ${session.workingDirectory}` : "",
    idleText(session, now),
    endText(session, now),
    job,
    session.siteDefaults ? `Set by your login files: ${session.siteDefaults.join(", ")}` : "",
    session.graceSeconds ? graceText(session.graceSeconds) : "",
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

/** graceText says what happens if this computer goes offline. */
function graceText(seconds: number): string {
  return `Keeps running for ${formatDuration(seconds)} if this computer goes offline`;
}
