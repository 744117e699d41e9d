import { readFileSync } from "node:fs";

/** Shown is a text that a user can see, and where it stands. */
export interface Shown {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** readForbidden reads the first column of the table in docs/words.md. */
export function readForbidden(file: string): string[] {
  const rows = readFileSync(file, "utf8").split("\n");
  const begin = rows.findIndex((row) => /^\|\s*-+/u.test(row)) + 1;
  return rows
    .slice(begin)
    .map((row) => /^\|\s*([a-z]+)\s*\|/u.exec(row)?.[1])
    .filter((word) => word !== undefined);
}

/** finder looks for any of the words, or a form of it: lease, leases, leased, leasing. */
export function finder(words: readonly string[]): RegExp {
  const forms = words.map((word) => {
    const last = word.at(-1) ?? "";
    return word.endsWith("e")
      ? `${word.slice(0, -1)}(?:e|es|ed|ing)`
      : `${word}(?:s|es|${last}?ed|${last}?ing|ion|ions)?`;
  });
  return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${forms.join("|")})(?![\\p{L}\\p{N}_])`, "iu");
}

/** complaints tells of every text that has such a word: "file:line: word in text". */
export function complaints(texts: Iterable<Shown>, forbidden: RegExp): string[] {
  return [...texts].flatMap(({ file, line, text }) => {
    const [word] = forbidden.exec(text) ?? [];
    return word === undefined ? [] : [`${file}:${line}: "${word}" in ${JSON.stringify(text)}`];
  });
}
