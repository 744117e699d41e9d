import type { FileSystemError } from "vscode";
import { inertLine } from "../common/inert.js";
import { requestProblem } from "../common/problems.js";
import { asSentence } from "../common/sentence.js";
import type { VSCode } from "../common/vscode.js";

/** FileCode has the codes of failures of one file; others concern the connection. */
export const FileCode = {
  NotFound: "file.not-found",
  Denied: "file.permission-denied",
  Exists: "file.exists",
  Changed: "file.changed",
  IsDirectory: "file.is-directory",
  NotDirectory: "file.not-directory",
} as const;

/** concernsOneFile is false for failures that the next request for another file would have, too. */
export function concernsOneFile(code: string): boolean {
  return (code.startsWith("file.") && code !== "file.no-sftp") || code === "local.file";
}

/**
 * fileSystemError turns a failure into the editor's kind, which decides what it offers. The editor
 * shows the message in notifications, where links would run commands.
 */
export function fileSystemError(vscode: VSCode, err: unknown): FileSystemError {
  const { FileSystemError } = vscode;
  if (err instanceof FileSystemError) return err;
  const { code, message } = requestProblem(err).problem;
  const text = inertLine(asSentence(message));
  switch (code) {
    case FileCode.NotFound:
      return FileSystemError.FileNotFound(text);
    case FileCode.Denied:
      return FileSystemError.NoPermissions(text);
    case FileCode.Exists:
      return FileSystemError.FileExists(text);
    case FileCode.IsDirectory:
      return FileSystemError.FileIsADirectory(text);
    case FileCode.NotDirectory:
      return FileSystemError.FileNotADirectory(text);
    default:
      return FileSystemError.Unavailable(text);
  }
}
