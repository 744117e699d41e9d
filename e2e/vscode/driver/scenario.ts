import { after, test } from "node:test";
import type { BrowserContext } from "playwright-core";
import { pace } from "./deadline.ts";
import { closeBrowser, newContext } from "./browser.ts";
import { startEditor, type Editor, type EditorOptions } from "./editor.ts";
import { keep } from "./failed.ts";
import { screenshot } from "./pictures.ts";
import { rig } from "./rig.ts";
import { nothingLeft } from "./site.ts";
import { Timings } from "./timings.ts";
import { Workbench } from "./workbench.ts";

after(closeBrowser);

/** Scene is what a scenario has to work with. */
export interface Scene {
  readonly editor: Editor;
  /** bench is the first window. */
  readonly bench: Workbench;
  readonly timings: Timings;
  /** window opens another one, in a browser profile of its own if none is given. */
  readonly window: (context?: BrowserContext) => Promise<Workbench>;
  /** shot keeps a picture of the first window, or of another, if pictures of each step are wanted. */
  readonly shot: (name: string, bench?: Workbench) => Promise<void>;
}

/** ScenarioOptions are how a scenario differs from an ordinary one. */
export interface ScenarioOptions extends EditorOptions {
  readonly timeout?: number;
  /** long leaves the scenario to `make faults`, as the name of a *.long.test.ts does for a file. */
  readonly long?: boolean;
}

/** limit is how long a scenario may take; those of *.long.test.ts have their own. */
const limit = 300_000;

/**
 * scenario is a test with an editor and a window of its own. All ends with it, and nothing may be
 * left on the site then. When it fails, a picture of each window and the logs are kept, and it
 * prints where, and what is most telling.
 */
export function scenario(
  name: string,
  options: ScenarioOptions,
  body: (scene: Scene) => Promise<void>,
): void {
  const skip = options.long === true && !rig.Faults && "set SUNPYTER_FAULTS=1 (make faults)";
  test(name, { skip, timeout: (options.timeout ?? limit) * pace }, async () => {
    const timings = new Timings(name);
    const editor = await startEditor(options);
    timings.mark("VS Code's server is up");
    const benches: Workbench[] = [];
    const window = async (context?: BrowserContext) => {
      const page = await (context ?? (await newContext())).newPage();
      const bench = new Workbench(page);
      benches.push(bench);
      return bench.open(editor.url);
    };
    const shot = async (title: string, bench = benches[0]) => {
      if (rig.EachStep && bench !== undefined) await screenshot(bench.page, `${name}-${title}`);
    };
    const end = async () => {
      await Promise.all(benches.map((bench) => bench.page.context().close()));
      await editor.stop();
    };
    try {
      const bench = await window();
      timings.mark("the window is open");
      await body({ editor, bench, timings, window, shot });
      timings.mark("done");
      await end();
      timings.mark("VS Code has ended");
      await nothingLeft();
      timings.mark("nothing is left on the site");
    } catch (err) {
      await keep(name, editor, benches).catch(console.log); // what failed first is what counts
      throw err;
    } finally {
      await end();
      timings.print();
    }
  });
}
