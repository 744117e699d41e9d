/**
 * Text from outside (a cluster's banner, Slurm's and Jupyter's output, host and file
 * names) must be shown as text and nothing else. VS Code gives two pieces of syntax a meaning in
 * plain strings:
 *
 * - `[text](command:…)`, also with `http(s):` and `file:`, is a link in notifications, in the title
 *   and message of a progress notification, and in the prompt and validation message of a quick
 *   input (`vs/base/common/linkedText.ts`). Such a link may run any command.
 * - `$(name)` is an icon in the labels of quick picks and of the status bar, and in the prompt
 *   (`vs/base/browser/ui/iconLabel/iconLabels.ts`).
 *
 * Each function here returns the text without them, and is idempotent.
 */

/** lineLimit is how many characters of a line are shown; VS Code cuts notifications there, too. */
const lineLimit = 1000;

/** blockLimit is how many characters of a text of several lines are shown. */
const blockLimit = 4000;

/**
 * Invisible characters: bidirectional controls, zero-width characters, tags, variation
 * selectors, fillers. They could reorder a text or hide a part of it.
 */
const invisible = /[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Cs}]/gu;

/** Characters that end a line or move a cursor. */
const control = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;

/** leadingIcon is the one icon that a label of ours begins with. */
const leadingIcon = /^\$\([a-z0-9-]+(?:~[a-z]+)?\)(?= |$)/u;

/** inertLine returns text as one line in which nothing is a link or an icon. */
export function inertLine(text: string): string {
  return shorten(harmless(visible(text).replace(control, " ").trim()), lineLimit);
}

/** inertLabel is {@link inertLine} for a label, which may begin with an icon. */
export function inertLabel(text: string): string {
  const [icon = ""] = leadingIcon.exec(text) ?? [];
  const rest = inertLine(text.slice(icon.length));
  return icon && rest ? `${icon} ${rest}` : icon + rest;
}

/** inertBlock is {@link inertLine} for a text that keeps its lines. */
export function inertBlock(text: string): string {
  return shorten(harmless(readable(text)), blockLimit);
}

/** readable returns text with its lines and tabs, without control or invisible characters. */
export function readable(text: string): string {
  return visible(text)
    .replace(/\r\n?/gu, "\n")
    .replace(control, (found) => found.replace(/[^\n\t]/gu, ""));
}

function visible(text: string): string {
  return text.replace(invisible, "");
}

/** harmless inserts spaces into the syntax of links and icons. */
function harmless(text: string): string {
  return text.replaceAll("](", "] (").replaceAll("$(", "$ (");
}

/** shorten cuts text to a number of characters, without splitting a surrogate pair. */
function shorten(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 1).replace(/[\uD800-\uDBFF]$/u, "")}…`;
}
