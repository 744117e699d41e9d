import { existsSync } from "node:fs";
import path from "node:path";
import { EditorCode, requestProblem, RequestProblem } from "../common/problems.js";

/** BinaryLocation is where to look for the program. */
interface BinaryLocation {
  /** extensionPath is the folder in which the extension is installed. */
  readonly extensionPath: string;
  /** serverPath is the setting `sunpyter.serverPath`; "" means the package's own program. */
  readonly serverPath: string;
}

/** The platform as in the packages' names: "linux-x64", "win32-arm64". */
const platform = `${process.platform}-${process.arch}`;

/** findBinary returns the program's path, or throws a problem with advice if it is missing. */
export function findBinary(
  location: BinaryLocation,
  exists: (file: string) => boolean = existsSync,
): string {
  if (location.serverPath) {
    if (exists(location.serverPath)) return location.serverPath;
    throw missingProgram(
      `the setting sunpyter.serverPath names ${location.serverPath}, and there is no such file`,
      "Correct the setting or clear it",
    );
  }
  const name = process.platform === "win32" ? "sunpyter.exe" : "sunpyter";
  const file = path.join(location.extensionPath, "bin", name);
  if (exists(file)) return file;
  throw missingProgram(
    "this is the wrong Sunpyter package for this computer",
    `Install the package for this one: sunpyter-${platform}.vsix`,
  );
}

function missingProgram(answer: string, advice: string): RequestProblem {
  return programProblem(EditorCode.ServerMissing, answer, advice);
}

/** programProblem describes a failure of the program itself. */
export function programProblem(code: string, answer: string, advice: string): RequestProblem {
  const tried = "running Sunpyter's helper program";
  return new RequestProblem({
    code,
    message: `${tried}: ${answer}. ${advice}`,
    tried,
    answer,
    advice,
  });
}

/** System errors that mean "not allowed to run". */
const blockedErrors: readonly string[] = ["EACCES", "EPERM", "UNKNOWN"];

/** System errors that mean "not a program for this computer". */
const wrongPlatformErrors: readonly string[] = ["ENOEXEC", "EBADARCH", "EFTYPE"];

/** spawnProblem describes why the system could not start the program. */
export function spawnProblem(binary: string, err: unknown): RequestProblem {
  const code = (err as NodeJS.ErrnoException).code ?? "";
  if (blockedErrors.includes(code)) return blockedProblem(binary, code);
  if (wrongPlatformErrors.includes(code)) {
    return missingProgram(
      `${binary} is not for this computer (${code})`,
      `Install the package for this one: sunpyter-${platform}.vsix`,
    );
  }
  const { message } = requestProblem(err);
  return programProblem(EditorCode.ServerDied, message, "Reload the window to try again");
}

/** blockedProblem describes a program that the system's policy blocks. */
export function blockedProblem(binary: string, answer: string): RequestProblem {
  return programProblem(
    EditorCode.ServerBlocked,
    `the system's policy blocks ${binary} (${answer})`,
    `Ask IT to allow this program: ${binary}`,
  );
}

/** diedProblem describes a request that the program's end left unanswered. */
export function diedProblem(): RequestProblem {
  return programProblem(EditorCode.ServerDied, "it stopped before it answered", "Try again");
}
