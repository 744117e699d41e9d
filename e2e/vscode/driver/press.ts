import type { Locator } from "playwright-core";

/**
 * press clicks the first element if a user could: it is on the screen, and nothing lies over it.
 * It reports whether it did. The click is one step within the page. Playwright's own is many, and one
 * that times out may have clicked nevertheless, so that a retry would click twice.
 */
export function press(wanted: Locator): Promise<boolean> {
  return wanted.evaluateAll(([first]) => {
    if (!(first instanceof HTMLElement) || !first.checkVisibility()) return false;
    const { left, top, width, height } = first.getBoundingClientRect();
    const there = document.elementFromPoint(left + width / 2, top + height / 2);
    if (!first.contains(there)) return false;
    first.click();
    return true;
  });
}
