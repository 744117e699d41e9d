import type { Shown } from "./forbidden.js";
import { isCode } from "./sources.js";

/** shownByText returns the lines of a document or a picture, names for programs left out. */
export function shownByText(file: string, content: string): Shown[] {
  return content.split("\n").map((text, i) => ({
    file,
    line: i + 1,
    text: text
      .replaceAll(/\]\([^)]*\)/gu, "]")
      .replaceAll(/`([^`]*)`/gu, (span, code: string) => (isCode(code) ? "" : span)),
  }));
}

/**
 * shownByManifest returns the texts of package.json that the editor shows: every value that is
 * no name for programs, and the keys of settings, which the Settings editor splits into words.
 */
export function shownByManifest(file: string, content: string): Shown[] {
  const lines = content.split("\n");
  const manifest = JSON.parse(content) as Record<string, unknown>;
  const found: Shown[] = [];
  const say = (text: string, written: string): void => {
    const line = lines.findIndex((one) => one.includes(JSON.stringify(written).slice(1, -1))) + 1;
    found.push({ file, line, text });
  };
  const visit = (value: unknown, key: string): void => {
    if (typeof value === "string" && !isCode(value) && key !== "pattern") say(value, value);
    if (typeof value !== "object" || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (name.startsWith("sunpyter.")) say(asTitle(name), name);
      visit(inner, name);
    }
  };
  for (const key of ["displayName", "description", "contributes", "capabilities"]) {
    visit(manifest[key], key);
  }
  return found;
}

/** asTitle is a setting's key as the Settings editor shows it: "Keep Minutes". */
function asTitle(key: string): string {
  return key.slice(key.indexOf(".") + 1).replaceAll(/(?<=[a-z])(?=[A-Z])/gu, " ");
}
