import { join } from "node:path";
import type { Page } from "playwright-core";
import { rig } from "./rig.ts";

/** Clip is a part of the window, in its pixels. */
export interface Clip {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Theme is a colour theme: VS Code's name for it, and the class that its window has with it. */
export interface Theme {
  readonly name: string;
  readonly class: string;
}

/** themes are a light, a dark and a high-contrast one. */
export const themes: readonly Theme[] = [
  { name: "Light Modern", class: "vs" },
  { name: "Dark Modern", class: "vs-dark" },
  { name: "Dark High Contrast", class: "hc-black" },
];

/** screenshot saves a picture of a page, and returns its path. */
export async function screenshot(page: Page, name: string): Promise<string> {
  const path = join(rig.Screenshots, `${fileName(name)}.png`);
  await page.screenshot({ path });
  return path;
}

/** picture keeps a part of a page for the README, if its pictures are wanted. */
export async function picture(page: Page, name: string, clip: Clip): Promise<void> {
  if (rig.Pictures === "") return;
  await page.screenshot({ path: join(rig.Pictures, `${fileName(name)}.png`), clip });
}

/** fileName makes a file's name of a text. */
export function fileName(text: string): string {
  return text.replaceAll(/[^\w.-]+/g, "-");
}
