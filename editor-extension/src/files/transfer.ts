import { confirm, offer } from "../common/notices.js";
import os from "node:os";
import path from "node:path";
import type { Uri } from "vscode";
import { attempt, hasCode } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { FileEntry } from "../protocol.js";
import { formatBytes } from "../text/units.js";
import type { Access } from "./access.js";
import { showDone } from "./done.js";
import { FileCode } from "./errors.js";
import { followOne, sendAll, type Follow, type Sent, type TransferDeps } from "./sendall.js";
import { nameOf, remotePathOf } from "./uris.js";

/** Transfers copy files of any size between a cluster and this computer. */
export interface Transfers {
  /** upload sends files and folders of this computer into a folder, and reports how it ended. */
  upload(folder: Uri, localPaths: readonly string[]): Promise<void>;
  /** download asks where to, and reports how it ended. */
  download(uri: Uri, entry: Pick<FileEntry, "type">): Promise<void>;
  /** offerDownload is for a file that is too large for an editor. */
  offerDownload(uri: Uri, entry: FileEntry): void;
}

/** TransfersDeps is what {@link createTransfers} needs. */
interface TransfersDeps extends TransferDeps {
  readonly access: Access;
}

export function createTransfers(vscode: VSCode, deps: TransfersDeps): Transfers {
  const { access, log } = deps;
  const download: Transfers["download"] = async (uri, { type }) => {
    const name = nameOf(uri.path);
    const localPath = await (type === "directory" ? askFolder : askFile)(vscode, name);
    if (localPath === undefined) return;
    const again = { title: "Try Again", run: () => download(uri, { type }) };
    const cancelled = "Download cancelled. To resume it, download to the same place again.";
    const showing = { doing: `download ${name}`, log, actions: [again], cancelled };
    await attempt(vscode, showing, async () => {
      // Whether a file may be replaced was asked; those in a folder are kept.
      const params = { ...remotePathOf(uri), localPath, overwrite: type !== "directory" };
      const follow = followOne(vscode, deps, "Downloading");
      const done = await follow(name, (progressToken, token) =>
        access.request("file/download", { ...params, progressToken }, { token }),
      );
      const text = `${name} was downloaded to ${path.dirname(localPath)} (${formatBytes(done.bytes)}).`;
      await showDone(vscode, log, text, done);
    });
  };
  const upload = async (
    folder: Uri,
    localPath: string,
    follow: Follow,
  ): Promise<Sent | undefined> => {
    const name = path.basename(localPath);
    const params = { ...remotePathOf(vscode.Uri.joinPath(folder, name)), localPath };
    const send = async (overwrite: boolean): Promise<Sent> => {
      const done = await follow(name, (progressToken, token) =>
        access.request("file/upload", { ...params, overwrite, progressToken }, { token }),
      );
      return { name, to: folder.path, done };
    };
    try {
      return await send(false);
    } catch (err) {
      if (!hasCode(err, FileCode.Exists)) throw err;
      const text = `${name} already exists on the cluster. Replace it?`;
      return (await confirm(vscode, text, "Replace")) ? send(true) : undefined;
    }
  };
  const uploadAll: Transfers["upload"] = (folder, localPaths) =>
    sendAll(vscode, deps, localPaths, {
      verb: "upload",
      doing: "Uploading",
      done: "uploaded",
      send: (localPath, follow) => upload(folder, localPath, follow),
      retry: (failed) => uploadAll(folder, failed),
    });
  return {
    download,
    upload: uploadAll,
    offerDownload: (uri, entry) => {
      const text = `${nameOf(uri.path)} is ${formatBytes(entry.size)}, which is too large to open here.`;
      void offer(vscode, "info", text, { title: "Download…", run: () => download(uri, entry) });
    },
  };
}

/** askFile returns where a file is to be saved; the dialog asks before it replaces one. */
async function askFile(vscode: VSCode, name: string): Promise<string | undefined> {
  const defaultUri = vscode.Uri.file(path.join(os.homedir(), name.replaceAll("\\", "_")));
  const uri = await vscode.window.showSaveDialog({ defaultUri, title: "Download" });
  return uri?.scheme === "file" ? uri.fsPath : undefined;
}

/** askFolder returns the path that a folder is to have here. */
async function askFolder(vscode: VSCode, name: string): Promise<string | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      title: "Download",
      openLabel: "Download Here",
      canSelectFiles: false,
      canSelectFolders: true,
    })) ?? [];
  return uri?.scheme === "file" ? path.join(uri.fsPath, name.replaceAll("\\", "_")) : undefined;
}
