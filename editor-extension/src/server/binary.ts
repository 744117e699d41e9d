import { existsSync } from "node:fs";
import path from "node:path";
import { EditorCode, RequestProblem } from "../common/problems.js";

/** Place is where the program is looked for. */
export interface Place {
  /** extensionPath is the folder into which this package was installed. */
  readonly extensionPath: string;
  /** serverPath is the setting `sunpyter.serverPath`; "" means the package's own program. */
  readonly serverPath: string;
}

/** This computer as packages are named after it: "linux-x64", "win32-arm64". */
const here = `${process.platform}-${process.arch}`;

/** findBinary gives the program's path, or throws what a person can do about its absence. */
export function findBinary(place: Place, exists: (file: string) => boolean = existsSync): string {
  if (place.serverPath) {
    if (exists(place.serverPath)) return place.serverPath;
    throw missing(
      `the setting sunpyter.serverPath names ${place.serverPath}, and there is no such file`,
      "Correct the setting or clear it",
    );
  }
  const name = process.platform === "win32" ? "sunpyter.exe" : "sunpyter";
  const file = path.join(place.extensionPath, "bin", name);
  if (exists(file)) return file;
  throw missing(
    "this package of Sunpyter is for another kind of computer",
    `Install the package for this one: sunpyter-${here}.vsix`,
  );
}

function missing(answer: string, advice: string): RequestProblem {
  return problem(EditorCode.ServerMissing, answer, advice);
}

/** problem puts a failure of the program itself into words. */
export function problem(code: string, answer: string, advice: string): RequestProblem {
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
const forbidden: readonly string[] = ["EACCES", "EPERM", "UNKNOWN"];

/** Errors that mean "this is no program for this computer". */
const foreign: readonly string[] = ["ENOEXEC", "EBADARCH", "EFTYPE"];

/** spawnProblem says why the system would not begin to run the program. */
export function spawnProblem(binary: string, err: unknown): RequestProblem {
  const code = (err as NodeJS.ErrnoException).code ?? "";
  if (forbidden.includes(code)) return blocked(binary, code);
  if (foreign.includes(code)) {
    return missing(
      `${binary} is not for this computer (${code})`,
      `Install the package for this one: sunpyter-${here}.vsix`,
    );
  }
  const message = err instanceof Error ? err.message : String(err);
  return problem(EditorCode.ServerDied, message, "Reload the window to try again");
}

/** blocked says that the system's policy is in the way. */
export function blocked(binary: string, answer: string): RequestProblem {
  return problem(
    EditorCode.ServerBlocked,
    `the system's policy blocks ${binary} (${answer})`,
    `Ask IT to allow this program: ${binary}`,
  );
}

/** died is what is told of a request that the program's end left unanswered. */
export function died(): RequestProblem {
  return problem(EditorCode.ServerDied, "it stopped before it answered", "Try again");
}
