import { confirm, offer } from "../common/notices.js";
import path from "node:path";
import type { Disposable } from "vscode";
import type { Log } from "../common/log.js";
import { attempt, requestProblem } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import { showDone, totalOf } from "../files/done.js";
import { showTransfer } from "../files/bytes.js";
import type { Kernels } from "../kernels/types.js";
import type { FileTransferResult, ProjectChange } from "../protocol.js";
import type { Server } from "../server/types.js";
import type { Settings } from "../settings/settings.js";
import { chooseSome, type Row } from "../common/quickinput.js";
import { count, formatBytes, formatClock } from "../text/units.js";
import { type Copies, type Copy, placeOf } from "./copies.js";

/** BringBack fetches the files that cells and jobs made in the copies of folders. */
export interface BringBack extends Disposable {
  /** run is the command. */
  run(): Promise<void>;
}

/** BringBackDeps is what {@link createBringBack} needs. */
interface BringBackDeps {
  readonly server: Pick<Server, "request" | "onNotification">;
  readonly kernels: Pick<Kernels, "onDidChange">;
  readonly copies: Pick<Copies, "all" | "of">;
  readonly settings: Pick<Settings, "projectBringBack">;
  readonly log: Pick<Log, "error" | "info" | "show">;
}

/** maxRows is how many files a list has. */
const maxRows = 1_000;

/** createBringBack also looks for new files when a kernel has ended, if the settings say so. */
export function createBringBack(vscode: VSCode, deps: BringBackDeps): BringBack {
  const { server, kernels, copies, settings, log } = deps;

  const requestOf = ({ cluster, user, project: { folder, path: place } }: Copy) => ({
    cluster,
    ...(user ? { user } : {}),
    project: { folder, path: place },
  });
  const look = async (copy: Copy): Promise<readonly ProjectChange[]> =>
    (await server.request("project/changes", requestOf(copy))).files;
  const fetch = (copy: Copy, names: string[], overwrite: boolean): Thenable<FileTransferResult> => {
    const title = `Bringing back ${count(names.length, "file")} from ${copy.title}`;
    return showTransfer(vscode, server, title, (progressToken, token) =>
      server.request(
        "project/pull",
        { ...requestOf(copy), names, overwrite, progressToken },
        { token },
      ),
    );
  };
  /** bring fetches files; those that are here too are asked about first. */
  const bring = async (copy: Copy, files: readonly ProjectChange[]): Promise<void> => {
    const here = files.filter((file) => file.here);
    const replaced = here.length > 0 && (await confirmReplacing(vscode, here)) ? here : [];
    const names = (some: readonly ProjectChange[]) => some.map(({ name }) => name);
    const fresh = files.filter((file) => !file.here);
    const results: FileTransferResult[] = [];
    if (fresh.length > 0) results.push(await fetch(copy, names(fresh), false));
    if (replaced.length > 0) results.push(await fetch(copy, names(replaced), true));
    if (results.length === 0) return;
    const done = totalOf(results);
    const what = `${count(done.files, "file")} (${formatBytes(done.bytes)})`;
    const text = `${what} brought back to ${path.basename(copy.project.folder)}.`;
    await showDone(vscode, log, text, done);
  };
  const choose = async (copy: Copy, files: readonly ProjectChange[]): Promise<void> => {
    const chosen = await chooseSome(vscode, {
      title: `New files in ${copy.project.path} on ${copy.title}`,
      placeholder: "Select the files to bring back",
      rows: files.slice(0, maxRows).map(rowOf),
    });
    if (chosen.length > 0) await bring(copy, chosen);
  };
  /** atEnd is for a kernel that has ended: what it made may be wanted here. */
  const atEnd = async (copy: Copy): Promise<void> => {
    const mode = settings.projectBringBack();
    if (mode === "never") return;
    const files = await look(copy);
    const fresh = files.filter((file) => !file.here);
    if (fresh.length === 0) return;
    if (mode === "always") {
      await bring(copy, fresh);
      return;
    }
    const bytes = fresh.reduce((sum, file) => sum + file.bytes, 0);
    const what = `${count(fresh.length, "file")} (${formatBytes(bytes)})`;
    const text = `New in ${copy.project.path} on ${copy.title}: ${what}.`;
    const all = { title: "Bring Back", run: () => bring(copy, fresh) };
    await offer(vscode, "info", text, all, { title: "Choose…", run: () => choose(copy, files) });
  };
  const listening = kernels.onDidChange(({ kernel: { session }, previous }) => {
    const copy = copies.of(session.id);
    if (!copy || session.state !== "ended" || previous === undefined) return;
    if (previous.state === "ended") return;
    atEnd(copy).catch((err: unknown) => {
      // Nobody has asked for it: the command shows it again.
      log.info(`New files on ${copy.title} are not known: ${requestProblem(err).message}`);
    });
  });
  return {
    run: async () => {
      const copy = await pickCopy(vscode, copies.all());
      if (!copy) return;
      await attempt(vscode, { doing: `bring back files from ${copy.title}`, log }, async () => {
        const files = await look(copy);
        if (files.length > 0) await choose(copy, files);
        else {
          const text = `There are no new files in ${copy.project.path} on ${copy.title}.`;
          await vscode.window.showInformationMessage(text);
        }
      });
    },
    dispose: () => {
      listening.dispose();
    },
  };
}

function rowOf(file: ProjectChange): Row<ProjectChange> {
  const when = formatClock(new Date(file.modifiedAt));
  const here = file.here === true ? " · a different version is here" : "";
  const description = `${formatBytes(file.bytes)} · ${when}${here}`;
  return { label: file.name, description, value: file };
}

function confirmReplacing(vscode: VSCode, files: readonly ProjectChange[]): Promise<boolean> {
  const [first] = files;
  const what = files.length === 1 && first ? first.name : count(files.length, "file");
  const text = `Replace ${what} on this computer with the version on the cluster?`;
  const detail = files.length > 1 ? files.map(({ name }) => name).join("\n") : undefined;
  return confirm(vscode, text, "Replace", detail);
}

/** pickCopy returns the only copy of this workspace, or lets the user choose. */
async function pickCopy(vscode: VSCode, all: readonly Copy[]): Promise<Copy | undefined> {
  // The newest of each folder and place: kernels come and go in one.
  const copies = [...new Map(all.map((copy) => [placeOf(copy), copy])).values()].reverse();
  const [only] = copies;
  if (copies.length === 0) {
    await vscode.window.showInformationMessage(
      "No folder of this workspace has been copied to a cluster. Starting a kernel from a notebook offers that.",
    );
  }
  if (copies.length < 2) return only;
  const rows = copies.map((copy) => ({
    label: path.basename(copy.project.folder),
    description: `${copy.project.path} on ${copy.title}`,
    copy,
  }));
  const title = "Bring Back New Files";
  const chosen = await vscode.window.showQuickPick(rows, { title, placeHolder: "Select a folder" });
  return chosen?.copy;
}
