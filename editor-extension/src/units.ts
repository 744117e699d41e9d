// The forms in which people write a length of time and a size of memory. They are those of
// the configuration file and the command line, with spaces and the editor's own words allowed.

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** What is above these is a slip of the finger. */
const longest = 10 * 365 * day;
const largest = 2 ** 30;

const clockForm = /^(?:(\d{1,8}):)?(\d{1,8}):(\d{1,8})$/u;
const daysForm = /^(\d{1,8})-(\d{1,8})(?::(\d{1,8}))?(?::(\d{1,8}))?$/u;
const wordsForm =
  /^(?:(\d{1,8}(?:\.\d{1,4})?)d(?:ays?)?)?(?:(\d{1,8}(?:\.\d{1,4})?)h(?:ours?)?)?(?:(\d{1,8}(?:\.\d{1,4})?)m(?:in(?:utes?)?)?)?(?:(\d{1,8})s)?$/u;
const memoryForm = /^(\d{1,12}(?:\.\d{1,4})?)(?:([KMGT])(?:I?B)?)?$/u;

/**
 * parseDuration reads a length of time into seconds: "4h", "90 min", "1h30m", "1d12h", and
 * Slurm's forms: minutes alone, hours:minutes:seconds, days-hours:minutes:seconds. It throws
 * an error that says what can be written.
 */
export function parseDuration(text: string): number {
  const seconds = secondsIn(text.replaceAll(/\s+/gu, "").toLowerCase());
  if (seconds === undefined) {
    throw new Error(`"${text}" is not a length of time; write 4h, 90m or 1-12:00:00`);
  }
  if (seconds <= 0) throw new Error(`"${text}" is no time at all`);
  if (seconds > longest) throw new Error(`"${text}" is more than ten years`);
  return seconds;
}

function secondsIn(text: string): number | undefined {
  if (/^\d{1,8}$/u.test(text)) return sum(undefined, undefined, text, undefined);
  const clock = clockForm.exec(text);
  if (clock) return sum(undefined, clock[1], clock[2], clock[3]);
  const days = daysForm.exec(text);
  if (days) return sum(days[1], days[2], days[3], days[4]);
  const words = text === "" ? null : wordsForm.exec(text);
  return words ? sum(words[1], words[2], words[3], words[4]) : undefined;
}

function sum(days = "0", hours = "0", minutes = "0", seconds = "0"): number {
  const all =
    Number(days) * day + Number(hours) * hour + Number(minutes) * minute + Number(seconds);
  return Math.round(all);
}

/**
 * parseMemory reads a size of memory into MiB, rounded up: "8G", "8 GB", "512M". A number
 * alone is in MiB. It throws an error that says what can be written.
 */
export function parseMemory(text: string): number {
  const [, number, unit] = memoryForm.exec(text.replaceAll(/\s+/gu, "").toUpperCase()) ?? [];
  if (number === undefined) {
    throw new Error(`"${text}" is not a size of memory; write 8G or 512M`);
  }
  const inMiB = { K: 1 / 1024, M: 1, G: 1024, T: 1024 * 1024 };
  const size = Math.ceil(Number(number) * inMiB[(unit ?? "M") as keyof typeof inMiB]);
  if (size < 1 || size > largest) throw new Error(`"${text}" is not between 1 MB and 1024 TB`);
  return size;
}
