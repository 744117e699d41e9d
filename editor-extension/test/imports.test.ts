import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import ts from "typescript";

/** Graph has the modules of src by their paths there, each with the modules that it imports. */
type Graph = ReadonlyMap<string, readonly string[]>;

/** Row is an item of the list in docs/architecture.md: a folder or a module, and what it may import. */
interface Row {
  readonly name: string;
  readonly imports: readonly string[];
}

/** readGraph counts `import type` and `import()` like any other: a circle of types is one for readers. */
function readGraph(): Graph {
  const files = readdirSync("src", { recursive: true, encoding: "utf8" })
    .map((file) => file.replaceAll(path.sep, "/"))
    .filter((file) => file.endsWith(".ts"));
  return new Map(
    files.map((file) => {
      const { importedFiles } = ts.preProcessFile(readFileSync(path.join("src", file), "utf8"));
      const imported = importedFiles
        .map(({ fileName }) => fileName)
        .filter((name) => name.startsWith("."))
        .map((name) => path.posix.join(path.posix.dirname(file), name.replace(/\.js$/u, ".ts")));
      return [file, imported];
    }),
  );
}

/** circlesOf returns the import circles that a walk from each module meets. */
function circlesOf(graph: Graph): string[] {
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (module: string, above: readonly string[]): void => {
    const at = above.indexOf(module);
    if (at >= 0) circles.push([...above.slice(at), module].join(" → "));
    if (at >= 0 || done.has(module)) return;
    for (const imported of graph.get(module) ?? []) walk(imported, [...above, module]);
    done.add(module);
  };
  for (const module of graph.keys()) walk(module, []);
  return circles;
}

/** readRows reads the extension's list in docs/architecture.md. */
function readRows(): Row[] {
  const page = readFileSync("../docs/architecture.md", "utf8");
  const section = page.split("\n## Code map of the extension\n")[1]?.split("\n## ")[0] ?? "";
  return [...section.matchAll(/^- .*(?:\n {2}.*)*/gmu)].map(([item]) => {
    const text = item.replaceAll(/\n {2}/gu, " ");
    const [, name = "", imports = ""] = /^- `([\w./]+)`: .* Imports: (.+)\.$/u.exec(text) ?? [];
    assert.ok(name, `an item cannot be read: ${text}`);
    return { name, imports: imports === "none" ? [] : imports.split(", ") };
  });
}

/** rowOf returns the row of a module: its folder's, or its own at the top of src. */
function rowOf(module: string): string {
  const folder = path.posix.dirname(module);
  return folder === "." ? module : `${folder}/`;
}

/** violations returns the imports that the rows do not allow. */
function violations(rows: readonly Row[], graph: Graph): string[] {
  const found = new Set<string>();
  for (const [module, imports] of graph) {
    const from = rowOf(module);
    const row = rows.find(({ name }) => name === from);
    if (!row) found.add(`${from} has no row`);
    for (const imported of imports) {
      const to = rowOf(imported);
      if (from !== to && !row?.imports.includes(to)) found.add(`${module} imports ${imported}`);
    }
  }
  return [...found];
}

test("imports: there is no cycle, not even of types", () => {
  const graph = readGraph();
  assert.ok(graph.size > 50, `only ${graph.size} modules were found`);
  assert.deepEqual(circlesOf(graph), []);
});

test("imports: folders import what docs/architecture.md says, only from the rows above theirs", () => {
  const rows = readRows();
  for (const [i, { name, imports }] of rows.entries()) {
    const above = rows.slice(0, i).map((row) => row.name);
    assert.deepEqual(
      imports.filter((one) => !above.includes(one)),
      [],
      `the row of ${name} names what has no row above it`,
    );
  }
  const graph = readGraph();
  assert.deepEqual(violations(rows, graph), []);
  const folders = new Set([...graph.keys()].map(rowOf));
  assert.deepEqual(
    rows.map(({ name }) => name).filter((name) => !folders.has(name)),
    [],
    "rows of what does not exist",
  );
});

test("imports: a cycle and a reversed import are found", () => {
  const graph: Graph = new Map([
    ["a/one.ts", ["b/two.ts"]],
    ["b/two.ts", ["b/three.ts"]],
    ["b/three.ts", ["a/one.ts"]],
    ["main.ts", ["a/one.ts", "b/two.ts"]],
  ]);
  assert.deepEqual(circlesOf(graph), ["a/one.ts → b/two.ts → b/three.ts → a/one.ts"]);
  const rows: Row[] = [
    { name: "b/", imports: [] },
    { name: "a/", imports: ["b/"] },
    { name: "main.ts", imports: ["a/"] },
  ];
  assert.deepEqual(violations(rows, graph), [
    "b/three.ts imports a/one.ts",
    "main.ts imports b/two.ts",
  ]);
});
