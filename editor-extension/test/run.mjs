// Runs the unit tests: all of test/**/*.test.ts in one process, which takes a second less
// than one process a file. `npm test -- kernels` runs those whose path contains "kernels".
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";

const root = path.dirname(import.meta.dirname);
const wanted = process.argv.slice(2);
const files = readdirSync(path.join(root, "test"), { recursive: true })
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => `test/${file.replaceAll(path.sep, "/")}`)
  .filter((file) => wanted.length === 0 || wanted.some((word) => file.includes(word)))
  .sort();
if (files.length === 0) {
  console.error("no test's path contains", wanted);
  process.exit(1);
}

// In out/, so that packages are found from there.
mkdirSync(path.join(root, "out"), { recursive: true });
const folder = mkdtempSync(path.join(root, "out", "test-"));
try {
  const bundle = path.join(folder, "all.mjs");
  await build({
    stdin: {
      contents: files.map((file) => `import "./${file}";`).join("\n"),
      resolveDir: root,
    },
    outfile: bundle,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: "inline",
    logLevel: "warning",
  });
  const run = spawnSync(
    process.execPath,
    // All tests together take seconds: after ten minutes one of them hangs.
    ["--enable-source-maps", "--test", "--test-timeout=600000", "--test-reporter=spec", bundle],
    {
      cwd: root,
      stdio: "inherit",
    },
  );
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
