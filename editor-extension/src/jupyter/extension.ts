import type { Jupyter as Api } from "@vscode/jupyter-extension";
import type { Log } from "../common/log.js";
import { type Action, offer, runCommand } from "../common/notices.js";
import type { VSCode } from "../common/vscode.js";

/** jupyterId is the Jupyter extension's id. */
export const jupyterId = "ms-toolsai.jupyter";

/**
 * createExtension finds the Jupyter extension, which runs notebooks. It looks again each time, since
 * extensions come and go while a window is open.
 */
export function createExtension(vscode: VSCode, deps: { log: Log }) {
  const find = () => vscode.extensions.getExtension<Partial<Api>>(jupyterId);
  return {
    /** api activates it; it returns undefined if it is missing, disabled, too old or fails to start. */
    api: async (): Promise<Api | undefined> => {
      try {
        const api = await find()?.activate();
        return api !== undefined && isApi(api) ? api : undefined;
      } catch (err) {
        deps.log.error(`The Jupyter extension does not start: ${String(err)}`);
        return undefined;
      }
    },
    /** showProblem shows what is wrong with it, with buttons, for a kernel that is waiting for it. */
    showProblem: async (kernelId: string): Promise<void> => {
      const [text, help] = describeProblem(vscode, find());
      const browser = runCommand(vscode, "Open in Browser", "sunpyter.openInBrowser", kernelId);
      await offer(vscode, "warning", text, help, browser);
    },
  };
}

function isApi(api: Partial<Api>): api is Api {
  return typeof api.createJupyterServerCollection === "function";
}

/** describeProblem returns what is wrong, and the button that helps. A disabled extension looks like a missing one. */
function describeProblem(
  vscode: VSCode,
  found: ReturnType<VSCode["extensions"]["getExtension"]>,
): [string, Action] {
  const install = "workbench.extensions.installExtension";
  if (found === undefined) {
    return [
      "Notebooks need the Jupyter extension to run cells on the cluster. It is not installed, or it is disabled.",
      runCommand(vscode, "Install", install, jupyterId),
    ];
  }
  const { version = "unknown version" } = found.packageJSON as { version?: string };
  if (found.isActive) {
    return [
      `The Jupyter extension (${version}) is too old. Update it to use kernels on the cluster.`,
      runCommand(vscode, "Update", install, jupyterId),
    ];
  }
  return [
    "The Jupyter extension failed to start, so cells can't run.",
    runCommand(vscode, "Show Extension", "extension.open", jupyterId),
  ];
}
