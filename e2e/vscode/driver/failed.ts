import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Editor } from "./editor.ts";
import { fileName, screenshot } from "./pictures.ts";
import { rig } from "./rig.ts";
import type { Workbench } from "./workbench.ts";

/** enough is how many lines of a log's end are printed; CI shows only the end of a long output. */
const enough = 25;

/**
 * keep saves what helps to find out why a scenario failed, and prints the shortest of it, since the
 * files of CI's machine cannot be fetched.
 */
export async function keep(
  name: string,
  editor: Editor,
  benches: readonly Workbench[],
): Promise<void> {
  const stem = fileName(`failed-${name}`);
  for (const [i, bench] of benches.entries()) {
    if (bench.page.isClosed()) continue;
    console.log("see", await screenshot(bench.page, `${stem}-${i}`));
    console.log(
      await shown(bench).catch((err: unknown) => `window ${i} does not answer: ${String(err)}`),
    );
  }
  const from = join(editor.folder, "data/logs");
  const logs = join(rig.Screenshots, `${stem}-logs`);
  if (existsSync(from)) {
    cpSync(from, logs, { recursive: true });
    const names = readdirSync(from, { recursive: true, encoding: "utf8" });
    for (const log of names.filter((one) => one.endsWith("/Sunpyter.log")))
      console.log(end(join(from, log)));
  }
  copyFileSync(join(editor.folder, "code-server.log"), `${logs}-code-server.log`);
  console.log("see", logs);
}

/** shown is what a window shows, with notifications that are no longer in the corner. */
async function shown({ quick, notices }: Workbench): Promise<string> {
  const asks = (await quick.widget.isVisible()) ? await quick.widget.innerText() : "nothing";
  const says = (await notices.all()).join("\n  ");
  return `asks: ${asks.replaceAll(/\s*\n\s*/g, " | ")}\nsays:\n  ${says || "nothing"}`;
}

/** end is the end of a log, with its own name. */
function end(log: string): string {
  const lines = readFileSync(log, "utf8").trimEnd().split("\n");
  return [`the end of ${log}:`, ...lines.slice(-enough)].join("\n  ");
}
