import { confirm, offer } from "../common/notices.js";
import type { CancellationToken, Memento } from "vscode";
import type { Log } from "../common/log.js";
import {
  hasCode,
  isCancelled,
  requestProblem,
  RequestProblem,
  showProblem,
} from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import { ProblemCode, type ServerRequests } from "../protocol.js";
import type { Server } from "../server/types.js";
import { concernsOneFile } from "./errors.js";

/** FileMethod is a request about files on a cluster. */
type FileMethod = Extract<keyof ServerRequests, `file/${string}`>;

/** Access sends file requests to clusters that the user has agreed to. */
export interface Access {
  /**
   * request rejects at once while the cluster is out of reach: the editor looks for a dozen files
   * whenever a folder is opened, and each look could ask for a password again. With a token, the
   * user waits for it: then it is always sent, and the caller reports a failure.
   */
  request<M extends FileMethod>(
    method: M,
    params: ServerRequests[M]["params"],
    options?: { readonly token: CancellationToken },
  ): Promise<ServerRequests[M]["result"]>;
  /** allow notes that the user chose the cluster, and lets requests through again. */
  allow(cluster: string): Promise<void>;
  /** retry lets requests through again to clusters that were out of reach: the user has asked for it. */
  retry(): void;
}

/** AccessDeps is what {@link createAccess} needs. */
interface AccessDeps {
  readonly server: Pick<Server, "request">;
  readonly globalState: Memento;
  readonly log: Pick<Log, "error" | "show">;
}

/** key is the key in the editor's global state of the clusters that the user has agreed to. */
const key = "sunpyter.files.clusters.v1";

/** reads are the methods that can be repeated. */
const reads: readonly FileMethod[] = ["file/list", "file/places", "file/read", "file/stat"];

export function createAccess(vscode: VSCode, { server, globalState, log }: AccessDeps): Access {
  /** failed are the clusters out of reach, with the reason. */
  const failed = new Map<string, unknown>();
  const questions = new Map<string, Promise<boolean>>();
  const allowed = (): readonly string[] => globalState.get<string[]>(key, []);

  const allow = async (cluster: string): Promise<void> => {
    const name = cluster.toLowerCase();
    failed.delete(name);
    await globalState.update(key, [...allowed().filter((one) => one !== name), name]);
  };
  /** ask asks once: a link or a workspace file may name any host, and a login there shows it who the user is. */
  const ask = async (cluster: string): Promise<boolean> => {
    const text = `Connect to ${cluster} to show files there?`;
    const detail = "A folder, file or link in this window refers to it.";
    const yes = await confirm(vscode, text, "Connect", detail);
    if (yes) await allow(cluster);
    return yes;
  };
  const isAllowed = async (cluster: string): Promise<boolean> => {
    const name = cluster.toLowerCase();
    if (allowed().includes(name)) return true;
    const question = questions.get(name) ?? ask(cluster);
    questions.set(name, question);
    return question;
  };
  const report = async (cluster: string, err: unknown): Promise<void> => {
    failed.set(cluster.toLowerCase(), err);
    const again = {
      title: "Try Again",
      run: async () => {
        failed.delete(cluster.toLowerCase());
        await vscode.commands.executeCommand("sunpyter.files.refresh");
        await vscode.commands.executeCommand("workbench.files.action.refreshFilesExplorer");
      },
    };
    if (isCancelled(err)) {
      return offer(vscode, "info", `Cancelled. Files on ${cluster} are not shown.`, again);
    }
    return showProblem(vscode, err, { doing: `show files on ${cluster}`, log, actions: [again] });
  };

  return {
    allow,
    retry: () => failed.clear(),
    request: async (method, params, options) => {
      const { cluster = "" } = params;
      if (!(await isAllowed(cluster))) {
        const message = `No connection to ${cluster} was made`;
        throw new RequestProblem({ code: ProblemCode.Cancelled, message });
      }
      const earlier = failed.get(cluster.toLowerCase());
      if (earlier !== undefined && !options) throw requestProblem(earlier);
      try {
        return await server.request(method, params, options);
      } catch (err) {
        // The next request makes a new connection. A change may have been made already.
        if (hasCode(err, ProblemCode.LinkLost)) {
          if (reads.includes(method)) return server.request(method, params, options);
          throw err;
        }
        const isFirst = !options && !failed.has(cluster.toLowerCase());
        if (!concernsOneFile(requestProblem(err).problem.code) && isFirst) {
          void report(cluster, err);
        }
        throw err;
      }
    },
  };
}
