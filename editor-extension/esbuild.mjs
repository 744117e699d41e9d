// Bundles the extension into one file: `node esbuild.mjs` into dist/, with a source map for the
// debugger; package.mjs asks for the small one that goes into a package.
import { join } from "node:path";
import { build } from "esbuild";

/**
 * Writes extension.cjs into a folder and tells which files it was made from.
 *
 * @param {string} folder
 * @param {{ release: boolean }} how release: minified, and no source map (it would hold paths of this computer)
 * @returns {Promise<import("esbuild").Metafile>}
 */
export async function bundle(folder, { release }) {
  const { metafile } = await build({
    absWorkingDir: import.meta.dirname,
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

if (process.argv[1] === import.meta.filename)
  await bundle(join(import.meta.dirname, "dist"), { release: false });
