import { setTimeout as sleep } from "node:timers/promises";
import { hasCode, type RequestProblem, requestProblem } from "../common/problems.js";
import { type KernelListResult, ProblemCode } from "../protocol.js";
import type { PollTimes } from "./types.js";

/** AdoptResult is what became of a kernel of the window before. */
export type AdoptResult =
  | "ours"
  /** It is over. */
  | "gone"
  /** Another window holds it. */
  | "elsewhere"
  /** It could not be taken over, and this is why. */
  | RequestProblem;

/**
 * defaultPollTimes allows for the program of the window before: it sees the end of its input up
 * to 5 s after the new window has begun, and only then lets go of its kernels.
 */
export const defaultPollTimes: PollTimes = { interval: 500, timeout: 10_000 };

/** AdoptDeps is what taking over needs. */
interface AdoptDeps {
  /** list asks for all kernels that this computer knows. */
  readonly list: () => Promise<Pick<KernelListResult, "sessions">>;
  /** adopt asks for one kernel. */
  readonly adopt: (id: string) => Promise<unknown>;
  readonly pollTimes: PollTimes;
  /** onResult is told what became of each, as soon as that is known. */
  readonly onResult: (id: string, result: AdoptResult) => void;
}

/**
 * adoptOrphaned takes over each of these kernels as soon as its window lets go of it. One that
 * is still held when the patience is at its end belongs to another window: two can have the
 * same folder open. It resolves when all are accounted for, which a kernel that waits in the
 * queue can put off for long. It rejects when there is nobody to ask.
 */
export async function adoptOrphaned(deps: AdoptDeps, ids: readonly string[]): Promise<void> {
  const adopting: Promise<unknown>[] = [];
  const deadline = Date.now() + deps.pollTimes.timeout;
  let waiting = ids;
  for (;;) {
    const { sessions } = await deps.list();
    waiting = waiting.filter((id) => {
      const session = sessions.find((one) => one.id === id);
      if (session && !session.orphaned && !session.owned) return true;
      if (session) adopting.push(adoptAll(deps, [id]));
      else deps.onResult(id, "gone");
      return false;
    });
    if (waiting.length === 0 || Date.now() >= deadline) break;
    await sleep(deps.pollTimes.interval);
  }
  for (const id of waiting) deps.onResult(id, "elsewhere");
  await Promise.all(adopting);
}

/**
 * adoptAll takes over kernels that nobody else holds, and gives those that are this
 * window's in the end.
 */
export async function adoptAll(
  deps: Omit<AdoptDeps, "list" | "pollTimes">,
  ids: readonly string[],
): Promise<readonly string[]> {
  const ours = await Promise.all(
    ids.map(async (id) => {
      const result = await adoptOne(deps, id);
      deps.onResult(id, result);
      return result === "ours" ? [id] : [];
    }),
  );
  return ours.flat();
}

async function adoptOne(deps: Pick<AdoptDeps, "adopt">, id: string): Promise<AdoptResult> {
  try {
    await deps.adopt(id);
    return "ours";
  } catch (err) {
    return hasCode(err, ProblemCode.UnknownSession) ? "gone" : requestProblem(err);
  }
}
