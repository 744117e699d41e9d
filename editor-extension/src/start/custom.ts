import type { VSCode } from "../common/vscode.js";
import type { KernelRequest, PartitionInfo } from "../protocol.js";
import { duration, gpus as gpuWords, memory } from "../text/units.js";
import { compact, effective, type Loose, partitionOf, place, size } from "./plan.js";
import { ask, back, choose, type Row, runSteps, type Step } from "./quickinput.js";
import { accountStep, partitionStep, usable } from "./resources.js";
import type { Plan } from "./types.js";
import {
  cpusProblem,
  memoryProblem,
  type Read,
  readCpus,
  readMemory,
  readTime,
  timeProblem,
} from "./validate.js";

/** PowerDeps is what the questions need to know. */
export interface PowerDeps {
  /** settings are what the person set, under what they pick. */
  readonly settings: KernelRequest;
  /** taken are the names of presets that cannot be saved over. */
  readonly taken: readonly string[];
}

/** mostGpus is how many GPUs are offered of a kind: one node has hardly more. */
const mostGpus = 8;

/**
 * pickPower asks for everything a kernel can get, the partition first, since it sets the
 * limits for the rest. It gives undefined when the person dismissed it, and changes nothing.
 */
export function pickPower(vs: VSCode, deps: PowerDeps, plan: Plan): Promise<Power | undefined> {
  const { where } = plan;
  const { resources } = where;
  const title = `Start a kernel on ${where.site.title}`;
  // What the questions begin with is what the plan comes to, so that Enter changes nothing.
  const start = effective(plan, deps.settings);
  const usual = effective({ where, picked: {} }, deps.settings);
  const { cpus, memoryMiB, timeLimitSeconds, gpus, partition, account } = start;
  const all = { ...plan.picked, cpus, memoryMiB, timeLimitSeconds, gpus, partition, account };
  return runSteps<Power>({ picked: compact(all) }, ({ picked }) => {
    const limits = partitionOf(where, picked);
    const kinds = limits?.gpus ?? [];
    return [
      ...(usable(resources).length > 1 ? [inPicked(partitionStep(vs, resources))] : []),
      cpusStep(vs, title, limits),
      memoryStep(vs, title, limits, usual.memoryMiB),
      timeStep(vs, title, limits),
      ...(kinds.length > 0 ? [gpusStep(vs, title, kinds, usual.gpus === undefined)] : []),
      ...(resources.accounts.length > 1 || picked.account
        ? [inPicked(accountStep(vs, resources))]
        : []),
      lastStep(vs, deps, plan, title),
    ];
  });
}

/** gpusStep offers each kind that the partition has, and none unless the settings ask for some. */
function gpusStep(
  vs: VSCode,
  title: string,
  kinds: readonly string[],
  mayBeNone: boolean,
): Step<Power> {
  const rows: Row<string>[] = [
    ...(mayBeNone ? [{ label: "No GPU", value: "" }] : []),
    ...kinds.flatMap(gpuChoices).map((value) => ({ label: gpuWords(value), value })),
  ];
  return async (draft, position) => {
    const gpus = await choose(vs, {
      ...position,
      title,
      placeholder: "GPUs. A notebook uses them only through a library made for them.",
      rows,
      active: (value) => value === (draft.picked.gpus ?? ""),
    });
    if (gpus === undefined || gpus === back) return gpus;
    return { ...draft, picked: compact({ ...draft.picked, gpus: gpus || undefined }) };
  };
}

/** gpuChoices are what can be asked for where there is "a100:8" or "8". */
function gpuChoices(kind: string): string[] {
  const [count = "", name] = kind.split(":").reverse();
  const most = Math.min(Number(count) || 1, mostGpus);
  return Array.from({ length: most }, (_, i) => (name ? `${name}:${i + 1}` : String(i + 1)));
}

/** lastStep starts, or first asks for a name to save it under. */
function lastStep(vs: VSCode, deps: PowerDeps, { where }: Plan, title: string): Step<Power> {
  return async (draft, position) => {
    const { picked } = draft;
    for (;;) {
      const chosen = await choose(vs, {
        ...position,
        title,
        placeholder: "Start, or keep the choice for later too",
        rows: [
          { label: `Start with ${size(picked)}`, detail: place(where, picked), value: "start" },
          { label: "Save as a preset and start…", value: "save" },
        ],
      });
      if (chosen === undefined || chosen === back) return chosen;
      if (chosen === "start") return { picked };
      const preset = await askPresetName(vs, deps, title);
      if (preset === undefined) return undefined;
      if (preset !== back) return { picked, preset };
    }
  };
}

function askPresetName(
  vs: VSCode,
  { taken }: PowerDeps,
  title: string,
): Promise<string | typeof back | undefined> {
  return ask(vs, {
    title,
    prompt: "The name of the preset",
    placeholder: "for example Big data",
    check: (name) => {
      if (name === "") return "Type a name.";
      return taken.includes(name) ? `Your settings have a preset "${name}" already.` : undefined;
    },
    canGoBack: true,
  });
}

/** inPicked makes a step for accounts and partitions one for the whole. */
function inPicked(step: Step<KernelRequest>): Step<Power> {
  return async (draft, position) => {
    const picked = await step(draft.picked, position);
    if (picked === undefined || picked === back) return picked;
    const moved = picked.partition !== draft.picked.partition;
    // Another partition may not have these GPUs.
    return { ...draft, picked: compact(moved ? { ...picked, gpus: undefined } : picked) };
  };
}

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
