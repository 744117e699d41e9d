import { withProgress } from "../common/notices.js";
import type { Uri } from "vscode";
import type { Log } from "../common/log.js";
import { attempt } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { Access } from "../files/access.js";
import type { ShownCluster } from "../files/tree.js";
import { authorityOf, nameOf, uriOf } from "../files/uris.js";
import type { FilePlacesResult } from "../protocol.js";
import { ask, back, choose, type Row, rowOf } from "../common/quickinput.js";
import type { Starter } from "../start/starter.js";

/** AddFolderDeps is what {@link addFolder} needs. */
interface AddFolderDeps {
  readonly access: Access;
  readonly starter: Pick<Starter, "pickCluster">;
  readonly log: Log;
}

const title = "Add Cluster Folder to Workspace";

/** addFolder adds a folder of a cluster to the Explorer. */
export async function addFolder(vscode: VSCode, deps: AddFolderDeps): Promise<void> {
  await attempt(vscode, { doing: "add the folder", log: deps.log }, async () => {
    const found = await findPlaces(vscode, deps);
    if (!found) return;
    const path = await pickPlace(vscode, found.places);
    if (path === undefined) return;
    addToWorkspace(vscode, uriOf(vscode, { cluster: found.cluster, path }), found.title);
  });
}

/** addToWorkspace adds a folder to the Explorer, once. */
export function addToWorkspace(vscode: VSCode, uri: Uri, cluster: string): void {
  const name = `${nameOf(uri.path)} (${cluster})`;
  const { workspaceFolders = [], updateWorkspaceFolders } = vscode.workspace;
  if (workspaceFolders.some((folder) => folder.uri.toString() === uri.toString())) return;
  updateWorkspaceFolders(workspaceFolders.length, 0, { uri, name });
}

/** findPlaces connects to the cluster that the user means, and returns where to begin there. */
export async function findPlaces(
  vscode: VSCode,
  { access, starter }: AddFolderDeps,
): Promise<ShownCluster | undefined> {
  const found = await starter.pickCluster();
  if (!found) return undefined;
  const { site, user } = found;
  const cluster = authorityOf(site, user);
  await access.allow(cluster);
  const title = `Connecting to ${site.title}…`;
  const places = await withProgress(vscode, title, (token) =>
    access.request("file/places", { cluster }, { token }),
  );
  return { cluster, title: site.title, places };
}

/** pickPlace returns an absolute path. */
async function pickPlace(
  vscode: VSCode,
  { home, workingDirectory, places = [] }: FilePlacesResult,
): Promise<string | undefined> {
  const other = "";
  const place = (label: string, description: string): Row<string> =>
    rowOf(vscode, "folder", label, { label, description });
  for (;;) {
    const chosen = await choose(vscode, {
      title,
      placeholder: "Select a folder",
      rows: [
        ...(workingDirectory ? [place(workingDirectory, "working directory")] : []),
        place(home, "home directory"),
        ...places.map((path) => place(path, "")),
        rowOf(vscode, "edit", other, { label: "Another folder…" }),
      ],
    });
    if (chosen !== other) return chosen === back ? undefined : chosen;
    const typed = await ask(vscode, {
      title,
      prompt: "The folder's absolute path on the cluster",
      value: `${workingDirectory ?? home}/`,
      check: (text) => (text.startsWith("/") ? undefined : "Enter a path that begins with /."),
      canGoBack: true,
    });
    if (typed !== back) return typed?.replace(/(?<=.)\/+$/u, "");
  }
}
