import { confirm, offer, withProgress } from "../common/notices.js";
import os from "node:os";
import path from "node:path";
import type { CancellationToken, Uri } from "vscode";
import type { Log } from "../common/log.js";
import { attempt, hasCode } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { FileEntry, FileTransferResult, ProgressParams, ServerRequests } from "../protocol.js";
import { followProgress } from "../server/progress.js";
import type { Server } from "../server/types.js";
import { formatBytes, formatDuration } from "../text/units.js";
import type { Access } from "./access.js";
import { showDone } from "./done.js";
import { FileCode } from "./errors.js";
import { sendAll, type Sent } from "./sendall.js";
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
interface TransfersDeps {
  readonly access: Access;
  readonly server: Pick<Server, "onNotification">;
  readonly log: Pick<Log, "error" | "info" | "show">;
}

/** TransferMethod are the requests that report bytes. */
type TransferMethod = "file/download" | "file/upload";

export function createTransfers(vscode: VSCode, deps: TransfersDeps): Transfers {
  const { log } = deps;
  const transfer = createTransfer(vscode, deps);
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
      const done = await transfer(`Downloading ${name}`, "file/download", params);
      const text = `${name} was downloaded to ${path.dirname(localPath)} (${formatBytes(done.bytes)}).`;
      await showDone(vscode, log, text, done);
    });
  };
  const upload = async (folder: Uri, localPath: string): Promise<Sent | undefined> => {
    const name = path.basename(localPath);
    const params = { ...remotePathOf(vscode.Uri.joinPath(folder, name)), localPath };
    const send = (overwrite: boolean) =>
      transfer(`Uploading ${name}`, "file/upload", { ...params, overwrite });
    const sent = (done: FileTransferResult) => ({ name, to: folder.path, done });
    try {
      return sent(await send(false));
    } catch (err) {
      if (!hasCode(err, FileCode.Exists)) throw err;
      const text = `${name} already exists on the cluster. Replace it?`;
      return (await confirm(vscode, text, "Replace")) ? sent(await send(true)) : undefined;
    }
  };
  return {
    download,
    upload: (folder, localPaths) => {
      const send = (localPath: string) => upload(folder, localPath);
      return sendAll(vscode, log, localPaths, { verb: "upload", done: "uploaded", send });
    },
    offerDownload: (uri, entry) => {
      const text = `${nameOf(uri.path)} is ${formatBytes(entry.size)}, which is too large to open here.`;
      void offer(vscode, "info", text, { title: "Download…", run: () => download(uri, entry) });
    },
  };
}

type Transfer = <M extends TransferMethod>(
  title: string,
  method: M,
  params: ServerRequests[M]["params"],
) => Thenable<FileTransferResult>;

function createTransfer(vscode: VSCode, { access, server }: TransfersDeps): Transfer {
  return (title, method, params) =>
    showTransfer(vscode, server, title, (progressToken, token) =>
      access.request(method, { ...params, progressToken }, { token }),
    );
}

/** minElapsed is after how long the time that is left is shown, in milliseconds. */
const minElapsed = 3_000;

/** showTransfer shows the bytes of a transfer, and the time that is left, in a notification with Cancel. */
export function showTransfer<T>(
  vscode: VSCode,
  server: Pick<Server, "onNotification">,
  title: string,
  run: (progressToken: string, token: CancellationToken) => Promise<T>,
): Thenable<T> {
  return withProgress(vscode, title, (token, progress) => {
    let shown = 0;
    let first: { readonly bytes: number; readonly at: number } | undefined;
    const show = ({ doneBytes = 0, totalBytes = 0 }: ProgressParams): void => {
      if (totalBytes === 0) return;
      first ??= { bytes: doneBytes, at: performance.now() }; // one that continues begins with what is there
      const percent = (100 * doneBytes) / totalBytes;
      const left = timeLeft(
        performance.now() - first.at,
        doneBytes - first.bytes,
        totalBytes - doneBytes,
      );
      const message = `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}${left}`;
      progress.report({ message, increment: percent - shown });
      shown = percent;
    };
    return followProgress(server, show, (progressToken) => run(progressToken, token));
  });
}

/** timeLeft returns how long the rest takes at the rate so far: ", 2 min left". */
export function timeLeft(elapsed: number, done: number, rest: number): string {
  if (elapsed < minElapsed || done <= 0 || rest <= 0) return "";
  return `, ${formatDuration(Math.ceil((rest * elapsed) / done / 1000))} left`;
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
