import { confirm } from "../common/notices.js";
import { isCancelled } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { EnvironmentChangeParams, EnvironmentChangeResult } from "../protocol.js";
import { showSteps } from "../server/progress.js";
import type { Server } from "../server/types.js";
import { chosenFrom } from "./environment.js";
import { describeEnvironment } from "./plan.js";
import type { ChosenEnvironment, ClusterUser } from "./types.js";

/** EnvironmentChange is an environment to create, or one to install ipykernel in. */
export type EnvironmentChange = Pick<
  EnvironmentChangeParams,
  "action" | "path" | "workingDirectory"
>;

/**
 * changeEnvironment creates an environment or installs ipykernel in one, once the user has agreed to the
 * commands, and returns it; undefined if the user cancelled.
 */
export async function changeEnvironment(
  vscode: VSCode,
  server: Pick<Server, "request" | "onNotification">,
  { site, user }: ClusterUser,
  change: EnvironmentChange,
): Promise<ChosenEnvironment | undefined> {
  const params = { ...change, cluster: site.cluster, ...(user ? { user } : {}) };
  const request = (title: string, more: Partial<EnvironmentChangeParams>) =>
    showSteps(vscode, server, title, (progressToken, token) =>
      server.request("environment/change", { ...params, ...more, progressToken }, { token }),
    );
  const isNew = change.action === "create";
  try {
    const planned = await request(`Preparing an environment on ${site.title}`, { dryRun: true });
    if (!(await agree(vscode, site.title, isNew, planned))) return undefined;
    const title = isNew ? "Creating an environment" : "Installing ipykernel";
    const { path, environment } = await request(`${title} on ${site.title}`, {
      path: planned.path,
    });
    const found = environment && chosenFrom(environment);
    return found ?? { label: describeEnvironment({ name: path }), environment: { name: path } };
  } catch (err) {
    if (isCancelled(err)) return undefined;
    throw err;
  }
}

/** agree shows the commands, and reports whether the user wants to run them. */
async function agree(
  vscode: VSCode,
  title: string,
  isNew: boolean,
  { path, commands, replaces }: EnvironmentChangeResult,
): Promise<boolean> {
  const name = describeEnvironment({ name: path });
  const intro = "These commands run on the login node:";
  if (replaces) {
    const lost = "Packages that you installed in it are removed, too.";
    const detail = [intro, ...commands, lost].join("\n\n");
    return confirm(vscode, `Replace the environment ${name} on ${title}?`, "Replace", detail);
  }
  const [question, button, note] = isNew
    ? [`Create an environment with Jupyter on ${title}?`, "Create", [howToRemove]]
    : [`Install ipykernel in ${name} on ${title}?`, "Install", []];
  const options = { modal: true, detail: [intro, ...commands, ...note].join("\n\n") };
  return (await vscode.window.showInformationMessage(question, options, button)) === button;
}

const howToRemove = "To remove the environment, delete its folder.";
