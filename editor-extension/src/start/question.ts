import type { VSCode } from "../common/vscode.js";
import type { Prompter } from "../server/types.js";
import { environmentButtons } from "./failures.js";

/**
 * StartQuestion is the program's question before a start that will probably find no Jupyter. The user can
 * also choose what is offered after such a start.
 */
export interface StartQuestion {
  /** ask accepts if the user wants to start anyway. Otherwise the start fails. */
  readonly ask: Prompter["confirm"];
  /**
   * takeAnswer returns the button that was chosen instead, once; "" if the question was dismissed, and
   * undefined if it was not asked.
   */
  takeAnswer(): string | undefined;
}

/** createStartQuestion is for one start at a time, as in a window. */
export function createStartQuestion(vscode: VSCode): StartQuestion {
  let answer: string | undefined;
  return {
    ask: async ({ message, detail = "", accept }, token) => {
      const chosen = await vscode.window.showInformationMessage(
        message,
        { modal: true, detail },
        ...environmentButtons,
        accept,
      );
      const accepted = chosen === accept;
      // The dialog of a start that was cancelled stays open.
      if (!accepted && !token.isCancellationRequested) answer = chosen ?? "";
      return { accepted };
    },
    takeAnswer: () => {
      const taken = answer;
      answer = undefined;
      return taken;
    },
  };
}
