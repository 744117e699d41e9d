import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { rig } from "./rig.ts";

let shared: Promise<Browser> | undefined;

/** openBrowser starts a browser; one with a profile of its own for each context. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: rig.Chromium,
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
  });
}

/** newContext is a fresh profile in the browser that the file's tests share. */
export async function newContext(): Promise<BrowserContext> {
  shared ??= openBrowser();
  return contextIn(await shared);
}

/** contextIn is a fresh profile in a browser, with a window of a usual size. */
export function contextIn(browser: Browser): Promise<BrowserContext> {
  return browser.newContext({
    viewport: { width: 1200, height: 760 },
    permissions: ["clipboard-read", "clipboard-write"],
  });
}

/** closeBrowser ends the browser that the file's tests share. */
export async function closeBrowser(): Promise<void> {
  await (await shared)?.close();
  shared = undefined;
}

/** screenshot keeps a picture of a page and gives the path. */
export async function screenshot(page: Page, name: string): Promise<string> {
  const path = join(rig.Screenshots, `${name.replaceAll(/[^\w.-]+/g, "-")}.png`);
  await page.screenshot({ path });
  return path;
}
