import { type Answer, choose, type Row, rowOf } from "../common/quickinput.js";
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

/** fromSettings is the choice of no environment: that of the settings, or the cluster's own. */
export const fromSettings = Symbol("as in the settings");

/** pickEnvironment lets the user choose one of the environments in which kernels may run. */
export function pickEnvironment(
  vscode: VSCode,
  found: ClusterEnvironmentsResult,
  current: ChosenEnvironment | undefined,
): Promise<Answer<ChosenEnvironment | typeof fromSettings>> {
  const usable = found.environments.filter(
    ({ request, kernel, problem }) => request && kernel !== "no" && !problem,
  );
  const hint = found.incomplete
    ? " Not everything could be searched in time; look again in a moment."
    : "";
  return choose<ChosenEnvironment | typeof fromSettings>(vscode, {
    title: `Start a kernel on ${found.title}`,
    placeholder: `Select the environment for this folder.${hint}`,
    rows: [
      rowOf(vscode, "settings", fromSettings, {
        label: "As in the settings",
        detail: "The environment of your settings or the cluster's profile, or the cluster's own",
      }),
      ...usable.map((info) => environmentRow(vscode, info)),
    ],
    active: (value) => value !== fromSettings && value.label === current?.label,
    canGoBack: true,
  });
}

function environmentRow(vscode: VSCode, info: EnvironmentInfo): Row<ChosenEnvironment> {
  const { kind, name, manager = kind, path, pythonVersion, jupyter, request = {} } = info;
  const description = joinTexts(" · ", [
    manager,
    pythonVersion && `Python ${pythonVersion}`,
    jupyter === "no" && kind !== "container" && "no Jupyter",
  ]);
  const environment = { label: `${name} (${manager})`, environment: request };
  const texts = { label: name, description, ...(path ? { detail: path } : {}) };
  return rowOf(vscode, "package", environment, texts);
}
