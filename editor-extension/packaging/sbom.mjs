// Software bills of materials, SPDX 2.3: what a file that we ship was made from.
import { Buffer } from "node:buffer";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, join, relative } from "node:path";

const repository = join(import.meta.dirname, "../..");
const home = "https://github.com/sa2c/sunpyter";

/**
 * Returns the modules that a program was linked from, as the program itself names them, Go's
 * standard library first.
 */
export function programPackages(program) {
  const json = execFileSync("go", ["version", "-m", "-json", program], { encoding: "utf8" });
  const { GoVersion, Deps } = JSON.parse(json);
  const modules = Deps.map(({ Path, Version, Replace }) => ({
    name: Replace?.Path ?? Path,
    version: Replace?.Version ?? Version,
  }));
  return [{ name: "stdlib", version: GoVersion.replace(/^go/, "") }, ...modules].map((module) => ({
    ...module,
    purl: `pkg:golang/${module.name}@${module.version}`,
  }));
}

/** Returns the npm packages in folders, as package-lock.json names them. */
export async function lockedPackages(folders) {
  const lock = JSON.parse(await readFile(join(repository, "package-lock.json"), "utf8"));
  return folders.map((folder) => {
    const path = /(^|\/)(node_modules\/.*)$/.exec(relative(repository, folder))[2];
    const entry = lock.packages[path];
    if (entry === undefined) throw new Error(`package-lock.json has no ${path}`);
    const name = path.replace(/^.*node_modules\//, "");
    const [algorithm, digest] = entry.integrity.split("-");
    return {
      name,
      version: entry.version,
      license: entry.license,
      purl: `pkg:npm/${name.replace("@", "%40")}@${entry.version}`,
      checksum: {
        algorithm: algorithm.toUpperCase(),
        checksumValue: Buffer.from(digest, "base64").toString("hex"),
      },
    };
  });
}

/**
 * Returns the SPDX document of one file. The same file gives the same document; its time is
 * SOURCE_DATE_EPOCH.
 *
 * @param {string} path the file
 * @param {string} version ours
 * @param {{ name: string, version: string, license?: string, purl: string, checksum?: object }[]} parts
 */
export async function sbom(path, version, parts) {
  const data = await readFile(path);
  const file = basename(path);
  const sha256 = digest("sha256", data);
  const packages = parts.map((part, i) => packageOf(part, `SPDXRef-Package-${i + 1}`));
  return {
    spdxVersion: "SPDX-2.3",
    dataLicense: "CC0-1.0",
    SPDXID: "SPDXRef-DOCUMENT",
    name: `${file} ${version}`,
    documentNamespace: `${home}/spdx/${version}/${file}-${sha256}`,
    creationInfo: {
      created: new Date(Number(process.env.SOURCE_DATE_EPOCH) * 1000)
        .toISOString()
        .replace(".000", ""),
      creators: [`Tool: sunpyter-package-${version}`],
    },
    files: [
      {
        SPDXID: "SPDXRef-File",
        fileName: `./${file}`,
        checksums: [
          { algorithm: "SHA1", checksumValue: digest("sha1", data) },
          { algorithm: "SHA256", checksumValue: sha256 },
        ],
        licenseConcluded: "NOASSERTION",
        licenseInfoInFiles: ["MIT"],
        copyrightText: "NOASSERTION",
      },
    ],
    packages,
    relationships: [
      relationship("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-File"),
      ...packages.map(({ SPDXID }) => relationship("SPDXRef-File", "GENERATED_FROM", SPDXID)),
    ],
  };
}

function packageOf({ name, version, license, purl, checksum }, SPDXID) {
  return {
    SPDXID,
    name,
    versionInfo: version,
    downloadLocation: "NOASSERTION",
    filesAnalyzed: false,
    licenseConcluded: "NOASSERTION",
    licenseDeclared: license ?? "NOASSERTION",
    copyrightText: "NOASSERTION",
    ...(checksum && { checksums: [checksum] }),
    externalRefs: [
      { referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: purl },
    ],
  };
}

function relationship(spdxElementId, relationshipType, relatedSpdxElement) {
  return { spdxElementId, relationshipType, relatedSpdxElement };
}

function digest(algorithm, data) {
  return createHash(algorithm).update(data).digest("hex");
}
