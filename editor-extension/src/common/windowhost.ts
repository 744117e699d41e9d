import { existsSync } from "node:fs";
import path from "node:path";
import type { VSCode } from "./vscode.js";

/** WindowHost is the computer on which this window's programs run, as far as it matters to a start. */
export interface WindowHost {
  /** filesLabel is what the person's own files are called: "files on this computer". */
  readonly filesLabel: string;
  /**
   * refuseOnCluster says that nothing is started here, where it is a cluster already, and what to do
   * instead. It gives true when it did.
   */
  refuseOnCluster(): Promise<boolean>;
}

/** System is what tells one computer from another. Units give their own. */
export interface System {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exists: (path: string) => boolean;
}

const thisSystem: System = { env: process.env, exists: existsSync };

/** createWindowHost looks where this window's programs run. */
export function createWindowHost(vscode: VSCode, system: System = thisSystem): WindowHost {
  return {
    filesLabel: filesLabelFor(vscode.env.remoteName),
    refuseOnCluster: async () => {
      const where = clusterLocation(vscode.env.remoteName, system);
      if (where === undefined) return false;
      await showRefusal(vscode, where);
      return true;
    },
  };
}

function filesLabelFor(remoteName: string | undefined): string {
  switch (remoteName) {
    case "wsl":
      return "files in this WSL";
    case "dev-container":
    case "attached-container":
    case "k8s-container":
      return "files in this container";
    case "ssh-remote":
    case "tunnel":
    case "codespaces":
      return "files on this window's host";
    default:
      return "files on this computer";
  }
}

/** clusterLocation says what part of a cluster this is; undefined where it is none. */
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
