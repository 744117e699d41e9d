import { existsSync } from "node:fs";
import path from "node:path";
import type { VSCode } from "./vscode.js";

/** WindowHost is the computer on which this window's programs run. */
export interface WindowHost {
  /**
   * refuseOnCluster reports whether the window runs on a cluster, and then tells the user to open a
   * local window.
   */
  refuseOnCluster(): Promise<boolean>;
}

/** System is what tells one computer from another; tests have their own. */
export interface System {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exists: (path: string) => boolean;
}

const thisSystem: System = { env: process.env, exists: existsSync };

export function createWindowHost(vscode: VSCode, system: System = thisSystem): WindowHost {
  return {
    refuseOnCluster: async () => {
      const where = clusterLocation(vscode.env.remoteName, system);
      if (where === undefined) return false;
      await showRefusal(vscode, where);
      return true;
    },
  };
}

/** clusterLocation returns which part of a cluster this is, or undefined if it is none. */
function clusterLocation(remoteName: string | undefined, system: System): string | undefined {
  if (system.env["SLURM_JOB_ID"]) return "in a job on the cluster";
  switch (remoteName) {
    case "ssh-remote":
    case "tunnel":
      return hasSlurm(system) ? "on the cluster itself" : undefined;
    default:
      return undefined;
  }
}

function hasSlurm({ env, exists }: System): boolean {
  const folders = (env["PATH"] ?? "").split(path.delimiter).filter(Boolean);
  return exists("/etc/slurm") || folders.some((folder) => exists(path.join(folder, "sbatch")));
}

async function showRefusal(vscode: VSCode, where: string): Promise<void> {
  const open = "New Local Window";
  const chosen = await vscode.window.showWarningMessage(
    `This window runs ${where}, and Sunpyter can't start kernels from there. Open a local window instead.`,
    open,
  );
  if (chosen === open) {
    await vscode.commands.executeCommand("vscode.newWindow", { remoteAuthority: null });
  }
}
