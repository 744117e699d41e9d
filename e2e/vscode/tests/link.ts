import assert from "node:assert/strict";
import { titles } from "../driver/sunpyter.ts";
import type { Workbench } from "../driver/workbench.ts";

/** In VS Code's syntax a link that runs a command: this one opens an editor, as a sign. */
const words = "Read the maintenance notice";
export const link = `[${words}](command:workbench.action.files.newUntitledFile)`;

/** written is the same where it is text. */
export const written = `[${words}] (command:workbench.action.files.newUntitledFile)`;

/** click clicks the words in a notice as a user does, and reports whether VS Code ran the command. */
async function click(bench: Workbench): Promise<boolean> {
  await bench.notices.openCentre(); // it is in the corner for some seconds only
  const item = bench.notices.centre.locator(".notification-list-item");
  const notice = item.filter({ hasText: words }).first();
  const at = await notice.locator(".notification-list-item-message").evaluate((message, wanted) => {
    const texts = document.createTreeWalker(message, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text !== null; text = texts.nextNode()) {
      const from = (text.textContent ?? "").indexOf(wanted);
      if (from < 0) continue;
      const range = document.createRange();
      range.setStart(text, from);
      range.setEnd(text, from + wanted.length);
      const [line] = range.getClientRects(); // the words may go over two lines
      if (line !== undefined) return { x: line.x + line.width / 2, y: line.y + line.height / 2 };
    }
    throw new Error(`the notice does not hold "${wanted}"`);
  }, words);
  await bench.page.mouse.click(at.x, at.y);
  // Commands run in the order in which they are asked for: this one is shown after the other.
  await bench.palette(titles.log);
  await bench.page.locator(".part.panel .view-lines").first().waitFor();
  return (await bench.page.locator(".tab", { hasText: "Untitled" }).count()) > 0;
}

/** isText fails if a notice has more than text. */
export async function isText(bench: Workbench, notice: string): Promise<void> {
  assert.ok(notice.includes(written), notice);
  assert.equal(await bench.page.locator('a[href^="command:"]', { hasText: words }).count(), 0);
  assert.ok(!(await click(bench)), "a click on the cluster's words ran a command");
}
