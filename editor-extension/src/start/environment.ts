import {
  type Answer,
  choose,
  type Position,
  type Row,
  rowOf,
  separator,
} from "../common/quickinput.js";
import type { VSCode } from "../common/vscode.js";
import type { ClusterEnvironmentsResult, EnvironmentInfo } from "../protocol.js";
import type { Server } from "../server/types.js";
import { joinTexts } from "../text/units.js";
import { requestWithProgress } from "./resources.js";
import type { ChosenEnvironment, StartTarget } from "./types.js";

/** fetchEnvironments looks for environments on a cluster; undefined if the user cancels. */
export function fetchEnvironments(
  vscode: VSCode,
  server: Pick<Server, "request">,
  { site, user }: StartTarget,
  workingDirectory: string | undefined,
): Promise<ClusterEnvironmentsResult | undefined> {
  const title = `Looking for environments on ${site.title}…`;
  const params = {
    cluster: site.cluster,
    ...(user ? { user } : {}),
    ...(workingDirectory ? { workingDirectory } : {}),
  };
  return requestWithProgress(vscode, title, (token) =>
    server.request("cluster/environments", params, { token }),
  );
}

/** EnvironmentChoice is what the user chose in the list of environments. */
type EnvironmentChoice =
  /** That of the settings, or the cluster's own. */
  | { readonly kind: "settings" }
  | { readonly kind: "environment"; readonly environment: ChosenEnvironment }
  /** A new one. */
  | { readonly kind: "create" }
  /** The one in this folder, once ipykernel is installed in it. */
  | { readonly kind: "install"; readonly path: string };

/** pickEnvironment lets the user choose an environment in which kernels may run, or make one. */
export function pickEnvironment(
  vscode: VSCode,
  found: ClusterEnvironmentsResult,
  current: ChosenEnvironment | undefined,
  position: Position = {},
): Promise<Answer<EnvironmentChoice>> {
  const usable = found.environments.filter(
    ({ request, kernel, problem }) => request && kernel !== "no" && !problem,
  );
  const withoutKernel = found.environments.flatMap((info) => installRow(vscode, info));
  const hint = found.incomplete
    ? " Not everything could be searched in time; look again in a moment."
    : "";
  const settings: EnvironmentChoice = { kind: "settings" };
  const create: EnvironmentChoice = { kind: "create" };
  return choose<EnvironmentChoice>(vscode, {
    ...position,
    title: `Start a kernel on ${found.title}`,
    placeholder: `Select the environment for this folder.${hint}`,
    rows: [
      rowOf(vscode, "settings", settings, {
        label: "As in the settings",
        detail: "The environment of your settings or the cluster's profile, or the cluster's own",
      }),
      rowOf(vscode, "add", create, {
        label: "Create environment…",
        detail: "With Jupyter and ipykernel, by venv and pip. The commands are shown first",
      }),
      ...usable.map((info) => environmentRow(vscode, info)),
      ...(withoutKernel.length > 0 ? [separator(vscode, "Install ipykernel in")] : []),
      ...withoutKernel,
    ],
    active: (value) => value.kind === "environment" && value.environment.label === current?.label,
  });
}

function environmentRow(vscode: VSCode, info: EnvironmentInfo): Row<EnvironmentChoice> {
  const environment = chosenFrom(info) ?? { label: info.name, environment: {} };
  return rowOf(vscode, "package", { kind: "environment", environment }, textsOf(info));
}

/** installRow returns the row of an environment that lacks only ipykernel, which pip can install. */
function installRow(vscode: VSCode, info: EnvironmentInfo): Row<EnvironmentChoice>[] {
  const { kind, kernel, problem, path, request } = info;
  const canInstall = (kind === "venv" || kind === "conda") && request && kernel === "no";
  if (!canInstall || problem || !path) return [];
  return [rowOf(vscode, "desktop-download", { kind: "install", path }, textsOf(info))];
}

function textsOf(info: EnvironmentInfo): Pick<Row<never>, "label" | "description" | "detail"> {
  const { kind, name, manager = kind, path, pythonVersion, jupyter } = info;
  const description = joinTexts(" · ", [
    manager,
    pythonVersion && `Python ${pythonVersion}`,
    jupyter === "no" && kind !== "container" && "no Jupyter",
  ]);
  return { label: name, description, ...(path ? { detail: path } : {}) };
}

/** chosenFrom returns an environment as it is chosen; undefined if it cannot be. */
export function chosenFrom(info: EnvironmentInfo): ChosenEnvironment | undefined {
  const { kind, name, manager = kind, request } = info;
  return request && { label: `${name} (${manager})`, environment: request };
}
