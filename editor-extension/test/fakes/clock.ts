import type { Clock } from "../../src/common/time.js";

/** FakeClock stands still until a test turns it. */
export class FakeClock implements Clock {
  #now: number;
  #timers: { readonly at: number; readonly run: () => void }[] = [];

  constructor(start: string) {
    this.#now = Date.parse(start);
  }

  now(): Date {
    return new Date(this.#now);
  }

  after(milliseconds: number, run: () => void): { dispose: () => void } {
    const timer = { at: this.#now + milliseconds, run };
    this.#timers.push(timer);
    return {
      dispose: () => {
        this.#timers = this.#timers.filter((one) => one !== timer);
      },
    };
  }

  /** pending is how many timers wait. */
  get pending(): number {
    return this.#timers.length;
  }

  /** turn lets so many seconds pass, and every timer run at its moment. */
  turn(seconds: number): void {
    const end = this.#now + seconds * 1000;
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }

  /** sleep is a closed lid: the time passes, and what was due runs afterwards. */
  sleep(seconds: number): void {
    this.#now += seconds * 1000;
    this.turn(0);
  }
}
