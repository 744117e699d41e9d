import type { ProjectLeftOut } from "../protocol.js";
import { formatBytes } from "../text/units.js";

/** maxNamed is how many files are named in a sentence. */
const maxNamed = 3;

/** describeLeftOut names the files that are not copied, and why: ".env (may hold a secret), raw.bin (700 MB)". */
export function describeLeftOut(files: readonly ProjectLeftOut[]): string {
  const named = files.slice(0, maxNamed).map((file) => `${file.name} (${reasonOf(file)})`);
  const more = files.length - named.length;
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join(", ");
}

/** reasonOf returns why a file is not copied. */
export function reasonOf({ reason, bytes = 0 }: ProjectLeftOut): string {
  switch (reason) {
    case "secret":
      return "may hold a secret";
    case "too-large":
      return formatBytes(bytes);
    case "link":
      return "leads out of the folder";
    case "unreadable":
      return "can't be read";
    case "special":
      return "not a regular file";
  }
}
