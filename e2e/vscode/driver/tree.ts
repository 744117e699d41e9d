import type { Locator } from "playwright-core";
import { patient, until } from "./deadline.ts";
import { press } from "./press.ts";

/** expand expands a row of a tree, which may be built anew meanwhile. */
export async function expand(row: Locator): Promise<void> {
  const open = async () => {
    if ((await row.getAttribute("aria-expanded")) === "true") return true;
    await press(row.locator(".monaco-tl-twistie"));
    return false;
  };
  await until("the folder to be expanded", open, { ...patient, every: 1_000 });
}
