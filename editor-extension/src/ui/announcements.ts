import type { VSCode } from "../common/vscode.js";
import type { Place } from "../common/windowhost.js";
import type { Left } from "../jupyter/types.js";
import type { Session } from "../protocol.js";
import { where } from "../text/session.js";

/** Announcements tell where the cells of new kernels run. */
export interface Announcements {
  /**
   * tell says it of a kernel that was started, once, after the notebook was seen to have it. What is
   * left to do until then is said instead, also of a kernel that was announced before.
   */
  tell(session: Session, left?: Left): void;
}

/**
 * createAnnouncements says where cells run and whose files they see, whether the kernel was
 * started by the command or from the kernel picker. A kernel that was taken over, as after a
 * reload, is not new: somebody has been told.
 */
export function createAnnouncements(
  vs: VSCode,
  { place }: { place: Pick<Place, "files"> },
): Announcements {
  const told = new Set<string>();
  return {
    tell: (session, left) => {
      const isNew = session.generation === 1 && !told.has(session.id);
      told.add(session.id);
      // Where the notebook does not have the kernel, its cells do not run there.
      const news = left ? `${at(session)} is ready.` : announcement(session, place.files);
      if (isNew || left) void announce(vs, news, left);
      if (isNew && session.notice) void vs.window.showWarningMessage(sentence(session.notice));
    },
  };
}

/**
 * announce says news of a kernel with what is left to do. It always has a button, since VS Code
 * cuts a message without one to a single line.
 */
export async function announce(vs: VSCode, news: string, left?: Left): Promise<void> {
  const show = {
    title: "Show Kernels",
    run: () => vs.commands.executeCommand("sunpyter.kernels"),
  };
  const { text, actions } = left ?? { text: "", actions: [show] };
  const titles = actions.map(({ title }) => title);
  const chosen = await vs.window.showInformationMessage(`${news} ${text}`.trimEnd(), ...titles);
  await actions.find(({ title }) => title === chosen)?.run();
}

function at(session: Session): string {
  return `The kernel on ${where(session)}`;
}

/** announcement is "Cells run on scs0151 in /cdt_storage/alice; files on this computer are not there." */
export function announcement(session: Session, files: string): string {
  const folder = session.workingDirectory ? ` in ${session.workingDirectory}` : "";
  return `Cells run on ${where(session)}${folder}; ${files} are not there.`;
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/u.test(capital) ? capital : `${capital}.`;
}
