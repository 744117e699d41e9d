/** sleep waits a number of milliseconds. */
export function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

/** pace is how many times longer everything takes than on an idle machine, as internal/pace measured it. */
export const pace = Number(process.env["SUNPYTER_PACE"] ?? 1);

/** Within is how long a wait may take. */
export interface Within {
  /** ms is the deadline, in milliseconds from now on an idle machine; until stretches it. */
  readonly ms: number;
  /** every is the time between two attempts. */
  readonly every?: number;
}

/**
 * patient is what a driver waits for: no test asserts it, and a machine that does much else at the
 * same time can take that long.
 */
export const patient: Within = { ms: 120_000 };

/** limitOf is how long a wait may take now, in milliseconds: what has not come by then does not come. */
export function limitOf({ ms }: Within): number {
  return Math.min(ms * pace, Math.max(ms, 300_000));
}

/**
 * until calls look repeatedly until it returns something, and returns that. After the deadline it
 * fails, with what was waited for and what the last call threw.
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  within: Within = patient,
): Promise<T> {
  const limit = limitOf(within);
  const deadline = Date.now() + limit;
  let last: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined && found !== false) return found;
    } catch (err) {
      last = err;
    }
    if (Date.now() > deadline) {
      throw new Error(`${what}: not within ${limit / 1000} s`, { cause: last });
    }
    await sleep(within.every ?? 100);
  }
}

/**
 * actUntil acts until isDone. VS Code loses an action now and then, such as a click on a list that it
 * refreshes at that moment. But a second one while the first is still at work would undo it, or ask
 * twice, so each has some seconds to take effect. An action that returns false did nothing.
 */
export async function actUntil(
  what: string,
  isDone: () => Promise<boolean>,
  act: () => Promise<unknown>,
  within?: Within,
): Promise<void> {
  let next = 0;
  const look = async () => {
    if (await isDone()) return true;
    if (Date.now() >= next && (await act()) !== false) next = Date.now() + 10_000 * pace;
    return false;
  };
  await until(what, look, within);
}
