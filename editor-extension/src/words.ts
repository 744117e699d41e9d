import type { Session } from "./protocol.js";

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** duration is a length of time as it was asked for: "4 hours", "90 min", "40 s", "2 days 3 h". */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < minute) {
    return `${s} s`;
  }
  if (s >= 2 * day) {
    return joined(count(Math.floor(s / day), "day"), part(Math.floor((s % day) / hour), "h"));
  }
  if (s % hour === 0) {
    return count(s / hour, "hour");
  }
  return s <= 2 * hour ? `${Math.round(s / minute)} min` : hoursAndMinutes(s);
}

/** memory is a size as people write it: "8 GB", "1.5 GB", "512 MB". */
export function memory(mib: number): string {
  return mib < 1024 ? `${mib} MB` : `${Number((mib / 1024).toFixed(1))} GB`;
}

/** cpus is a number of CPUs: "1 CPU", "4 CPUs". */
export function cpus(n: number): string {
  return count(n, "CPU");
}

/** gpus is what Slurm was asked for, in words: "1" or "a100:2" become "1 GPU", "2 GPUs (a100)". */
export function gpus(asked: string): string {
  const [number = "", kind] = asked.split(":").reverse();
  const n = Number(number);
  const words = Number.isInteger(n) ? count(n, "GPU") : `GPU ${number}`;
  return kind ? `${words} (${kind})` : words;
}

/** kernels is a number of kernels: "1 kernel", "2 kernels". */
export function kernels(n: number): string {
  return count(n, "kernel");
}

/**
 * clock is a moment by this computer's clock and time zone: "14:05" today, "Tue 3 Mar, 14:05"
 * on any other day.
 */
export function clock(date: Date, now: Date = new Date()): string {
  const time = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  if (date.toDateString() === now.toDateString()) {
    return time;
  }
  const on = date.toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short" });
  return `${on.replace(",", "")}, ${time}`;
}

/** secondsLeft is how long a kernel's job may still run; undefined while that is not known. */
export function secondsLeft(session: Session, now: Date): number | undefined {
  const end = session.endsAt === undefined ? NaN : Date.parse(session.endsAt);
  return Number.isNaN(end) ? undefined : Math.max(0, (end - now.getTime()) / 1000);
}

/**
 * timeLeft is {@link secondsLeft} for a narrow place: "3 h 40 min", "9 min". It is rounded
 * down: nobody is promised a minute that is not there.
 */
export function timeLeft(session: Session, now: Date): string | undefined {
  const seconds = secondsLeft(session, now);
  if (seconds === undefined) {
    return undefined;
  }
  return seconds < minute ? "under 1 min" : hoursAndMinutes(Math.floor(seconds / minute) * minute);
}

/** where is the place that a kernel has or waits for: "scs0151", "Sunbird". */
export function where(session: Session): string {
  return session.node ?? session.title;
}

/** resources is what a kernel has: "1 CPU, 8 GB, 1 GPU". */
export function resources(session: Session): string {
  return [
    cpus(session.cpus),
    session.memoryMiB ? memory(session.memoryMiB) : "",
    session.gpus ? gpus(session.gpus) : "",
  ]
    .filter(Boolean)
    .join(", ");
}

/** stateOf is where a kernel is in its life, in a word or two. */
export function stateOf(session: Session): string {
  switch (session.state) {
    case "connecting":
      return "connecting";
    case "submitting":
      return "asking for a node";
    case "pending":
      return "waiting in the queue";
    case "starting":
      return "starting Jupyter";
    case "ready":
      return "ready";
    case "disconnected":
      return session.needsPerson
        ? "connection lost, waiting for an answer from you"
        : "connection lost, trying again";
    case "ending":
      return "stopping";
    case "ended":
      return "stopped";
  }
}

/** count is a number with its noun: "1 day", "2 days". */
function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

function hoursAndMinutes(seconds: number): string {
  const minutes = Math.round(seconds / minute);
  return joined(part(Math.floor(minutes / 60), "h"), part(minutes % 60, "min"));
}

function part(n: number, unit: string): string {
  return n > 0 ? `${n} ${unit}` : "";
}

function joined(...parts: string[]): string {
  return parts.filter(Boolean).join(" ");
}
