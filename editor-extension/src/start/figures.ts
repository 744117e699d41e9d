import type { KernelRequest, PartitionInfo } from "../protocol.js";
import type { VSCode } from "../vs.js";
import { duration, memory } from "../words.js";
import { ask, back } from "./ask.js";
import { cpusProblem, memoryProblem, timeProblem } from "./limits.js";
import { compact, type Loose } from "./request.js";
import type { Step } from "./steps.js";
import { type Read, readCpus, readMemory, readTime } from "./typed.js";

/** Power is a plan that was put together piece by piece, and the name to save it under. */
export interface Power {
  readonly picked: KernelRequest;
  readonly preset?: string;
}

/** cpusStep asks for the number of CPUs. */
export function cpusStep(vs: VSCode, title: string, limits?: PartitionInfo): Step<Power> {
  return figureStep(vs, {
    title,
    prompt: "CPUs. One is enough, unless your code says otherwise.",
    placeholder: "for example 4",
    read: readCpus,
    limit: (n) => cpusProblem(n, limits),
    get: ({ cpus }) => String(cpus ?? 1),
    put: (cpus) => ({ cpus }),
  });
}

/** memoryStep asks for the memory; `usual` is what an empty answer means, where that is set. */
export function memoryStep(
  vs: VSCode,
  title: string,
  limits?: PartitionInfo,
  usual?: number,
): Step<Power> {
  const perCpu = limits?.defaultMemoryMiBPerCpu;
  const otherwise = perCpu ? `${memory(perCpu)} for each CPU` : "the cluster's usual amount";
  return figureStep(vs, {
    title,
    prompt: `Memory. Empty: ${usual ? memory(usual) : otherwise}.`,
    placeholder: "for example 8 GB",
    read: readMemory,
    limit: (mib) => memoryProblem(mib, limits),
    get: ({ memoryMiB }) =>
      memoryMiB ? exact(memory(memoryMiB), memoryMiB, readMemory, "MB") : "",
    put: (memoryMiB) => ({ memoryMiB: memoryMiB ?? usual }),
    mayBeEmpty: true,
  });
}

/** timeStep asks for the time limit. */
export function timeStep(vs: VSCode, title: string, limits?: PartitionInfo): Step<Power> {
  return figureStep(vs, {
    title,
    prompt: "Time. The job ends after it, and the node is free for others.",
    placeholder: "for example 90 min, 2 h or 1-12:00:00",
    read: readTime,
    limit: (seconds) => timeProblem(seconds, limits),
    get: ({ timeLimitSeconds: s = 0 }) => exact(duration(s), s, readTime, "s"),
    put: (timeLimitSeconds) => ({ timeLimitSeconds }),
  });
}

interface Figure {
  readonly title: string;
  readonly prompt: string;
  readonly placeholder: string;
  readonly read: (text: string) => Read<number>;
  readonly limit: (value: number) => string | undefined;
  readonly get: (picked: KernelRequest) => string;
  readonly put: (value: number | undefined) => Loose;
  readonly mayBeEmpty?: boolean;
}

/** figureStep asks for a number with a unit. */
function figureStep(vs: VSCode, figure: Figure): Step<Power> {
  const problem = (text: string): string | undefined => {
    if (text === "" && figure.mayBeEmpty) return undefined;
    const read = figure.read(text);
    return "problem" in read ? read.problem : figure.limit(read.value);
  };
  return async (draft, position) => {
    const value = figure.get(draft.picked);
    const text = await ask(vs, { ...figure, ...position, value, check: problem });
    if (text === undefined || text === back) return text;
    const read = text === "" ? undefined : figure.read(text);
    const put = figure.put(read && "value" in read ? read.value : undefined);
    return { ...draft, picked: compact({ ...draft.picked, ...put }) };
  };
}

/** exact is a figure in words, if they say it exactly, else in its smallest unit. */
function exact(
  words: string,
  value: number,
  read: (t: string) => Read<number>,
  unit: string,
): string {
  const again = read(words);
  return "value" in again && again.value === value ? words : `${value} ${unit}`;
}
