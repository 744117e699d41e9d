import { setTimeout as sleep } from "node:timers/promises";
import type { Disposable } from "vscode";

/** Clock tells the time and runs timers. Tests have one that they can set. */
export interface Clock {
  /** now returns the current time. */
  now(): Date;
  /** after runs a function once, after some milliseconds, unless it is disposed before. */
  after(milliseconds: number, run: () => void): Disposable;
}

/** systemClock is this computer's clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return { dispose: () => clearTimeout(timer) };
  },
};

/** Alarm is a timer that can be reset: at most one is running. */
export interface Alarm extends Disposable {
  /** set makes it fire after some milliseconds; undefined: never. */
  set(milliseconds: number | undefined): void;
}

/** createAlarm creates an alarm that calls a function. */
export function createAlarm(clock: Clock, run: () => void): Alarm {
  let pending: Disposable | undefined;
  const clear = (): void => {
    pending?.dispose();
    pending = undefined;
  };
  return {
    set: (milliseconds) => {
      clear();
      if (milliseconds !== undefined) pending = clock.after(milliseconds, run);
    },
    dispose: clear,
  };
}

/** within returns what a promise returns, or `otherwise` if it rejects or takes longer than this. */
export async function within<T>(ms: number, promise: Promise<T>, otherwise: T): Promise<T> {
  const done = new AbortController();
  try {
    return await Promise.race([promise, sleep(ms, otherwise, { signal: done.signal })]);
  } catch {
    return otherwise;
  } finally {
    done.abort();
  }
}

/** unlessAborted returns what a promise returns, or rejects as soon as a signal is aborted. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(new Error("Interrupted."));
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
