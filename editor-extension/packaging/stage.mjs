// A folder with what goes into one platform's package, and nothing else.
import { chmod, cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { bundle } from "../esbuild.mjs";
import { bundledPackages, notices } from "./notices.mjs";
import { buildProgram, programModules } from "./program.mjs";
import { lockedPackages, programPackages, sbom } from "./sbom.mjs";

const source = join(import.meta.dirname, "..");
const made = ["bin", "dist"];

/** The extension's package.json: its version is also the program's. */
export async function manifest() {
  return JSON.parse(await readFile(join(source, "package.json"), "utf8"));
}

/** Fills a folder. The source tree stays as it is. */
export async function stage(target, folder) {
  const { files } = await manifest();
  for (const name of ["README.md", ...files.filter((name) => !made.includes(name))]) {
    await cp(join(source, name), join(folder, name), { recursive: true });
  }
  await stageManifest(folder);
  await stageBundle(folder);
  await stageProgram(target, folder);
  await settleModes(folder);
}

/** What only developers and npm read stays out. */
async function stageManifest(folder) {
  const kept = await manifest();
  for (const name of ["private", "scripts", "dependencies", "devDependencies"]) delete kept[name];
  await writeFile(join(folder, "package.json"), JSON.stringify(kept, null, 2) + "\n");
}

async function stageBundle(folder) {
  const dist = join(folder, "dist");
  const metafile = await bundle(dist, { release: true });
  const packages = await bundledPackages(metafile, source);
  await writeFile(join(dist, "THIRD-PARTY.txt"), await notices("The extension", packages));
  await writeSBOM(join(dist, "extension.cjs"), await lockedPackages(packages.map((p) => p.folder)));
}

async function stageProgram(target, folder) {
  const bin = join(folder, "bin");
  await mkdir(bin);
  const program = await buildProgram(target, bin, (await manifest()).version);
  const text = await notices("The sunpyter program", await programModules(target));
  await writeFile(join(bin, "THIRD-PARTY.txt"), text);
  await writeSBOM(program, programPackages(program));
}

/** Writes what a file was made from beside it: sbom.spdx.json. */
async function writeSBOM(file, packages) {
  const document = await sbom(file, (await manifest()).version, packages);
  await writeFile(join(dirname(file), "sbom.spdx.json"), JSON.stringify(document, null, 2) + "\n");
}

/** The package says who may read and run a file: the same whatever the umask here is. */
async function settleModes(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((entry) => entry.isFile())) {
    const program = /^sunpyter(\.exe)?$/.test(entry.name);
    await chmod(join(entry.parentPath, entry.name), program ? 0o755 : 0o644);
  }
}
