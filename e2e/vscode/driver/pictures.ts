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

/** themes are a dark, a light and a high-contrast one, by VS Code's names. */
export const themes = ["Light Modern", "Dark Modern", "Dark High Contrast"] as const;

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
