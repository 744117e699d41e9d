import type { Locator } from "playwright-core";
import { pace, until } from "./deadline.ts";
import { press } from "./press.ts";

/**
 * expand expands a row of a tree. The tree may be built anew meanwhile, which loses a click; but a
 * second click while the first is still at work would collapse the row.
 */
export async function expand(row: Locator): Promise<void> {
  let again = 0;
  const open = async () => {
    if ((await row.getAttribute("aria-expanded")) === "true") return true;
    if (Date.now() > again && (await press(row.locator(".monaco-tl-twistie"))))
      again = Date.now() + 10_000 * pace;
    return false;
  };
  await until("the folder to be expanded", open);
}
