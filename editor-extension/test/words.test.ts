import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { shownByManifest, shownByText } from "./words/documents.js";
import { complaints, finder, readForbidden } from "./words/forbidden.js";
import { mayShow, shownBySource } from "./words/sources.js";

const words = readForbidden("../docs/words.md");
const forbidden = finder(words);

test("no screen shows a word of docs/words.md", () => {
  assert.ok(words.includes("lease"), "the table in docs/words.md was not found");
  const files = [
    ...filesIn("src", ".ts").map((file) => ({ file, shown: shownBySource })),
    ...filesIn("walkthrough").map((file) => ({ file, shown: shownByText })),
    ...["README.md", "CHANGELOG.md"].map((file) => ({ file, shown: shownByText })),
    { file: "package.json", shown: shownByManifest },
  ];
  assert.ok(files.length > 20, "hardly any file was found");
  const texts = files
    .map(({ file, shown }) => ({ file, shown, content: readFileSync(file, "utf8") }))
    .filter(({ shown, content }) => shown !== shownBySource || mayShow(content, forbidden))
    .flatMap(({ file, shown, content }) => shown(file, content));
  assert.deepEqual(complaints(texts, forbidden), []);
});

test("a forbidden word is found in every form, as a whole word, with its place", () => {
  const found = (text: string): boolean => forbidden.test(text);
  for (const text of ["Lease", "the leases", "leasing", "adopted", "Adoption.", "tunnelling"]) {
    assert.ok(found(text), text);
  }
  for (const text of ["please", "graceful", "stepfather", "obsession", "release", "route66"]) {
    assert.ok(!found(text), text);
  }
  const source = 'const a = "fine";\n\nshow(`Your session on ${node} goes on`);\n';
  assert.deepEqual(complaints(shownBySource("a.ts", source), forbidden), [
    'a.ts:3: "session" in "Your session on … goes on"',
  ]);
});

test("identifiers are not texts", () => {
  const source = `
    import { x } from "./session";
    type Kind = "session" | "route";
    const map = { "session": x["session"], route: 1 };
    if (kind === "session" || "lease" in map) request("kernel/takeOver", "sunpyter.reloadGraceSeconds");
    switch (kind) { case "route": fetch(\`\${base}/api/sessions?\${token}\`); }
  `;
  assert.deepEqual(complaints(shownBySource("a.ts", source), forbidden), []);
});

test("a source that shows a word is parsed, however it is written", () => {
  for (const source of [
    'say("a lease");',
    "say(`a lease`);",
    "say(`a\nlease`);",
    "f(\n  'a lease',\n)",
  ]) {
    assert.ok(mayShow(source, forbidden), source);
  }
  for (const source of ["/** a `lease` */", "// the lease's", "  const session = lease;"]) {
    assert.ok(!mayShow(source, forbidden), source);
  }
});

test("the Settings editor shows a setting's key as words", () => {
  const manifest = JSON.stringify({
    contributes: { configuration: { properties: { "sunpyter.kernelLeaseMinutes": {} } } },
  });
  assert.deepEqual(complaints(shownByManifest("package.json", manifest), forbidden), [
    'package.json:1: "Lease" in "kernel Lease Minutes"',
  ]);
});

test("documents: code is left out when it is a name, and looked at when it is a sentence", () => {
  const text = "`kernel/takeOver` is [told](session.md)\n`adopt a kernel`";
  assert.deepEqual(complaints(shownByText("a.md", text), forbidden), [
    'a.md:2: "adopt" in "`adopt a kernel`"',
  ]);
});

function filesIn(folder: string, ending = ""): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending) && name.includes("."))
    .map((name) => `${folder}/${name}`);
}
