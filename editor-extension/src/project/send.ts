import { confirm } from "../common/notices.js";
import { stat } from "node:fs/promises";
import path from "node:path";
import type { Uri } from "vscode";
import type { Log } from "../common/log.js";
import { attempt, hasCode, isCancelled } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { Access } from "../files/access.js";
import { FileCode } from "../files/errors.js";
import { followOne, sendAll, type Follow, type Sent } from "../files/sendall.js";
import type { Kernels } from "../kernels/types.js";
import type { FileTransferResult, ProjectPushResult, Session } from "../protocol.js";
import type { Server } from "../server/types.js";
import { chooseSome } from "../common/quickinput.js";
import { count } from "../text/units.js";
import type { Copies, Copy } from "./copies.js";
import { nameIn } from "./folders.js";
import { reasonOf } from "./leftout.js";
import type { LocalFile } from "./missing.js";
import type { ProjectState } from "./state.js";
import { pushParams } from "./sync.js";

/** Sender sends files of this computer to a cluster. */
export interface Sender {
  /** sendMissing sends a file to where a kernel's cells find it; it returns false if the user cancelled. */
  sendMissing(session: Session, file: LocalFile): Promise<boolean>;
  /** chooseLeftOut lists the files that a copy leaves out, and sends those that the user selects. */
  chooseLeftOut(copy: Copy): Promise<void>;
  /** run is the command, of the Explorer or for the file that is shown. */
  run(uri?: Uri, uris?: readonly Uri[]): Promise<void>;
}

/** SenderDeps is what {@link createSender} needs. */
interface SenderDeps {
  readonly server: Pick<Server, "request" | "onNotification">;
  readonly access: Access;
  readonly kernels: Pick<Kernels, "own">;
  readonly copies: Copies;
  readonly state: ProjectState;
  /** pickCluster returns the cluster that a start would use; it asks if none is known. */
  readonly pickCluster: () => Promise<Place | undefined>;
  readonly log: Pick<Log, "error" | "info" | "show">;
}

/** Place is a cluster, as requests name it. */
export interface Place {
  readonly cluster: string;
  readonly user?: string;
  readonly title: string;
}

/** Folder is a folder on a cluster. */
interface Folder extends Place {
  /** folder is its absolute path. */
  readonly folder: string;
}

/** Part is a file of a folder that was copied. */
interface Part {
  readonly copy: Copy;
  /** name is the path in the folder. */
  readonly name: string;
}

/** maxTracked is the size up to which a file joins the folder's copy, so that later changes are sent; in bytes. */
const maxTracked = 20 * 1024 * 1024;

export function createSender(vscode: VSCode, deps: SenderDeps): Sender {
  const { server, access, kernels, copies, state, log } = deps;

  const sendingOne = followOne(vscode, deps, "Sending");

  /** include sends files that the copy leaves out, also when they change later. */
  const include = async (
    copy: Copy,
    names: string[],
    mine: string[] = [],
    follow = sendingOne,
  ): Promise<ProjectPushResult> => {
    const { folder } = copy.project;
    const all = [...new Set([...state.included(folder), ...names])];
    await state.setIncluded(folder, all);
    const changes = { only: names, ...(mine.length > 0 && { mine }) };
    const params = pushParams(copies.include(copy, all), changes);
    const [first = ""] = names;
    const what = names.length === 1 ? path.basename(first) : count(names.length, "file");
    return follow(what, (progressToken, token) =>
      server.request("project/push", { ...params, progressToken }, { token }),
    );
  };
  /** upload sends a file to a path in a folder, and asks before it replaces what is there. */
  const upload = async (
    { cluster, user, title, folder }: Folder,
    name: string,
    localPath: string,
    follow = sendingOne,
  ): Promise<FileTransferResult | undefined> => {
    await access.allow(cluster);
    const at = { cluster, ...(user ? { user } : {}) };
    const to = path.posix.join(folder, name);
    const send = (overwrite: boolean) =>
      follow(path.basename(name), async (progressToken, token) => {
        const parents = { ...at, path: path.posix.dirname(to), parents: true };
        await access.request("file/mkdir", parents, { token });
        const params = { ...at, localPath, path: to, overwrite, progressToken };
        return access.request("file/upload", params, { token });
      });
    try {
      return await send(false);
    } catch (err) {
      if (!hasCode(err, FileCode.Exists)) throw err;
      const text = `${title} already has ${to}. Replace it?`;
      return (await confirm(vscode, text, "Replace")) ? send(true) : undefined;
    }
  };
  const partOf = (file: string): Part | undefined =>
    copies
      .running()
      .map((copy) => ({ copy, name: nameIn(copy.project.folder, file) ?? "" }))
      .find(({ name }) => name !== "");
  /** findFolder returns where files go that are not part of a copy. */
  const findFolder = async (): Promise<Folder | undefined> => {
    const running = kernels.own.find(({ session }) => session.state === "ready")?.session;
    if (running?.workingDirectory) return { ...running, folder: running.workingDirectory };
    const place = await deps.pickCluster();
    if (!place) return undefined;
    await access.allow(place.cluster);
    const { cluster, user } = place;
    const params = { cluster, ...(user ? { user } : {}) };
    const { token } = new vscode.CancellationTokenSource(); // it is never cancelled
    const places = await access.request("file/places", params, { token });
    return { ...place, folder: places.workingDirectory ?? places.home };
  };
  /**
   * join sends a file as a part of a copy, and asks before it replaces a change that was made there;
   * it returns nothing if the user keeps that.
   */
  const join = async (
    { copy, name }: Part,
    bytes: number,
    follow: Follow,
  ): Promise<Sent | undefined> => {
    const { conflicts = [] } = await include(copy, [name], [], follow);
    if (conflicts.length > 0) {
      const text = `${name} was changed on ${copy.title}. Replace it with your version?`;
      if (!(await confirm(vscode, text, "Replace"))) return undefined;
      await include(copy, [name], [name], follow);
    }
    const done = { files: 1, bytes, skipped: [] };
    return { name, to: `${copy.project.path} on ${copy.title}`, done };
  };
  const sendOne = async (
    file: string,
    follow: Follow,
    folderOf: () => Promise<Folder | undefined>,
  ): Promise<Sent | undefined> => {
    const part = partOf(file);
    const info = await stat(file);
    if (part && info.isFile() && info.size <= maxTracked) return join(part, info.size, follow);
    const folder = part ? { ...part.copy, folder: part.copy.project.path } : await folderOf();
    if (!folder) return undefined;
    const name = path.basename(file);
    const done = await upload(folder, part?.name ?? name, file, follow);
    return done && { name, to: `${folder.folder} on ${folder.title}`, done };
  };
  const sendPaths = (paths: readonly string[]): Promise<void> => {
    let folder: Promise<Folder | undefined> | undefined; // asked for once for all files
    const folderOf = () => (folder ??= findFolder());
    return sendAll(vscode, deps, paths, {
      verb: "send",
      doing: "Sending",
      done: "sent",
      send: (file, follow) => sendOne(file, follow, folderOf),
      retry: sendPaths,
    });
  };
  return {
    sendMissing: async (session, file) => {
      try {
        const copy = copies.of(session.id);
        const name = copy && nameIn(copy.project.folder, file.file);
        if (copy && name) {
          await include(copy, [name]);
          return true;
        }
        const folder = { ...session, folder: session.workingDirectory ?? "~" };
        return (await upload(folder, file.name, file.file)) !== undefined;
      } catch (err) {
        if (isCancelled(err)) return false;
        throw err;
      }
    },
    chooseLeftOut: async (copy) => {
      const chosen = await pickLeftOut(vscode, copy);
      if (chosen.length === 0) return;
      await attempt(vscode, { doing: `send files to ${copy.title}`, log }, async () => {
        await include(copy, [...chosen]);
        const text = `${count(chosen.length, "file")} sent to ${copy.project.path} on ${copy.title}.`;
        await vscode.window.showInformationMessage(text);
      });
    },
    run: async (uri, uris) => {
      const shown =
        vscode.window.activeTextEditor?.document ?? vscode.window.activeNotebookEditor?.notebook;
      const one = uri ?? shown?.uri;
      const chosen = uris && uris.length > 0 ? uris : one ? [one] : [];
      const paths = chosen.filter(({ scheme }) => scheme === "file").map(({ fsPath }) => fsPath);
      await sendPaths(paths);
    },
  };
}

/** pickLeftOut lets the user choose among the files that a copy leaves out. */
async function pickLeftOut(
  vscode: VSCode,
  { project, title, leftOut = [] }: Copy,
): Promise<readonly string[]> {
  // Links that lead out, and what is not a file, cannot be sent.
  const files = leftOut.filter(({ reason }) => reason === "secret" || reason === "too-large");
  return chooseSome(vscode, {
    title: `Files of ${path.basename(project.folder)} that are not on ${title}`,
    placeholder: "Select files to send anyway, now and whenever they change",
    rows: files.map((file) => ({
      label: file.name,
      description: reasonOf(file),
      value: file.name,
    })),
  });
}
