import type { Disposable } from "vscode";
import type { Log } from "../common/log.js";
import { attempt } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernels } from "../kernels/types.js";
import type { Session } from "../protocol.js";
import type { Server } from "../server/types.js";
import { locationOf } from "../text/session.js";

/** scheme is that of the read-only documents with Jupyter's log. */
const scheme = "sunpyter-log";

/** lines is how many lines of Jupyter's log are shown, from its end. */
const lines = 1000;

/** Logs shows the logs. */
export interface Logs extends Disposable {
  /** run is the command: it shows our own log or, if a kernel is ready, Jupyter's. */
  run(): Promise<void>;
  /** jupyter shows the end of a kernel's own log. */
  jupyter(session: Session): Promise<void>;
}

/** createLogs provides the documents until it is disposed. */
export function createLogs(
  vscode: VSCode,
  deps: { kernels: Pick<Kernels, "own">; server: Pick<Server, "request">; log: Log },
): Logs {
  const { kernels, server, log } = deps;
  const texts = new Map<string, string>();
  let count = 0;
  const documents = vscode.workspace.registerTextDocumentContentProvider(scheme, {
    provideTextDocumentContent: ({ path }) => texts.get(path) ?? "",
  });
  const jupyter = async (session: Session): Promise<void> => {
    const location = locationOf(session);
    await attempt(vscode, { doing: `read Jupyter's log on ${location}`, log }, async () => {
      const { text } = await server.request("kernel/log", { sessionId: session.id, lines });
      const path = `Jupyter on ${location} ${++count}.log`;
      texts.set(path, text);
      const document = await vscode.workspace.openTextDocument(vscode.Uri.from({ scheme, path }));
      await vscode.window.showTextDocument(document, { preview: true });
    });
  };
  return {
    jupyter,
    run: async () => {
      const ready = kernels.own.map(({ session }) => session).filter((s) => s.state === "ready");
      const chosen = await chooseLog(vscode, ready);
      if (chosen === "ours") log.show();
      else if (chosen !== undefined) await jupyter(chosen);
    },
    dispose: () => {
      documents.dispose();
    },
  };
}

/** chooseLog asks only if there is a choice. */
async function chooseLog(
  vscode: VSCode,
  ready: readonly Session[],
): Promise<Session | "ours" | undefined> {
  if (ready.length === 0) return "ours";
  const rows = [
    {
      label: "$(output) Sunpyter",
      detail: "Sunpyter's own log: connections and Slurm requests",
      chosen: "ours" as const,
    },
    ...ready.map((session) => ({
      label: `$(notebook) Jupyter on ${locationOf(session)}`,
      detail: "What Jupyter itself wrote on the node",
      chosen: session,
    })),
  ];
  const title = "Show Log";
  return (await vscode.window.showQuickPick(rows, { title, placeHolder: "Which log?" }))?.chosen;
}
