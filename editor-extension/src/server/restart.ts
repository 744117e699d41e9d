import type { Disposable } from "vscode";
import type { Kernels } from "../kernels/kernels.js";
import type { Log } from "../log.js";
import { showProblem } from "../problems.js";
import type { Settings } from "../settings.js";
import type { VSCode } from "../vs.js";
import type { Server } from "./server.js";

/** RestartDeps is what {@link createRestart} looks at. */
export interface RestartDeps {
  readonly server: Pick<Server, "running" | "stop" | "onDidStart">;
  readonly kernels: Pick<Kernels, "own">;
  readonly settings: Pick<
    Settings,
    "serverPath" | "reloadGraceSeconds" | "logLevel" | "onDidChange"
  >;
  readonly log: Log;
}

/**
 * createRestart sees to the settings that the program is begun with. When one changes and no
 * kernel is held, the program is ended, and the next request begins it anew; else the person
 * is offered to reload the window, over which kernels live on.
 */
export function createRestart(vs: VSCode, deps: RestartDeps): Disposable {
  let begunWith = wanted(deps.settings);
  const subscriptions = [
    deps.server.onDidStart(() => {
      begunWith = wanted(deps.settings);
    }),
    deps.settings.onDidChange(() => {
      const now = wanted(deps.settings);
      if (now === begunWith || !deps.server.running) return;
      begunWith = now;
      void apply(vs, deps).catch((err: unknown) =>
        showProblem(vs, err, { doing: "Using the new settings", log: deps.log }),
      );
    }),
  ];
  return vs.Disposable.from(...subscriptions);
}

/** wanted is what the program would be begun with now. */
function wanted(settings: RestartDeps["settings"]): string {
  const verbose = settings.logLevel() === "debug";
  return JSON.stringify([settings.serverPath(), settings.reloadGraceSeconds(), verbose]);
}

async function apply(vs: VSCode, { server, kernels, log }: RestartDeps): Promise<void> {
  if (kernels.own.length === 0) {
    log.info("Settings have changed: the helper program is started anew when it is needed.");
    await server.stop();
    return;
  }
  const reload = "Reload Window";
  const text = "Sunpyter's new settings are used once the window is reloaded. Your kernel goes on.";
  if ((await vs.window.showInformationMessage(text, reload)) === reload) {
    await vs.commands.executeCommand("workbench.action.reloadWindow");
  }
}
