// The Go program, built for any platform on this one.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { targets } from "./targets.mjs";

const run = promisify(execFile);
const repository = join(import.meta.dirname, "../..");
const command = "./cmd/sunpyter";

/**
 * Runs go for a platform and gives what it prints. Without C, so that no compiler for that
 * platform is needed and the program runs on any libc.
 */
async function go(target, ...args) {
  const { goos, goarch } = targets[target];
  const env = { ...process.env, CGO_ENABLED: "0", GOOS: goos, GOARCH: goarch };
  const { stdout } = await run("go", args, { cwd: repository, env, maxBuffer: 1 << 24 });
  return stdout;
}

/**
 * Builds the program into a folder and returns its path: sunpyter, or sunpyter.exe. No path of
 * this computer is in it.
 */
export async function buildProgram(target, folder, version) {
  const name = targets[target].goos === "windows" ? "sunpyter.exe" : "sunpyter";
  const ldflags = `-s -w -X main.version=${version}`;
  const program = join(folder, name);
  await go(target, "build", "-trimpath", "-ldflags", ldflags, "-o", program, command);
  return program;
}

/**
 * Gives the modules that are linked into a platform's program, Go's own library first.
 *
 * @returns {Promise<{ name: string, folder: string }[]>}
 */
export async function programModules(target) {
  const format = "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}";
  const listed = await go(target, "list", "-deps", "-f", format, command);
  const lines = [...new Set(listed.split("\n").filter(Boolean))].sort();
  const modules = lines.map((line) => line.split("\t")).map(([name, folder]) => ({ name, folder }));
  const [version, root] = (await go(target, "env", "GOVERSION", "GOROOT")).trim().split("\n");
  return [{ name: `The Go standard library ${version}`, folder: root }, ...modules];
}
