// A folder with what goes into one platform's package, and nothing else.
import { chmod, cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundle } from "../esbuild.mjs";
import { bundledPackages, notices } from "./notices.mjs";
import { buildProgram, programModules } from "./program.mjs";

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
  const metafile = await bundle(join(folder, "dist"), { release: true });
  const text = await notices("The extension", await bundledPackages(metafile, source));
  await writeFile(join(folder, "dist/THIRD-PARTY.txt"), text);
}

async function stageProgram(target, folder) {
  const bin = join(folder, "bin");
  await mkdir(bin);
  await buildProgram(target, bin, (await manifest()).version);
  const text = await notices("The sunpyter program", await programModules(target));
  await writeFile(join(bin, "THIRD-PARTY.txt"), text);
}

/** The package says who may read and run a file: the same whatever the umask here is. */
async function settleModes(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((entry) => entry.isFile())) {
    const program = /^sunpyter(\.exe)?$/.test(entry.name);
    await chmod(join(entry.parentPath, entry.name), program ? 0o755 : 0o644);
  }
}
