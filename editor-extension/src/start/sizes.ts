import type { QuickInputButton } from "vscode";
import type { VSCode } from "../common/vscode.js";
import type { KernelRequest } from "../protocol.js";
import type { Preset } from "../settings/parse.js";
import type { Settings } from "../settings/settings.js";
import { count, describeSize, joinTexts } from "../text/units.js";
import {
  describeEnvironment,
  effectiveRequest,
  environmentOf,
  partitionOf,
  describeTarget,
  describeSizeOn,
} from "./plan.js";
import { type Answer, choose, type Row, rowOf, separator } from "../common/quickinput.js";
import type { StartState } from "./state.js";
import type { Plan, StartTarget } from "./types.js";

/** Size is what the user chose in the list of sizes. */
type Size =
  | { readonly kind: "picked"; readonly picked: KernelRequest }
  | { readonly kind: "preset"; readonly preset: Preset }
  | { readonly kind: "power" }
  | { readonly kind: "environment" }
  | { readonly kind: "change" };

/** SizesDeps is what {@link pickSize} needs. */
interface SizesDeps {
  readonly settings: Pick<Settings, "request" | "presets">;
  readonly state: Pick<StartState, "last" | "enough" | "presets" | "removePreset">;
}

/** pickSize lets the user choose the resources. */
export function pickSize(
  vscode: VSCode,
  deps: SizesDeps,
  where: StartTarget,
): Promise<Answer<Size>> {
  return choose<Size>(vscode, {
    title: `Start a kernel on ${where.site.title}`,
    placeholder: "Select the resources for this kernel",
    rows: sizeRows(vscode, deps, where),
    onButton: async (chosen) => {
      if (chosen.kind === "preset") await deps.state.removePreset(chosen.preset.name);
      return sizeRows(vscode, deps, where);
    },
  });
}

function sizeRows(vscode: VSCode, deps: SizesDeps, where: StartTarget): Row<Size>[] {
  const set = deps.settings.request();
  const presets = presetRows(vscode, deps, where);
  const row = (
    icon: string,
    kind: "power" | "environment" | "change",
    texts: Pick<Row<Size>, "label" | "description" | "detail">,
  ): Row<Size> => rowOf<Size>(vscode, icon, { kind }, texts);
  return [
    defaultRow(vscode, { target: where, picked: {} }, set),
    ...lastRow(vscode, deps, where),
    ...enoughRow(vscode, deps, where),
    ...(presets.length > 0 ? [separator(vscode, "Presets"), ...presets] : []),
    separator(vscode, ""),
    row("settings", "power", {
      label: "More Resources…",
      detail: "Choose CPUs, memory, time and the rest",
    }),
    row("package", "environment", {
      label: "Environment…",
      description: where.environment?.label ?? environmentOfSettings(where, set),
    }),
    row("arrow-swap", "change", { label: "Change cluster, account or partition…" }),
  ];
}

/** environmentOfSettings names the environment that is used if none was chosen for the folder. */
function environmentOfSettings(target: StartTarget, set: KernelRequest): string {
  const found = environmentOf(effectiveRequest({ target, picked: {} }, set));
  return joinTexts(": ", ["as in the settings", found && describeEnvironment(found)]);
}

/** defaultRow has a kernel's default resources. */
function defaultRow(vscode: VSCode, plan: Plan, set: KernelRequest): Row<Size> {
  const request = effectiveRequest(plan, set);
  const small = request.cpus === 1 && !request.gpus;
  const { maxCpus = 0 } = partitionOf(plan.target, request) ?? {};
  const node = maxCpus > 1 && `a node has ${count(maxCpus, "CPU")}, shared with others`;
  const value: Size = { kind: "picked", picked: {} };
  return rowOf(vscode, "play", value, {
    label: describeSizeOn(plan.target, request),
    ...(small ? { description: "enough for most notebooks" } : {}),
    detail: joinTexts(" · ", [describeTarget(plan.target, request), node]),
  });
}

/** lastRow is missing if the last choice was the default one. */
function lastRow(
  vscode: VSCode,
  { settings, state: memory }: SizesDeps,
  where: StartTarget,
): Row<Size>[] {
  const picked = memory.last(where);
  if (!picked) return [];
  const set = settings.request();
  const describe = (one: KernelRequest): [string, string] => {
    const request = effectiveRequest({ target: where, picked: one }, set);
    return [describeSizeOn(where, request), describeTarget(where, request)];
  };
  const [size, detail] = describe(picked);
  if (JSON.stringify(describe({})) === JSON.stringify([size, detail])) return [];
  const texts = { label: `Last used: ${size}`, detail };
  return [rowOf<Size>(vscode, "history", { kind: "picked", picked }, texts)];
}

/** enoughRow is missing if the last kernel needed what it had. */
function enoughRow(
  vscode: VSCode,
  { settings, state }: SizesDeps,
  where: StartTarget,
): Row<Size>[] {
  const picked = state.enough(where);
  if (!picked) return [];
  const request = effectiveRequest({ target: where, picked }, settings.request());
  const label = `Enough last time: ${describeSizeOn(where, request)}`;
  const detail = describeTarget(where, request);
  const row = { label, detail, description: "starts sooner" };
  return [rowOf<Size>(vscode, "rocket", { kind: "picked", picked }, row)];
}

/** presetRows returns the presets of the settings, and the saved ones, which can be removed. */
function presetRows(
  vscode: VSCode,
  { settings, state: memory }: SizesDeps,
  where: StartTarget,
): Row<Size>[] {
  const remove = { iconPath: new vscode.ThemeIcon("trash"), tooltip: "Remove this preset" };
  const row = (preset: Preset, buttons: QuickInputButton[]): Row<Size> => {
    const isOtherCluster = preset.cluster !== undefined && preset.cluster !== where.site.cluster;
    const request = isOtherCluster
      ? preset.request
      : effectiveRequest({ target: where, picked: preset.request }, settings.request());
    const environment = environmentOf(preset.request);
    return {
      label: preset.name,
      description: joinTexts(" · ", [
        isOtherCluster ? describeSize(request) : describeSizeOn(where, request),
        environment && `environment ${describeEnvironment(environment)}`,
      ]),
      ...(isOtherCluster ? { detail: `On ${preset.cluster ?? ""}` } : {}),
      iconPath: new vscode.ThemeIcon("bookmark"),
      buttons,
      value: { kind: "preset", preset },
    };
  };
  return [
    ...settings.presets().map((preset) => row(preset, [])),
    ...memory.presets().map((preset) => row(preset, [remove])),
  ];
}
