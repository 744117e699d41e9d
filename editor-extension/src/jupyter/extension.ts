import type { Jupyter as Api } from "@vscode/jupyter-extension";
import type { Log } from "../common/log.js";
import type { VSCode } from "../common/vscode.js";

/** jupyterId is the Jupyter extension's id. */
export const jupyterId = "ms-toolsai.jupyter";

/** JupyterExtension finds the Jupyter extension, which runs notebooks. */
interface JupyterExtension {
  /** api activates it; it returns undefined if it is missing, disabled, too old or fails to start. */
  api(): Promise<Api | undefined>;
  /** showProblem shows what is wrong with it, with buttons; `kernel` is one that is waiting for it. */
  showProblem(kernelId?: string): Promise<void>;
}

/** createExtension looks again each time, since extensions come and go while a window is open. */
export function createExtension(vscode: VSCode, deps: { log: Log }): JupyterExtension {
  const find = () => vscode.extensions.getExtension<Partial<Api>>(jupyterId);
  return {
    api: async () => {
      try {
        const api = await find()?.activate();
        return api !== undefined && isApi(api) ? api : undefined;
      } catch (err) {
        deps.log.error(`The Jupyter extension does not start: ${String(err)}`);
        return undefined;
      }
    },
    showProblem: async (kernelId) => {
      const [text, install] = describeProblem(find());
      const buttons = [install, ...(kernelId === undefined ? [] : ["Open in Browser"])];
      const chosen = await vscode.window.showWarningMessage(text, ...buttons);
      if (chosen === "Open in Browser") {
        await vscode.commands.executeCommand("sunpyter.openInBrowser", kernelId);
      } else if (chosen === "Show Extension") {
        await vscode.commands.executeCommand("extension.open", jupyterId);
      } else if (chosen !== undefined) {
        await vscode.commands.executeCommand("workbench.extensions.installExtension", jupyterId);
      }
    },
  };
}

function isApi(api: Partial<Api>): api is Api {
  return typeof api.createJupyterServerCollection === "function";
}

/** describeProblem returns what is wrong, and the button that helps. A disabled extension looks like a missing one. */
function describeProblem(
  found: ReturnType<VSCode["extensions"]["getExtension"]>,
): [string, string] {
  if (found === undefined) {
    return [
      "Notebooks need the Jupyter extension to run cells on the cluster. It is not installed, or it is disabled.",
      "Install",
    ];
  }
  const { version } = found.packageJSON as { version?: string };
  if (found.isActive) {
    return [
      `The Jupyter extension (${version ?? "unknown version"}) is too old. Update it to use kernels on the cluster.`,
      "Update",
    ];
  }
  return ["The Jupyter extension failed to start, so cells can't run.", "Show Extension"];
}
