const escape = "\u001b";

/** fullScreen matches the sequences by which programs such as vim take and leave the whole screen. */
const fullScreen = new RegExp(`${escape}\\[\\?(?:47|1047|1049)([hl])`, "gu");

/** tail is how much of such a sequence may precede what is in the next piece of the output. */
const tail = 7;

/** Screen decodes a shell's output, and knows whether a program has the whole screen. */
export class Screen {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #end = "";
  /** isFullScreen is true while a line of ours would spoil what a program shows. */
  isFullScreen = false;

  /** decode returns the text of the next bytes; those of a character that is split wait for the rest. */
  decode(data: Uint8Array): string {
    const text = this.#decoder.decode(data, { stream: true });
    const seen = this.#end + text;
    const last = [...seen.matchAll(fullScreen)].at(-1);
    if (last) this.isFullScreen = last[1] === "h";
    this.#end = seen.slice(-tail);
    return text;
  }
}
