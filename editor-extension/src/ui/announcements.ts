import type { Session } from "../protocol.js";
import type { Place } from "../place.js";
import type { VSCode } from "../vs.js";
import { where } from "../words.js";

/** Announcements tell where the cells of new kernels run. */
export interface Announcements {
  /**
   * tell says it of a kernel that was started, once. It is for the end of a start: that cells run
   * on a node is true only once the notebook has the kernel, and who reads it runs one.
   */
  tell(session: Session): void;
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
    tell: (session) => {
      if (session.generation > 1 || told.has(session.id)) return;
      told.add(session.id);
      void announce(vs, announcement(session, place.files));
      if (session.notice) void vs.window.showWarningMessage(sentence(session.notice));
    },
  };
}

/** announce has a button, since VS Code cuts a message without one to a single line. */
async function announce(vs: VSCode, text: string): Promise<void> {
  const chosen = await vs.window.showInformationMessage(text, "Show Kernels");
  if (chosen !== undefined) await vs.commands.executeCommand("sunpyter.kernels");
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
