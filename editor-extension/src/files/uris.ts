import type { Uri } from "vscode";
import type { VSCode } from "../common/vscode.js";

/** scheme is that of files on a cluster: sunpyter://CLUSTER/path. */
export const scheme = "sunpyter";

/** RemotePath is a path as the file methods take it. */
export interface RemotePath {
  /** cluster is a profile's name, a host, or USER@HOST. */
  readonly cluster: string;
  readonly path: string;
}

/** remotePathOf returns what a URI names. The editor writes the cluster in lower case, which the server accepts. */
export function remotePathOf(uri: Uri): RemotePath {
  return { cluster: uri.authority, path: uri.path === "" ? "/" : uri.path };
}

/** uriOf returns the URI of an absolute path on a cluster. */
export function uriOf(vscode: VSCode, { cluster, path }: RemotePath): Uri {
  return vscode.Uri.from({ scheme, authority: cluster, path });
}

/** authorityOf returns how URIs name a user's account on a cluster. */
export function authorityOf(site: { cluster: string; user?: string }, user: string): string {
  // Without the user's name, the server finds it as it does for kernels.
  return user === "" || site.user === user || site.cluster.includes(`${user}@`)
    ? site.cluster
    : `${user}@${site.cluster.replace(/^@/u, "")}`;
}

/** nameOf returns the last part of a path. */
export function nameOf(path: string): string {
  return path.split("/").findLast((part) => part !== "") ?? "/";
}
