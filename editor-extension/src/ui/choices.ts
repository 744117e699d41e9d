import { connectAgain, isIdle, isUsable, needsPerson } from "./statustext.js";
import type { Entry } from "./rows.js";

/** Choice is something that can be done with a kernel. */
export type Choice =
  "keep" | "reconnect" | "openInBrowser" | "copyUrl" | "showLog" | "takeOver" | "stop";

/** looks are how each is shown, in VS Code's own words and icons. */
export const looks: Readonly<Record<Choice, { readonly title: string; readonly icon: string }>> = {
  keep: { title: "Keep", icon: "watch" },
  reconnect: { title: connectAgain, icon: "plug" },
  openInBrowser: { title: "Open in Browser", icon: "globe" },
  copyUrl: { title: "Copy Jupyter URL", icon: "copy" },
  showLog: { title: "Show Jupyter Log", icon: "output" },
  takeOver: { title: "Use in This Window", icon: "arrow-swap" },
  stop: { title: "Stop", icon: "debug-stop" },
};

/** choicesFor are those that make sense for a kernel, the most wanted first. */
export function choicesFor({ session, origin }: Entry): Choice[] {
  if (session.state === "ending") return [];
  if (origin === "window") {
    const keep: Choice[] = isIdle(session) ? ["keep"] : [];
    if (session.state === "ready") return [...keep, "openInBrowser", "copyUrl", "showLog", "stop"];
    if (!isUsable(session)) return ["stop"];
    return needsPerson(session) ? ["reconnect", "copyUrl", "stop"] : ["copyUrl", "stop"];
  }
  return ["takeOver", "stop"];
}
