import type { Log } from "../log.js";
import { type RequestProblem, showProblem } from "../problems.js";
import type { VSCode } from "../vs.js";

/** Tellings are the words about kernels that were taken over, or were not. */
export interface Tellings {
  /** restarted says that the program had stopped, and what became of the kernels. */
  restarted(places: readonly string[]): void;
  /** gone says that a kernel ended while nobody looked. */
  gone(place: string): void;
  /** failed says why a kernel could not be taken over, and offers to try again. */
  failed(place: string, err: RequestProblem, again: () => unknown): void;
  /** unknown says why it is not known what became of any. */
  unknown(err: unknown, again: () => unknown): void;
}

/** createTellings shows them as notifications. */
export function createTellings(vs: VSCode, log: Log): Tellings {
  const offerStart = async (text: string): Promise<void> => {
    const start = "Start Another Kernel";
    if ((await vs.window.showWarningMessage(text, start)) === start) {
      await vs.commands.executeCommand("sunpyter.start");
    }
  };
  const offerLog = async (text: string): Promise<void> => {
    const show = "Show Log";
    if ((await vs.window.showInformationMessage(text, show)) === show) log.show();
  };
  const problem = (doing: string, err: unknown, again: () => unknown): void => {
    void showProblem(vs, err, { doing, log, actions: [{ title: "Try Again", run: again }] });
  };
  return {
    restarted: (places) => {
      const text = ["Sunpyter's helper program stopped and was started again.", goOn(places)];
      void offerLog(text.filter(Boolean).join(" "));
    },
    gone: (place) => {
      void offerStart(`Your kernel on ${place} ended while this window was away.`);
    },
    failed: (place, err, again) => {
      problem(`Going on with your kernel on ${place}`, err, again);
    },
    unknown: (err, again) => {
      problem("Finding this window's kernels", err, again);
    },
  };
}

function goOn(places: readonly string[]): string {
  if (places.length === 0) return "";
  const list = new Intl.ListFormat("en-GB").format(places);
  return places.length === 1 ? `Your kernel on ${list} goes on.` : `Your kernels on ${list} go on.`;
}
