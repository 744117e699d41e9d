import type { Jupyter as Api } from "@vscode/jupyter-extension";
import type { Log } from "../common/log.js";
import type { VSCode } from "../common/vscode.js";

/** jupyterId is the Jupyter extension's id. */
export const jupyterId = "ms-toolsai.jupyter";

/** JupyterExtension finds the Jupyter extension, through which notebooks reach our kernels. */
export interface JupyterExtension {
  /** api activates it; undefined: it is missing, disabled, too old or does not start. */
  api(): Promise<Api | undefined>;
  /** tell says what is wrong with it, with buttons that help; `kernel` is one that waits for it. */
  tell(kernelId?: string): Promise<void>;
}

/** createExtension looks anew each time, since extensions come and go while a window is open. */
export function createExtension(vs: VSCode, deps: { log: Log }): JupyterExtension {
  const find = () => vs.extensions.getExtension<Partial<Api>>(jupyterId);
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
    tell: async (kernelId) => {
      const [text, install] = complaint(find());
      const buttons = [install, ...(kernelId === undefined ? [] : ["Open in Browser"])];
      const chosen = await vs.window.showWarningMessage(text, ...buttons);
      if (chosen === "Open in Browser") {
        await vs.commands.executeCommand("sunpyter.openInBrowser", kernelId);
      } else if (chosen === "Show Extension") {
        await vs.commands.executeCommand("extension.open", jupyterId);
      } else if (chosen !== undefined) {
        await vs.commands.executeCommand("workbench.extensions.installExtension", jupyterId);
      }
    },
  };
}

function isApi(api: Partial<Api>): api is Api {
  return typeof api.createJupyterServerCollection === "function";
}

/** complaint is what is wrong, and the button that helps. A disabled extension looks like none. */
function complaint(found: ReturnType<VSCode["extensions"]["getExtension"]>): [string, string] {
  if (found === undefined) {
    return [
      "Notebooks need the Jupyter extension to run cells on the cluster. It is not installed, or it is disabled.",
      "Install",
    ];
  }
  const { version } = found.packageJSON as { version?: string };
  if (found.isActive) {
    return [
      `The Jupyter extension ${version ?? ""} is too old to use a cluster's kernels.`,
      "Update",
    ];
  }
  return ["The Jupyter extension does not start, so notebooks cannot run cells.", "Show Extension"];
}
