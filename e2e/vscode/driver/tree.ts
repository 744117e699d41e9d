import type { Locator } from "playwright-core";
import { actUntil } from "./deadline.ts";
import { press } from "./press.ts";

/** expand expands a row of a tree. */
export async function expand(row: Locator): Promise<void> {
  const isExpanded = async () => (await row.getAttribute("aria-expanded")) === "true";
  const click = () => press(row.locator(".monaco-tl-twistie"));
  await actUntil("the folder to be expanded", isExpanded, click);
}
