import { type Answer, choose, type Row } from "../common/quickinput.js";
import type { VSCode } from "../common/vscode.js";
import type { ClusterEnvironmentsResult, EnvironmentInfo, Presence } from "../protocol.js";
import type { Server } from "../server/types.js";
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
  const hint = found.incomplete ? " There was not enough time to look everywhere." : "";
  return choose<ChosenEnvironment | typeof fromSettings>(vscode, {
    title: `Start a kernel on ${found.title}`,
    placeholder: `Select the environment for this folder.${hint}`,
    rows: [
      {
        label: "As in the settings",
        detail: "The environment of your settings or the cluster's profile, or the cluster's own",
        iconPath: new vscode.ThemeIcon("settings"),
        value: fromSettings,
      },
      ...usable.map((info) => environmentRow(vscode, info)),
    ],
    active: (value) => value !== fromSettings && value.label === current?.label,
    canGoBack: true,
  });
}

function environmentRow(vscode: VSCode, info: EnvironmentInfo): Row<ChosenEnvironment> {
  const { kind, name, manager, path, pythonVersion, kernel, jupyter, request = {} } = info;
  const notes = [
    manager ?? kind,
    pythonVersion ? `Python ${pythonVersion}` : "",
    contents("ipykernel", kernel),
    contents("Jupyter", jupyter),
  ];
  return {
    label: name,
    description: notes.filter(Boolean).join(" · "),
    ...(path ? { detail: path } : {}),
    iconPath: new vscode.ThemeIcon("package"),
    value: { label: `${name} (${manager ?? kind})`, environment: request },
  };
}

/** contents mentions what is missing or cannot be seen; what is there is not worth a word. */
function contents(what: string, present: Presence): string {
  return { yes: "", no: `no ${what} in it`, unknown: "" }[present];
}
