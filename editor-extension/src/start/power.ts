import type { KernelRequest } from "../protocol.js";
import type { VSCode } from "../vs.js";
import { gpus as gpuWords } from "../words.js";
import { ask, back, choose, type Row } from "./ask.js";
import { cpusStep, memoryStep, type Power, timeStep } from "./figures.js";
import { compact, effective, partitionOf, place, type Plan, size } from "./request.js";
import { accountStep, partitionStep, usable } from "./resources.js";
import { runSteps, type Step } from "./steps.js";

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
