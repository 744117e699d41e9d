import type { Disposable } from "vscode";

/** Clock is the time, and a way to wait for it. Units give one that they can turn. */
export interface Clock {
  /** now is the present moment. */
  now(): Date;
  /** after runs a function once, so many milliseconds from now, unless it is disposed before. */
  after(milliseconds: number, run: () => void): Disposable;
}

/** systemClock is this computer's clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return {
      dispose: () => {
        clearTimeout(timer);
      },
    };
  },
};

/** Alarm is a timer that can be set anew: at most one is under way. */
export interface Alarm extends Disposable {
  /** set makes it run after so many milliseconds; undefined: not at all. */
  set(milliseconds: number | undefined): void;
}

/** createAlarm makes an alarm that runs a function. */
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

/** sleep waits so many milliseconds. */
export function sleep(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}

/** withTimeout gives what a promise gives, or fails with an error when it takes longer. */
export async function withTimeout<T>(
  promise: Promise<T>,
  ms: number,
  late: () => Error,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, fail) => {
    timer = setTimeout(() => {
      fail(late());
    }, ms);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** unlessAborted returns what a promise returns, or rejects as soon as a signal is aborted. */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => {
      reject(new Error("Interrupted."));
    };
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
