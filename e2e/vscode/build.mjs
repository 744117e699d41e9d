// node build.mjs [FOLDER]: builds the test extension jupyter-stub, unpacked, into FOLDER (dist/jupyter-stub).
import { cp, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "jupyter-stub");
const folder = process.argv[2] ?? join(here, "dist", "jupyter-stub");

await mkdir(folder, { recursive: true });
await cp(join(source, "package.json"), join(folder, "package.json"));
await build({
  entryPoints: [join(source, "extension.ts")],
  outfile: join(folder, "extension.cjs"),
  bundle: true,
  platform: "node",
  format: "cjs",
  target: "node20",
  external: ["vscode"],
  logLevel: "warning",
});
