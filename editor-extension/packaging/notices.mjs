// The licences of what others wrote and we ship.
import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";

const notice = /^(licen[cs]e|copying|notice|patents|third.?party.?notices)([.-].*)?$/i;
const rule = "=".repeat(80);

/**
 * Gives the text that must go with a program: each part's name and its licence files.
 *
 * @param {string} program what the parts are in
 * @param {{ name: string, folder: string }[]} parts a part without a licence file is an error
 */
export async function notices(program, parts) {
  const texts = await Promise.all(parts.map(partNotice));
  return [`${program} contains these works, under their licences:\n`, ...texts].join("\n");
}

async function partNotice({ name, folder }) {
  const files = (await readdir(folder)).filter((file) => notice.test(file)).sort();
  if (files.length === 0) throw new Error(`${name} has no licence file: may we ship it?`);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  return [rule, name, rule, ...texts.map((text) => text.replaceAll("\r\n", "\n").trim()), ""].join(
    "\n\n",
  );
}

/**
 * Gives the npm packages that a bundle was made from.
 *
 * @param {import("esbuild").Metafile} metafile
 * @param {string} root what the metafile's paths start from
 */
export async function bundledPackages(metafile, root) {
  const found = Object.keys(metafile.inputs).map(
    (input) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(input)?.[0],
  );
  const folders = [...new Set(found)].filter((folder) => folder !== undefined).sort();
  return Promise.all(folders.map((folder) => npmPackage(resolve(root, folder))));
}

async function npmPackage(folder) {
  const { name, version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  return { name: `${name} ${version}`, folder };
}
