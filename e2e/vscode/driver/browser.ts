import { chromium, type Browser, type BrowserContext } from "playwright-core";
import { rig } from "./rig.ts";

let shared: Promise<Browser> | undefined;

/** openBrowser starts a browser; each context has its own profile. */
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

/**
 * contextIn is a fresh profile in a browser, with a window of a usual size. Nothing in it moves: a
 * progress bar alone would have the whole window drawn 60 times a second.
 */
export async function contextIn(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width: 1200, height: 760 },
    permissions: ["clipboard-read", "clipboard-write"],
    reducedMotion: "reduce",
    extraHTTPHeaders: { "Accept-Encoding": "identity" }, // to pack VS Code's 20 MB takes half a second
  });
  await context.addInitScript(() => {
    const still = new CSSStyleSheet();
    still.replaceSync("*, *::before, *::after { animation: none !important }");
    document.adoptedStyleSheets = [still];
  });
  return context;
}

/** closeBrowser ends the browser that the file's tests share. */
export async function closeBrowser(): Promise<void> {
  await (await shared)?.close();
  shared = undefined;
}
