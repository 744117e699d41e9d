import type { Clock } from "../common/time.js";

/** burst is how many bytes may come at once, and rate how many in a millisecond after that. */
const burst = 1024 * 1024;
const rate = 2 * 1024;

/** Pace returns when the output after these bytes may come; undefined: at once. */
type Pace = (bytes: number) => Promise<void> | undefined;

/**
 * createPace holds back a command that prints without end. VS Code has no flow control for
 * terminals of extensions: it would store all that its screen has no time for, and Ctrl+C would
 * seem to do nothing.
 */
export function createPace(clock: Clock): Pace {
  let debt = 0;
  let at = clock.now().getTime();
  return (bytes) => {
    const now = clock.now().getTime();
    debt = Math.max(0, debt - Math.max(0, now - at) * rate) + bytes;
    at = now;
    if (debt <= burst) return undefined;
    return new Promise((resolve) => clock.after((debt - burst) / rate, resolve));
  };
}
