// Bundles the extension into one file: `node esbuild.mjs` into dist/, with a source map for the
// debugger; package.mjs asks for the small one that goes into a package.
import { dirname, join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));

/**
 * Writes extension.cjs into a folder and tells which files it was made from.
 *
 * @param {string} folder
 * @param {{ release: boolean }} how release: minified, and no source map (it would hold paths of this computer)
 * @returns {Promise<import("esbuild").Metafile>}
 */
export async function bundle(folder, { release }) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ["src/extension.ts"],
    outfile: join(folder, "extension.cjs"),
    bundle: true,
    external: ["vscode"],
    format: "cjs",
    platform: "node",
    target: "node20", // what VS Code 1.100 runs on
    minify: release,
    sourcemap: !release,
    metafile: true,
    logLevel: "warning",
  });
  return metafile;
}

if (argv[1] === fileURLToPath(import.meta.url))
  await bundle(join(root, "dist"), { release: false });
