import { setTimeout as sleep } from "node:timers/promises";
import { hasCode, type RequestProblem, requestProblem } from "../common/problems.js";
import { type KernelListResult, ProblemCode } from "../protocol.js";
import type { Patience } from "./types.js";

/** Fate is what became of a kernel of the window before. */
export type Fate =
  | "ours"
  /** It is over. */
  | "gone"
  /** Another window holds it. */
  | "elsewhere"
  /** It could not be taken over, and this is why. */
  | RequestProblem;

/**
 * usualPatience allows for the program of the window before: it sees the end of its input up
 * to 5 s after the new window has begun, and only then lets go of its kernels.
 */
export const usualPatience: Patience = { every: 500, most: 10_000 };

/** TakeoverDeps is what taking over needs. */
export interface TakeoverDeps {
  /** list asks for all kernels that this computer knows. */
  readonly list: () => Promise<Pick<KernelListResult, "sessions">>;
  /** adopt asks for one kernel. */
  readonly adopt: (id: string) => Promise<unknown>;
  readonly patience: Patience;
  /** account is told what became of each, as soon as that is known. */
  readonly account: (id: string, fate: Fate) => void;
}

/**
 * takeOverLeft takes over each of these kernels as soon as its window lets go of it. One that
 * is still held when the patience is at its end belongs to another window: two can have the
 * same folder open. It resolves when all are accounted for, which a kernel that waits in the
 * queue can put off for long. It rejects when there is nobody to ask.
 */
export async function takeOverLeft(deps: TakeoverDeps, ids: readonly string[]): Promise<void> {
  const adopting: Promise<unknown>[] = [];
  const deadline = Date.now() + deps.patience.most;
  let waiting = ids;
  for (;;) {
    const { sessions } = await deps.list();
    waiting = waiting.filter((id) => {
      const session = sessions.find((one) => one.id === id);
      if (session && !session.orphaned && !session.owned) return true;
      if (session) adopting.push(takeOverAll(deps, [id]));
      else deps.account(id, "gone");
      return false;
    });
    if (waiting.length === 0 || Date.now() >= deadline) break;
    await sleep(deps.patience.every);
  }
  for (const id of waiting) deps.account(id, "elsewhere");
  await Promise.all(adopting);
}

/**
 * takeOverAll takes over kernels that nobody else holds, and gives those that are this
 * window's in the end.
 */
export async function takeOverAll(
  deps: Omit<TakeoverDeps, "list" | "patience">,
  ids: readonly string[],
): Promise<readonly string[]> {
  const ours = await Promise.all(
    ids.map(async (id) => {
      const fate = await adopted(deps, id);
      deps.account(id, fate);
      return fate === "ours" ? [id] : [];
    }),
  );
  return ours.flat();
}

async function adopted(deps: Pick<TakeoverDeps, "adopt">, id: string): Promise<Fate> {
  try {
    await deps.adopt(id);
    return "ours";
  } catch (err) {
    return hasCode(err, ProblemCode.UnknownSession) ? "gone" : requestProblem(err);
  }
}
