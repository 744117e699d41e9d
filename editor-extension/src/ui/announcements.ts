import type { Disposable } from "vscode";
import { type Action, offer, runCommand } from "../common/notices.js";
import path from "node:path";
import { asSentence } from "../common/sentence.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernels } from "../kernels/types.js";
import type { RemainingStep } from "../jupyter/types.js";
import type { Copies, Copy } from "../project/copies.js";
import type { Session } from "../protocol.js";
import { environmentText, locationOf } from "../text/session.js";
import { count } from "../text/units.js";

/** Announcements report where the cells of new kernels run. */
export interface Announcements extends Disposable {
  /**
   * announce reports it once for a new kernel, after the notebook was seen to have it. If something
   * remains to be done first, it reports that instead, also for a kernel that was announced before.
   */
  announce(session: Session, remaining?: RemainingStep): void;
}

/** AnnouncementsDeps is what {@link createAnnouncements} needs. */
interface AnnouncementsDeps {
  readonly kernels: Pick<Kernels, "onDidChange">;
  readonly copies: Pick<Copies, "of">;
  /** showLeftOut lists the files that were not copied, to send some of them all the same. */
  readonly showLeftOut: (copy: Copy) => Promise<void>;
}

/**
 * createAnnouncements reports where cells run and which files they see, whether the kernel was
 * started by the command or from the kernel picker. A kernel that was taken over, as after a
 * reload, is not new: it was announced before.
 */
export function createAnnouncements(
  vscode: VSCode,
  { kernels, copies, showLeftOut }: AnnouncementsDeps,
): Announcements {
  const announced = new Set<string>();
  const shown = new Map<string, string>();
  const showNotice = ({ id, notice }: Session): void => {
    if (!notice || shown.get(id) === notice) return;
    shown.set(id, notice);
    void vscode.window.showWarningMessage(asSentence(notice));
  };
  // That a job lacks something may be known only after cells can run: nvidia-smi takes seconds.
  const changes = kernels.onDidChange(({ kernel: { session } }) => {
    if (announced.has(session.id) && session.noticeCode?.startsWith("job.")) showNotice(session);
  });
  return {
    dispose: () => {
      changes.dispose();
    },
    announce: (session, remaining) => {
      const isNew = session.generation === 1 && !announced.has(session.id);
      announced.add(session.id);
      const copy = copies.of(session.id);
      // If the notebook does not have the kernel, its cells do not run there.
      const news = remaining
        ? `The kernel on ${locationOf(session)} is ready.`
        : announcementText(session, copy);
      const more = copy?.leftOut ? [{ title: "Left Out…", run: () => showLeftOut(copy) }] : [];
      if (isNew || remaining) void showAnnouncement(vscode, news, remaining, more);
      if (isNew) showNotice(session);
    },
  };
}

/**
 * showAnnouncement shows news of a kernel with what remains to be done. It always has a button, since VS Code
 * cuts a message without one to a single line.
 */
export async function showAnnouncement(
  vscode: VSCode,
  news: string,
  remaining?: RemainingStep,
  more: readonly Action[] = [],
): Promise<void> {
  const show = runCommand(vscode, "Show Kernels", "sunpyter.kernels");
  const { text, actions } = remaining ?? { text: "", actions: [...more, show] };
  await offer(vscode, "info", `${news} ${text}`.trimEnd(), ...actions);
}

/**
 * announcementText returns "Connected to scs0151. Cells run in /home/alice and see only files on the
 * cluster.", or that they run in a copy of a folder, or with which environment.
 */
function announcementText(session: Session, copy: Copy | undefined): string {
  const folder = session.workingDirectory ?? "your home directory";
  const use = session.environment
    ? `use the ${environmentText(session)}${copy ? " and" : ","} `
    : "";
  const run = `Connected to ${locationOf(session)}. Cells ${use}run in ${folder}`;
  if (!copy) return `${run} and see only files on the cluster.`;
  const { project, leftOut = [] } = copy;
  // The button lists them.
  const rest = leftOut.length > 0 ? ` ${count(leftOut.length, "file")} left out.` : "";
  return `${run}, a copy of ${path.basename(project.folder)}.${rest}`;
}
