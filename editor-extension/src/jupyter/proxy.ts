import { RequestProblem, type Action } from "../problems.js";
import type { VSCode } from "../vs.js";
import type { Rest, Way } from "./rest.js";

/** proxyCode is the code of an editor whose proxy settings catch this computer's own address. */
export const proxyCode = "editor.proxy";

/**
 * proxyProblem tells whether it is the editor's proxy settings that keep Jupyter away: past them
 * it answers, through them it does not.
 */
export async function proxyProblem(
  vs: VSCode,
  rest: Rest,
  kernel: Way,
): Promise<RequestProblem | undefined> {
  const line = await rest.direct(kernel, "api").catch(() => "");
  if (!/^HTTP\/1\.[01] 200\b/u.test(line)) return undefined;
  const proxy = vs.workspace.getConfiguration("http").get<string>("proxy");
  const which = proxy ? "The setting http.proxy" : "A proxy of this computer";
  return new RequestProblem({
    code: proxyCode,
    message: `${which} also catches 127.0.0.1, so that notebooks cannot reach Jupyter. Add 127.0.0.1 to the setting http.noProxy`,
    tried: "Jupyter's address through the editor's proxy settings",
    advice: "Add 127.0.0.1 to the setting http.noProxy",
  });
}

/** openProxySettings is the button under such an error. */
export function openProxySettings(vs: VSCode): Action {
  return {
    title: "Open Settings",
    run: () => vs.commands.executeCommand("workbench.action.openSettings", "http.noProxy"),
  };
}
