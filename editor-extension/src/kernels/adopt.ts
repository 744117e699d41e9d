import { setTimeout as sleep } from "node:timers/promises";
import { hasCode, type RequestProblem, requestProblem } from "../common/problems.js";
import { type KernelListResult, ProblemCode } from "../protocol.js";
import type { PollTimes } from "./types.js";

/** AdoptResult is what happened to a kernel of the previous window. */
export type AdoptResult =
  | "ours"
  /** It has ended. */
  | "gone"
  /** It belongs to another window. */
  | "elsewhere"
  /** It could not be taken over. */
  | RequestProblem;

/**
 * defaultPollTimes allows for the program of the previous window: it sees the end of its input up
 * to 5 s after the new window has started, and only then gives up its kernels.
 */
export const defaultPollTimes: PollTimes = { interval: 500, timeout: 10_000 };

/** AdoptDeps is what taking over needs. */
interface AdoptDeps {
  /** list returns all kernels that this computer knows. */
  readonly list: () => Promise<Pick<KernelListResult, "sessions">>;
  /** adopt takes over one kernel. */
  readonly adopt: (id: string) => Promise<unknown>;
  readonly pollTimes: PollTimes;
  /** onResult is called for each kernel, as soon as its result is known. */
  readonly onResult: (id: string, result: AdoptResult) => void;
}

/**
 * adoptOrphaned takes over each of these kernels as soon as its window gives it up. One that
 * is still owned after the timeout belongs to another window: two can have the
 * same folder open. It resolves when all have a result, which a kernel that waits in the
 * queue can delay for long. It rejects if the program cannot be asked.
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
 * adoptAll takes over kernels that have no other owner, and returns those that are this
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
