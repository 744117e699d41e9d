import type { QuickInputButton } from "vscode";
import type { VSCode } from "../common/vscode.js";
import type { KernelRequest, PartitionInfo } from "../protocol.js";
import type { Preset } from "../settings/parse.js";
import type { Settings } from "../settings/settings.js";
import { cpus } from "../text/units.js";
import { effective, partitionOf, place, size, sizeIn } from "./plan.js";
import { type Answer, choose, type Row } from "./quickinput.js";
import type { Memory } from "./state.js";
import type { Plan, Where } from "./types.js";

/** Size is what the person chose in the list of sizes. */
export type Size =
  | { readonly kind: "picked"; readonly picked: KernelRequest }
  | { readonly kind: "preset"; readonly preset: Preset }
  | { readonly kind: "power" }
  | { readonly kind: "change" };

/** SizesDeps is what the list of sizes is made of. */
export interface SizesDeps {
  readonly settings: Pick<Settings, "request" | "presets">;
  readonly memory: Pick<Memory, "last" | "presets" | "removePreset">;
}

/** pickSize lets the person choose how much to ask for. */
export function pickSize(vs: VSCode, deps: SizesDeps, where: Where): Promise<Answer<Size>> {
  return choose<Size>(vs, {
    title: `Start a kernel on ${where.site.title}`,
    placeholder: "Choose the resources for this kernel",
    rows: rows(vs, deps, where),
    onButton: async (chosen) => {
      if (chosen.kind === "preset") await deps.memory.removePreset(chosen.preset.name);
      return rows(vs, deps, where);
    },
  });
}

function rows(vs: VSCode, deps: SizesDeps, where: Where): Row<Size>[] {
  const set = deps.settings.request();
  const separator = (label: string): Row<Size> => ({ label, kind: vs.QuickPickItemKind.Separator });
  const presets = presetRows(vs, deps, where);
  return [
    usualRow(vs, { where, picked: {} }, set),
    ...lastRow(vs, deps, where),
    ...(presets.length > 0 ? [separator("Presets"), ...presets] : []),
    separator(""),
    {
      label: "More Resources…",
      detail: "Choose CPUs, memory, time and the rest",
      iconPath: new vs.ThemeIcon("settings"),
      value: { kind: "power" },
    },
    {
      label: "Change cluster, account or partition…",
      iconPath: new vs.ThemeIcon("arrow-swap"),
      value: { kind: "change" },
    },
  ];
}

/** usualRow is what a kernel gets for which nothing is picked. */
function usualRow(vs: VSCode, plan: Plan, set: KernelRequest): Row<Size> {
  const request = effective(plan, set);
  const small = request.cpus === 1 && !request.gpus;
  return {
    label: sizeIn(plan.where, request),
    ...(small ? { description: "enough for most notebooks" } : {}),
    detail: [place(plan.where, request), nodeSize(partitionOf(plan.where, request))]
      .filter(Boolean)
      .join(" · "),
    iconPath: new vs.ThemeIcon("play"),
    value: { kind: "picked", picked: {} },
  };
}

/** nodeSize says of what the kernel gets a part, and that others want the rest. */
function nodeSize(partition: PartitionInfo | undefined): string {
  const most = partition?.maxCpus ?? 0;
  return most > 1 ? `a node has ${cpus(most)}, shared with others` : "";
}

/** lastRow is missing while the last choice was the usual one. */
function lastRow(vs: VSCode, { settings, memory }: SizesDeps, where: Where): Row<Size>[] {
  const picked = memory.last({ cluster: where.site.cluster, user: where.user });
  if (!picked) return [];
  const set = settings.request();
  const [last, usual] = [picked, {}].map((one) => effective({ where, picked: one }, set));
  if (!last || !usual || JSON.stringify(words(where, last)) === JSON.stringify(words(where, usual)))
    return [];
  return [
    {
      label: `Last used: ${sizeIn(where, last)}`,
      detail: place(where, last),
      iconPath: new vs.ThemeIcon("history"),
      value: { kind: "picked", picked },
    },
  ];
}

function words(where: Where, request: KernelRequest): string[] {
  return [sizeIn(where, request), place(where, request)];
}

/** presetRows are those of the settings, and the saved ones, which can be removed. */
function presetRows(vs: VSCode, { settings, memory }: SizesDeps, where: Where): Row<Size>[] {
  const remove: QuickInputButton = {
    iconPath: new vs.ThemeIcon("trash"),
    tooltip: "Remove this preset",
  };
  const row = (preset: Preset, buttons: QuickInputButton[]): Row<Size> => {
    const elsewhere = preset.cluster !== undefined && preset.cluster !== where.site.cluster;
    const request = elsewhere
      ? preset.request
      : effective({ where, picked: preset.request }, settings.request());
    return {
      label: preset.name,
      description: elsewhere ? size(request) : sizeIn(where, request),
      ...(elsewhere ? { detail: `On ${preset.cluster ?? ""}` } : {}),
      iconPath: new vs.ThemeIcon("bookmark"),
      buttons,
      value: { kind: "preset", preset },
    };
  };
  return [
    ...settings.presets().map((preset) => row(preset, [])),
    ...memory.presets().map((preset) => row(preset, [remove])),
  ];
}
