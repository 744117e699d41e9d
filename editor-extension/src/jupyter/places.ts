import path from "node:path";
import type { NotebookDocument } from "vscode";
import type { VSCode } from "../common/vscode.js";
import { scheme } from "../files/uris.js";
import type { KernelPlace, Notebook } from "../gateway/kernel.js";
import type { Session } from "../protocol.js";
import { clusterOf } from "../slots/slots.js";
import { isNotebook, notebookName } from "./notebooks.js";

/** isPython reports whether code for Python can be run in a kernel of this kernelspec. */
type IsPython = (spec: string) => boolean;

/**
 * placeOf returns where the kernel of a notebook that is on the kernel's cluster starts: in the
 * notebook's folder. It returns undefined for other notebooks. The Jupyter extension sends only the
 * name of a notebook that is not on this computer, so the notebook is found by its name and the cell
 * that is run.
 */
export function placeOf(
  vscode: VSCode,
  session: Session | undefined,
  { notebook, code, isPython }: { notebook: Notebook; code: string; isPython: IsPython },
): KernelPlace | undefined {
  const { path: sent, spec } = notebook;
  const folder = session && remoteFolder(vscode, session, sent, code);
  if (folder === undefined || session?.workingDirectory === undefined) return undefined;
  const below = path.posix.relative(session.workingDirectory, folder);
  const isBelow = below !== ".." && !below.startsWith("../");
  // Its own name stays: Jupyter takes two sessions of one path for the same.
  if (isBelow) return { path: path.posix.join(below, path.posix.basename(sent)) };
  return isPython(spec) ? { path: sent, setup: changeDirectory(folder) } : { path: sent };
}

/** changeDirectory is for folders outside Jupyter's root, in which it starts no kernel. */
function changeDirectory(folder: string): string {
  return `__import__("os").chdir(${JSON.stringify(folder)})`;
}

/** remoteFolder returns the folder of the notebook that runs a cell; undefined if it is not on the cluster. */
function remoteFolder(
  { workspace }: VSCode,
  session: Session,
  sent: string,
  code: string,
): string | undefined {
  const fits = workspace.notebookDocuments.filter(
    (notebook) =>
      isNotebook(notebook) && sent.startsWith(notebookName(notebook).replace(/\.ipynb$/u, "")),
  );
  const runs = (notebook: NotebookDocument): boolean =>
    notebook.getCells().some(({ document }) => document.getText() === code);
  const [found, ...others] = fits.length > 1 ? fits.filter(runs) : fits;
  if (found?.uri.scheme !== scheme || others.length > 0) return undefined;
  const folder = path.posix.dirname(found.uri.path);
  const isPlain = !/%[0-9A-F]{2}/u.test(folder); // otherwise it has bytes that JSON cannot carry
  return isPlain && isOn(session, found.uri.authority) ? folder : undefined;
}

/** isOn reports whether an authority of our URIs names the cluster of a kernel. */
function isOn({ cluster, host, user }: Session, authority: string): boolean {
  const name = clusterOf(authority).toLowerCase();
  const account = authority.slice(0, -name.length - 1).toLowerCase(); // it may have an @, too
  if (account && user !== undefined && account !== user.toLowerCase()) return false;
  return [clusterOf(cluster), host].some((one) => one.toLowerCase() === name);
}
