import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Editor } from "./editor.ts";

/** logged returns when our log had lines with a text, in milliseconds since 1970, oldest first. */
export function logged(editor: Editor, text: RegExp): readonly number[] {
  const folder = join(editor.folder, "data/logs");
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => name.endsWith("/Sunpyter.log"))
    .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))
    .filter((line) => text.test(line))
    .map((line) => Date.parse(line.slice(0, "2026-01-31 12:00:00.000".length)))
    .toSorted((a, b) => a - b);
}
