import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import { test } from "node:test";

interface Package {
  readonly bin?: Record<string, string> | string;
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
  readonly scripts: Record<string, string>;
}

const manifest = read("package.json") as Package;
const declared = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });

function read(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** The packages that our sources, our tests and our tools import. */
function imported(): Set<string> {
  const files = ["src", "test", "packaging"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) =>
      path.join(folder, file),
    ),
  );
  const sources = [...files, ...readdirSync(".")].filter((file) => /\.(ts|js|mjs)$/.test(file));
  const names = sources.flatMap((file) =>
    [
      ...readFileSync(file, "utf8").matchAll(/(?:from|import) "(?!node:)((?:@[\w-]+\/)?[\w-]+)/g),
    ].map(([, name]) => name ?? ""),
  );
  return new Set(names);
}

/** Whether a script of package.json runs one of the package's programs. */
function runs(name: string): boolean {
  const require = createRequire(import.meta.url);
  const { bin = {} } = read(require.resolve(`${name}/package.json`)) as Package;
  const programs = typeof bin === "string" ? [name] : Object.keys(bin);
  const words = Object.values(manifest.scripts).flatMap((script) => script.split(" "));
  return programs.some((program) => words.includes(program));
}

test("every dependency is used", () => {
  const used = imported();
  const { compilerOptions } = read("tsconfig.json") as { compilerOptions: { types: string[] } };
  const typed = [...compilerOptions.types, ...used];
  const types = new Set(typed.map((name) => `@types/${name}`));
  const unused = declared.filter((name) => !used.has(name) && !types.has(name) && !runs(name));
  assert.deepEqual(unused, []);
});

test("every package that is imported is a dependency", () => {
  const given = new Set([...declared, "vscode"]);
  assert.deepEqual(
    [...imported()].filter((name) => !given.has(name) && !isBuiltin(name)),
    [],
  );
});

test("the JSON-RPC library is loaded when the program is first run, not with the extension", () => {
  const importing = readdirSync("src/server").filter((file) =>
    /^import (?!type )[^;]*"(\.\/connection\.js|vscode-jsonrpc[^"]*)"/m.test(
      readFileSync(path.join("src/server", file), "utf8"),
    ),
  );
  assert.deepEqual(importing, ["connection.ts"]);
});
