import { existsSync } from "node:fs";
import path from "node:path";
import { EditorCode, RequestProblem } from "../common/problems.js";

/** BinaryLocation is where the program is looked for. */
interface BinaryLocation {
  /** extensionPath is the folder into which this package was installed. */
  readonly extensionPath: string;
  /** serverPath is the setting `sunpyter.serverPath`; "" means the package's own program. */
  readonly serverPath: string;
}

/** This computer as packages are named after it: "linux-x64", "win32-arm64". */
const platform = `${process.platform}-${process.arch}`;

/** findBinary gives the program's path, or throws what a person can do about its absence. */
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

/** programProblem puts a failure of the program itself into words. */
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

/** Errors of the system that mean "this may not run here". */
const blockedErrors: readonly string[] = ["EACCES", "EPERM", "UNKNOWN"];

/** Errors that mean "this is no program for this computer". */
const wrongPlatformErrors: readonly string[] = ["ENOEXEC", "EBADARCH", "EFTYPE"];

/** spawnProblem says why the system would not begin to run the program. */
export function spawnProblem(binary: string, err: unknown): RequestProblem {
  const code = (err as NodeJS.ErrnoException).code ?? "";
  if (blockedErrors.includes(code)) return blockedProblem(binary, code);
  if (wrongPlatformErrors.includes(code)) {
    return missingProgram(
      `${binary} is not for this computer (${code})`,
      `Install the package for this one: sunpyter-${platform}.vsix`,
    );
  }
  const message = err instanceof Error ? err.message : String(err);
  return programProblem(EditorCode.ServerDied, message, "Reload the window to try again");
}

/** blockedProblem says that the system's policy is in the way. */
export function blockedProblem(binary: string, answer: string): RequestProblem {
  return programProblem(
    EditorCode.ServerBlocked,
    `the system's policy blocks ${binary} (${answer})`,
    `Ask IT to allow this program: ${binary}`,
  );
}

/** diedProblem is what is told of a request that the program's end left unanswered. */
export function diedProblem(): RequestProblem {
  return programProblem(EditorCode.ServerDied, "it stopped before it answered", "Try again");
}
