import assert from "node:assert/strict";
import { readFileSync, statSync } from "node:fs";
import { test } from "node:test";

interface Setting {
  readonly default?: unknown;
}

interface Manifest {
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly category?: string;
      readonly title: string;
    }[];
    readonly menus: {
      readonly commandPalette: readonly { readonly command: string; readonly when: string }[];
    };
    readonly configuration: readonly { readonly properties: Record<string, Setting> }[];
  };
}

const manifest = JSON.parse(readFileSync("package.json", "utf8")) as Manifest;
const readme = readFileSync("README.md", "utf8");
const commands = readme.split(/^## /m).find((part) => part.startsWith("Commands")) ?? "";

/** What the list says of a default: nothing where there is nothing to see. */
function shown(value: unknown): string {
  return typeof value === "number" || (typeof value === "string" && value !== "")
    ? `\`${value}\``
    : "";
}

test("the readme lists every setting, with its default, and no other", () => {
  const wanted = manifest.contributes.configuration.flatMap(({ properties }) =>
    Object.entries(properties).map(([name, setting]) => `${name} ${shown(setting.default)}`),
  );
  const listed = [...readme.matchAll(/^- `(sunpyter\.[\w.]+)`(?: \((\S+)\))?: /gm)].map(
    ([, name, value]) => `${name ?? ""} ${value ?? ""}`,
  );
  assert.deepEqual(listed.sort(), wanted.sort());
});

test("the readme lists every command, and no other", () => {
  const hidden = manifest.contributes.menus.commandPalette.filter(({ when }) => when === "false");
  const wanted = manifest.contributes.commands
    .filter(({ command }) => !hidden.some((one) => one.command === command))
    .map(({ category, title }) => [category, title].filter(Boolean).join(": "));
  const listed = [...commands.matchAll(/^- \*\*(.+?)\*\*: /gm)].map(([, title]) => title);
  assert.deepEqual(listed.sort(), wanted.sort());
});

test("the readme's pictures are in the repository, and small enough to be loaded at once", () => {
  // The Marketplace shows only pictures with a whole address.
  const base = "https://github.com/sa2c/sunpyter/raw/HEAD/";
  const links = [...readme.matchAll(/^\[\w+\]: (.+\.gif)$/gm)].map(([, link = ""]) => link);
  assert.ok(links.length > 0);
  for (const link of links) {
    assert.ok(link.startsWith(base), link);
    const { size } = statSync(`../${link.slice(base.length)}`);
    assert.ok(size > 10_000 && size < 1_500_000, `${link} has ${size} bytes`);
  }
});
