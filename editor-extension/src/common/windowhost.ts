import { existsSync } from "node:fs";
import path from "node:path";
import { offer, runCommand } from "./notices.js";
import type { VSCode } from "./vscode.js";

/** System is what tells one computer from another; tests have their own. */
export interface System {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exists: (path: string) => boolean;
}

const thisSystem: System = { env: process.env, exists: existsSync };

/**
 * refuseOnCluster reports whether this window's programs run on a cluster, and then tells the user
 * to open a local window.
 */
export async function refuseOnCluster(vscode: VSCode, system = thisSystem): Promise<boolean> {
  const where = clusterLocation(vscode.env.remoteName, system);
  if (where === undefined) return false;
  const text = `This window runs ${where}, and Sunpyter can't start kernels from there. Open a local window instead.`;
  const local = { remoteAuthority: null };
  const open = runCommand(vscode, "New Local Window", "vscode.newWindow", local);
  await offer(vscode, "warning", text, open);
  return true;
}

/** clusterLocation returns which part of a cluster this is, or undefined if it is none. */
function clusterLocation(remoteName: string | undefined, system: System): string | undefined {
  if (system.env["SLURM_JOB_ID"]) return "in a job on the cluster";
  const mayBeOne = remoteName === "ssh-remote" || remoteName === "tunnel";
  return mayBeOne && hasSlurm(system) ? "on the cluster itself" : undefined;
}

function hasSlurm({ env, exists }: System): boolean {
  const folders = (env["PATH"] ?? "").split(path.delimiter).filter(Boolean);
  return exists("/etc/slurm") || folders.some((folder) => exists(path.join(folder, "sbatch")));
}
