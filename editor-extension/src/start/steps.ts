import { type Answer, back, type Position } from "./ask.js";

/** Step asks for one thing and gives the draft with the answer in it. */
export type Step<D> = (draft: D, position: Position) => Promise<Answer<D>>;

/**
 * runSteps asks one step after the other, with Back in all but the first. Which steps there
 * are may depend on what was answered before. It gives undefined once the person dismisses
 * one: a draft changes nothing by itself.
 */
export async function runSteps<D>(
  first: D,
  steps: (draft: D) => readonly Step<D>[],
): Promise<D | undefined> {
  let draft = first;
  for (let at = 0; ;) {
    const all = steps(draft);
    const step = all[at];
    if (step === undefined) return draft;
    const answer = await step(draft, position(at, all.length));
    if (answer === undefined) return undefined;
    if (answer === back) {
      at--;
    } else {
      draft = answer;
      at++;
    }
  }
}

/** position numbers the questions, where there is more than one. */
function position(at: number, of: number): Position {
  return of > 1 ? { step: at + 1, totalSteps: of, canGoBack: at > 0 } : {};
}
