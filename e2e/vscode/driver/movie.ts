import { writeFileSync } from "node:fs";
import { join } from "node:path";
import gifenc from "gifenc";
import type { Page } from "playwright-core";
import { rig } from "./rig.ts";

/** Picture is what a window showed, and for how long it is shown. */
interface Picture {
  readonly png: Buffer;
  readonly seconds: number;
}

/** Movie is the moving picture of the README, made of a few pictures of a window. */
export class Movie {
  /** isWanted is false unless the README's pictures are taken: then it does nothing. */
  readonly isWanted = rig.Pictures !== "";
  readonly #page: Page;
  readonly #pictures: Picture[] = [];

  constructor(page: Page) {
    this.#page = page;
  }

  /** add adds what the window shows now. */
  async add(seconds: number): Promise<void> {
    if (this.isWanted) this.#pictures.push({ png: await this.#page.screenshot(), seconds });
  }

  /** save writes it to the README's pictures. */
  async save(name: string): Promise<void> {
    if (!this.isWanted) return;
    const page = await this.#page.context().newPage();
    const gif = gifenc.GIFEncoder();
    let previous: Uint32Array | undefined;
    for (const { png, seconds } of this.#pictures) {
      const { rgba, width, height } = await decode(page, png);
      const pixels = new Uint32Array(rgba.buffer, rgba.byteOffset, rgba.byteLength / 4);
      const palette = gifenc.quantize(changed(pixels, previous), colors);
      const index = gifenc.applyPalette(rgba, palette);
      // What stays as it was is transparent, which makes the file much smaller.
      const clear = palette.push([0, 0, 0]) - 1;
      for (const [i, pixel] of pixels.entries()) if (pixel === previous?.[i]) index[i] = clear;
      gif.writeFrame(index, width, height, {
        palette,
        delay: seconds * 1000,
        transparent: true,
        transparentIndex: clear,
        dispose: 1,
      });
      previous = pixels;
    }
    gif.finish();
    await page.close();
    writeFileSync(join(rig.Pictures, `${name}.gif`), gif.bytes());
  }
}

/** colors is how many of a frame's 256 colours are for pixels that are drawn. */
const colors = 255;

/** changed returns the pixels that are not as in the picture before. */
function changed(pixels: Uint32Array, previous: Uint32Array | undefined): Uint8Array {
  const some = pixels.filter((pixel, i) => pixel !== previous?.[i]);
  return new Uint8Array((some.length > 0 ? some : pixels.slice(0, 1)).buffer);
}

/** decode returns a picture's pixels; the browser can read PNG. */
async function decode(page: Page, png: Buffer) {
  const decoded = await page.evaluate(async (base64) => {
    const data = await fetch(`data:image/png;base64,${base64}`);
    const bitmap = await createImageBitmap(await data.blob());
    const { width, height } = bitmap;
    const context = new OffscreenCanvas(width, height).getContext("2d");
    if (!context) throw new Error("the browser has no canvas");
    context.drawImage(bitmap, 0, 0);
    const reader = new FileReader();
    const read = new Promise((done) => (reader.onload = done));
    reader.readAsDataURL(new Blob([context.getImageData(0, 0, width, height).data]));
    await read;
    return { width, height, url: reader.result as string };
  }, png.toString("base64"));
  const { width, height, url } = decoded;
  return { width, height, rgba: Uint8Array.from(Buffer.from(url.replace(/^.*,/, ""), "base64")) };
}
