/** formatDuration returns a length of time in its two largest units: "4 h", "90 min", "40 s", "2 d 3 h". */
export function formatDuration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < minute) return `${s} s`;
  if (s >= 2 * day) {
    const hours = Math.floor((s % day) / hour);
    return joinTexts(" ", [unitPart(Math.floor(s / day), "d"), unitPart(hours, "h")]);
  }
  return s !== hour && s < 2 * hour ? `${Math.round(s / minute)} min` : hoursAndMinutes(s);
}

/** formatMemory returns a size as users write it: "8 GB", "1.5 GB", "512 MB". */
export function formatMemory(mib: number): string {
  return mib < 1024 ? `${mib} MB` : `${Number((mib / 1024).toFixed(1))} GB`;
}

/** formatBytes returns the size of a file: "512 bytes", "1.5 MB". */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return count(bytes, "byte");
  const kib = bytes / 1024;
  return kib < 1024
    ? `${Number(kib.toFixed(0))} KB`
    : formatMemory(Number((kib / 1024).toFixed(1)));
}

/** formatGpus returns a GPU request in words: "1" or "a100:2" become "1 GPU", "2 GPUs (a100)". */
export function formatGpus(request: string): string {
  const [number = "", kind] = request.split(":").reverse();
  const n = Number(number);
  const text = Number.isInteger(n) ? count(n, "GPU") : `GPU ${number}`;
  return kind ? `${text} (${kind})` : text;
}

/** Size is what a job has, or may have; what is unknown or zero is not named. */
interface Size {
  readonly cpus?: number | undefined;
  readonly memoryMiB?: number | undefined;
  readonly timeLimitSeconds?: number | undefined;
  readonly gpus?: string | undefined;
}

/** sizeTexts names the parts of a size: "4 CPUs", "16 GB", "2 h", "1 GPU". */
export function sizeTexts({ cpus, memoryMiB, timeLimitSeconds, gpus }: Size): string[] {
  return [
    cpus ? count(cpus, "CPU") : "",
    memoryMiB ? formatMemory(memoryMiB) : "",
    timeLimitSeconds ? formatDuration(timeLimitSeconds) : "",
    gpus ? formatGpus(gpus) : "",
  ].filter(Boolean);
}

/** describeSize returns a size in words: "4 CPUs, 16 GB, 2 h, 1 GPU". */
export function describeSize(size: Size): string {
  return sizeTexts(size).join(", ");
}

/**
 * formatClock returns a time in this computer's time zone: "14:05" today, "Tue 3 Mar, 14:05"
 * on any other day.
 */
export function formatClock(date: Date, now: Date = new Date()): string {
  const time = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (date.toDateString() === now.toDateString()) return time;
  const on = date.toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short" });
  return `${on.replace(",", "")}, ${time}`;
}

/** count returns a number with its noun: "1 CPU", "2 CPUs". */
export function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

export function hoursAndMinutes(seconds: number): string {
  const minutes = Math.round(seconds / minute);
  const hours = Math.floor(minutes / 60);
  return joinTexts(" ", [unitPart(hours, "h"), unitPart(minutes % 60, "min")]);
}

function unitPart(n: number, unit: string): string {
  return n > 0 ? `${n} ${unit}` : "";
}

/** Part is a text, or nothing: `condition && text`. */
type Part = string | false | 0 | undefined;

/** joinTexts joins those of several texts that are not empty. */
export function joinTexts(separator: string, texts: readonly Part[]): string {
  return texts.filter(Boolean).join(separator);
}

// The forms of a length of time and a size of memory. They are those of
// the configuration file and the command line, with spaces and the editor's own words allowed.

export const minute = 60;

const hour = 60 * minute;

const day = 24 * hour;

/** Larger values are typing errors. */
const longest = 10 * 365 * day;

const largest = 2 ** 30;

const clockForm = /^(?:(\d{1,8}):)?(\d{1,8}):(\d{1,8})$/u;

const daysForm = /^(\d{1,8})-(\d{1,8})(?::(\d{1,8}))?(?::(\d{1,8}))?$/u;

const wordsForm =
  /^(?:(\d{1,8}(?:\.\d{1,4})?)d(?:ays?)?)?(?:(\d{1,8}(?:\.\d{1,4})?)h(?:ours?)?)?(?:(\d{1,8}(?:\.\d{1,4})?)m(?:in(?:utes?)?)?)?(?:(\d{1,8})s)?$/u;

const memoryForm = /^(\d{1,12}(?:\.\d{1,4})?)(?:([KMGT])(?:I?B)?)?$/u;

/**
 * parseDuration parses a length of time into seconds: "4h", "90 min", "1h30m", "1d12h", and
 * Slurm's forms: minutes alone, hours:minutes:seconds, days-hours:minutes:seconds. It throws
 * an error that says what is valid.
 */
export function parseDuration(text: string): number {
  const seconds = secondsIn(text.replaceAll(/\s+/gu, "").toLowerCase());
  if (seconds === undefined) {
    throw new Error(`"${text}" is not a duration; write 4h, 90m or 1-12:00:00`);
  }
  if (seconds <= 0) throw new Error("Enter a time greater than zero");
  if (seconds > longest) throw new Error(`"${text}" is more than ten years`);
  return seconds;
}

function secondsIn(text: string): number | undefined {
  if (/^\d{1,8}$/u.test(text)) return sum(undefined, undefined, text, undefined);
  const clock = clockForm.exec(text);
  if (clock) return sum(undefined, clock[1], clock[2], clock[3]);
  const days = daysForm.exec(text);
  if (days) return sum(days[1], days[2], days[3], days[4]);
  const match = text === "" ? null : wordsForm.exec(text);
  return match ? sum(match[1], match[2], match[3], match[4]) : undefined;
}

function sum(days = "0", hours = "0", minutes = "0", seconds = "0"): number {
  const all =
    Number(days) * day + Number(hours) * hour + Number(minutes) * minute + Number(seconds);
  return Math.round(all);
}

/**
 * parseMemory parses a size of memory into MiB, rounded up: "8G", "8 GB", "512M". A number
 * alone is in MiB. It throws an error that says what is valid.
 */
export function parseMemory(text: string): number {
  const [, number, unit] = memoryForm.exec(text.replaceAll(/\s+/gu, "").toUpperCase()) ?? [];
  if (number === undefined) {
    throw new Error(`"${text}" is not a memory size; write 8G or 512M`);
  }
  const inMiB = { K: 1 / 1024, M: 1, G: 1024, T: 1024 * 1024 };
  const size = Math.ceil(Number(number) * inMiB[(unit ?? "M") as keyof typeof inMiB]);
  if (size < 1 || size > largest) throw new Error(`"${text}" is not between 1 MB and 1024 TB`);
  return size;
}
