import type { VSCode } from "../common/vscode.js";
import type { WindowHost } from "../common/windowhost.js";
import type { RemainingStep } from "../jupyter/types.js";
import type { Session } from "../protocol.js";
import { locationOf } from "../text/session.js";

/** Announcements tell where the cells of new kernels run. */
export interface Announcements {
  /**
   * showAnnouncement says it of a kernel that was started, once, after the notebook was seen to have it. What is
   * left to do until then is said instead, also of a kernel that was announced before.
   */
  announce(session: Session, remaining?: RemainingStep): void;
}

/**
 * createAnnouncements says where cells run and whose files they see, whether the kernel was
 * started by the command or from the kernel picker. A kernel that was taken over, as after a
 * reload, is not new: somebody has been told.
 */
export function createAnnouncements(
  vscode: VSCode,
  { windowHost }: { windowHost: Pick<WindowHost, "filesLabel"> },
): Announcements {
  const announced = new Set<string>();
  return {
    announce: (session, remaining) => {
      const isNew = session.generation === 1 && !announced.has(session.id);
      announced.add(session.id);
      // Where the notebook does not have the kernel, its cells do not run there.
      const news = remaining
        ? `${kernelAt(session)} is ready.`
        : announcementText(session, windowHost.filesLabel);
      if (isNew || remaining) void showAnnouncement(vscode, news, remaining);
      if (isNew && session.notice)
        void vscode.window.showWarningMessage(asSentence(session.notice));
    },
  };
}

/**
 * showAnnouncement says news of a kernel with what is left to do. It always has a button, since VS Code
 * cuts a message without one to a single line.
 */
export async function showAnnouncement(
  vscode: VSCode,
  news: string,
  remaining?: RemainingStep,
): Promise<void> {
  const show = {
    title: "Show Kernels",
    run: () => vscode.commands.executeCommand("sunpyter.kernels"),
  };
  const { text, actions } = remaining ?? { text: "", actions: [show] };
  const titles = actions.map(({ title }) => title);
  const chosen = await vscode.window.showInformationMessage(`${news} ${text}`.trimEnd(), ...titles);
  await actions.find(({ title }) => title === chosen)?.run();
}

function kernelAt(session: Session): string {
  return `The kernel on ${locationOf(session)}`;
}

/** announcementText is "Cells run on scs0151 in /cdt_storage/alice; files on this computer are not there." */
function announcementText(session: Session, files: string): string {
  const folder = session.workingDirectory ? ` in ${session.workingDirectory}` : "";
  return `Cells run on ${locationOf(session)}${folder}; ${files} are not there.`;
}

function asSentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/u.test(capital) ? capital : `${capital}.`;
}
