// Makes the packages that people install: `npm run package` all six, `npm run package -- linux-x64`
// one. --out FOLDER says where they go; otherwise into dist/ of the repository. It needs no network.
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { createVSIX } from "@vscode/vsce";
import { stage } from "./packaging/stage.mjs";
import { targets } from "./packaging/targets.mjs";

const root = import.meta.dirname;
const mostBytes = 12 << 20;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: "string", default: join(root, "../dist") } },
});
const wanted = positionals.length > 0 ? positionals : Object.keys(targets);
const unknown = wanted.filter((target) => !(target in targets));
if (unknown.length > 0) {
  console.error(
    `no such platform: ${unknown.join(", ")}. There are ${Object.keys(targets).join(", ")}.`,
  );
  process.exit(2);
}

// What makes the same commit give the same bytes: vsce puts this time on every file, as the local
// time of day, and sorts them.
process.env.SOURCE_DATE_EPOCH ||= commitTime();
process.env.TZ = "UTC";

const out = resolve(values.out);
await mkdir(out, { recursive: true });
for (const target of wanted) await makePackage(target, join(out, `sunpyter-${target}.vsix`));

async function makePackage(target, file) {
  const folder = await mkdtemp(join(tmpdir(), "sunpyter-package-"));
  try {
    await stage(target, folder);
    await createVSIX({ cwd: folder, packagePath: file, target, dependencies: false });
  } finally {
    await rm(folder, { recursive: true });
  }
  const { size } = await stat(file);
  if (size > mostBytes) throw new Error(`${file} has ${size} bytes: more than ${mostBytes}`);
}

function commitTime() {
  return execFileSync("git", ["log", "-1", "--format=%ct"], { cwd: root, encoding: "utf8" }).trim();
}
