import type { VSCode } from "../common/vscode.js";
import type { KernelRequest, PartitionInfo } from "../protocol.js";
import { describeSize, formatDuration, formatGpus, formatMemory } from "../text/units.js";
import {
  compact,
  effectiveRequest,
  type LooseRequest,
  partitionOf,
  describeTarget,
} from "./plan.js";
import {
  type Answer,
  ask,
  back,
  choose,
  type Row,
  runSteps,
  type Step,
} from "../common/quickinput.js";
import { accountStep, partitionStep, usablePartitions } from "./resources.js";
import type { Plan } from "./types.js";
import {
  cpusProblem,
  memoryProblem,
  type Parsed,
  readCpus,
  readMemory,
  readTime,
  timeProblem,
} from "./validate.js";

/** CustomDeps is what {@link pickCustom} needs. */
interface CustomDeps {
  /** settings are what the user set; picked values override them. */
  readonly settings: KernelRequest;
  /** takenNames are the names of presets that must not be overwritten. */
  readonly takenNames: readonly string[];
  /** compare shows when a choice would start, and what would sooner; it returns the user's choice. */
  readonly compare: (picked: KernelRequest) => Promise<Answer<KernelRequest>>;
}

/** maxGpus is how many GPUs of a kind are offered: few nodes have more. */
const maxGpus = 8;

/**
 * pickCustom asks for all resources of a kernel, the partition first, since it sets the
 * limits for the rest. It returns undefined if the user dismissed it, and changes nothing.
 */
export function pickCustom(
  vscode: VSCode,
  deps: CustomDeps,
  plan: Plan,
): Promise<CustomChoice | undefined> {
  const { target: where } = plan;
  const { resources } = where;
  const title = `Start a kernel on ${where.site.title}`;
  // The questions begin with the plan's effective values, so that Enter changes nothing.
  const start = effectiveRequest(plan, deps.settings);
  const defaults = effectiveRequest({ target: where, picked: {} }, deps.settings);
  const { cpus, memoryMiB, timeLimitSeconds, gpus, partition, account } = start;
  const all = { ...plan.picked, cpus, memoryMiB, timeLimitSeconds, gpus, partition, account };
  return runSteps<CustomChoice>({ picked: compact(all) }, ({ picked }) => {
    const limits = partitionOf(where, picked);
    const kinds = limits?.gpus ?? [];
    return [
      ...(usablePartitions(resources).length > 1
        ? [onPicked(partitionStep(vscode, resources))]
        : []),
      cpusStep(vscode, title, limits),
      memoryStep(vscode, title, limits, defaults.memoryMiB),
      timeStep(vscode, title, limits),
      ...(kinds.length > 0 ? [gpusStep(vscode, title, kinds, defaults.gpus === undefined)] : []),
      ...(resources.accounts.length > 1 || picked.account
        ? [onPicked(accountStep(vscode, resources))]
        : []),
      lastStep(vscode, deps, plan, title),
    ];
  });
}

/** gpusStep offers each kind that the partition has, and none unless the settings ask for some. */
function gpusStep(
  vscode: VSCode,
  title: string,
  kinds: readonly string[],
  mayBeNone: boolean,
): Step<CustomChoice> {
  const rows: Row<string>[] = [
    ...(mayBeNone ? [{ label: "No GPU", value: "" }] : []),
    ...kinds.flatMap(gpuChoices).map((value) => ({ label: formatGpus(value), value })),
  ];
  return async (draft, position) => {
    const gpus = await choose(vscode, {
      ...position,
      title,
      placeholder:
        "Number of GPUs. Your code needs a GPU library, such as PyTorch or CuPy, to use them.",
      rows,
      active: (value) => value === (draft.picked.gpus ?? ""),
    });
    if (gpus === undefined || gpus === back) return gpus;
    return { ...draft, picked: compact({ ...draft.picked, gpus: gpus || undefined }) };
  };
}

/** gpuChoices returns the choices for "a100:8" or "8". */
function gpuChoices(kind: string): string[] {
  const [count = "", name] = kind.split(":").reverse();
  const max = Math.min(Number(count) || 1, maxGpus);
  return Array.from({ length: max }, (_, i) => (name ? `${name}:${i + 1}` : String(i + 1)));
}

/** lastStep starts, or first asks for a name to save the preset under. */
function lastStep(
  vscode: VSCode,
  deps: CustomDeps,
  { target: where }: Plan,
  title: string,
): Step<CustomChoice> {
  return async (draft, position) => {
    const { picked } = draft;
    for (;;) {
      const chosen = await choose(vscode, {
        ...position,
        title,
        placeholder: "Start, compare start times, or save these choices as a preset first",
        rows: [
          {
            label: `Start with ${describeSize(picked)}`,
            detail: describeTarget(where, picked),
            value: "start",
          },
          {
            label: "Compare start times…",
            detail: `Asks ${where.site.title} when this and similar choices would start`,
            value: "compare",
          },
          { label: "Save as a preset and start…", value: "save" },
        ],
      });
      if (chosen === undefined || chosen === back) return chosen;
      if (chosen === "start") return { picked };
      if (chosen === "compare") {
        const compared = await deps.compare(picked);
        if (compared === undefined) return undefined;
        if (compared !== back) return { picked: compared };
        continue;
      }
      const preset = await askPresetName(vscode, deps, title);
      if (preset === undefined) return undefined;
      if (preset !== back) return { picked, preset };
    }
  };
}

function askPresetName(
  vscode: VSCode,
  { takenNames }: CustomDeps,
  title: string,
): Promise<Answer<string>> {
  return ask(vscode, {
    title,
    prompt: "The name of the preset",
    placeholder: "for example Big data",
    check: (name) => {
      if (name === "") return "Enter a name.";
      return takenNames.includes(name)
        ? `Your settings have a preset "${name}" already.`
        : undefined;
    },
    canGoBack: true,
  });
}

/** onPicked turns a step for accounts and partitions into one for the whole choice. */
function onPicked(step: Step<KernelRequest>): Step<CustomChoice> {
  return async (draft, position) => {
    const picked = await step(draft.picked, position);
    if (picked === undefined || picked === back) return picked;
    const moved = picked.partition !== draft.picked.partition;
    // Another partition may not have these GPUs.
    return { ...draft, picked: compact(moved ? { ...picked, gpus: undefined } : picked) };
  };
}

/** CustomChoice is a plan that was chosen value by value, and the name to save it under. */
interface CustomChoice {
  readonly picked: KernelRequest;
  readonly preset?: string;
}

/** cpusStep asks for the number of CPUs. */
function cpusStep(vscode: VSCode, title: string, limits?: PartitionInfo): Step<CustomChoice> {
  return numberStep(vscode, {
    title,
    prompt: "Number of CPUs. One is enough unless your code runs in parallel.",
    placeholder: "for example 4",
    read: readCpus,
    limit: (n) => cpusProblem(n, limits),
    get: ({ cpus }) => String(cpus ?? 1),
    put: (cpus) => ({ cpus }),
  });
}

/** memoryStep asks for the memory; an empty answer means `defaultMiB`, if that is set. */
function memoryStep(
  vscode: VSCode,
  title: string,
  limits?: PartitionInfo,
  defaultMiB?: number,
): Step<CustomChoice> {
  const perCpu = limits?.defaultMemoryMiBPerCpu;
  const otherwise = perCpu ? `${formatMemory(perCpu)} for each CPU` : "the cluster's default";
  const known = defaultMiB ?? (perCpu ? undefined : limits?.defaultMemoryMiBPerNode);
  return numberStep(vscode, {
    title,
    prompt: `Memory (leave empty for ${known ? formatMemory(known) : otherwise})`,
    placeholder: "for example 8 GB",
    read: readMemory,
    limit: (mib) => memoryProblem(mib, limits),
    get: ({ memoryMiB }) =>
      memoryMiB ? exactText(formatMemory(memoryMiB), memoryMiB, readMemory, "MB") : "",
    put: (memoryMiB) => ({ memoryMiB: memoryMiB ?? defaultMiB }),
    mayBeEmpty: true,
  });
}

/** timeStep asks for the time limit. */
function timeStep(vscode: VSCode, title: string, limits?: PartitionInfo): Step<CustomChoice> {
  return numberStep(vscode, {
    title,
    prompt: "Time limit. The kernel stops when it is reached.",
    placeholder: "for example 90 min, 2 h or 1-12:00:00",
    read: readTime,
    limit: (seconds) => timeProblem(seconds, limits),
    get: ({ timeLimitSeconds: s = 0 }) => exactText(formatDuration(s), s, readTime, "s"),
    put: (timeLimitSeconds) => ({ timeLimitSeconds }),
  });
}

interface NumberQuestion {
  readonly title: string;
  readonly prompt: string;
  readonly placeholder: string;
  readonly read: (text: string) => Parsed<number>;
  readonly limit: (value: number) => string | undefined;
  readonly get: (picked: KernelRequest) => string;
  readonly put: (value: number | undefined) => LooseRequest;
  readonly mayBeEmpty?: boolean;
}

/** numberStep asks for a number with a unit. */
function numberStep(vscode: VSCode, figure: NumberQuestion): Step<CustomChoice> {
  const problem = (text: string): string | undefined => {
    if (text === "" && figure.mayBeEmpty) return undefined;
    const read = figure.read(text);
    return "problem" in read ? read.problem : figure.limit(read.value);
  };
  return async (draft, position) => {
    const value = figure.get(draft.picked);
    const text = await ask(vscode, { ...figure, ...position, value, check: problem });
    if (text === undefined || text === back) return text;
    const read = text === "" ? undefined : figure.read(text);
    const put = figure.put(read && "value" in read ? read.value : undefined);
    return { ...draft, picked: compact({ ...draft.picked, ...put }) };
  };
}

/** exactText returns the formatted value if it is exact, else the value in its smallest unit. */
function exactText(
  text: string,
  value: number,
  read: (t: string) => Parsed<number>,
  unit: string,
): string {
  const parsed = read(text);
  return "value" in parsed && parsed.value === value ? text : `${value} ${unit}`;
}
