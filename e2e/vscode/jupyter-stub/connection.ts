import {
  KernelManager,
  KernelSpecManager,
  ServerConnection,
  SessionManager,
  type KernelSpec,
} from "@jupyterlab/services";
import type { JupyterServerConnectionInformation } from "@vscode/jupyter-extension";

/** Headers is read anew for each request: it may be an object with getters. */
type Headers = () => Record<string, string>;

/**
 * Connection is what JupyterLab's own library keeps for a server. Its managers poll kernels and
 * sessions each 10 s, kernelspecs each 61 s.
 */
export interface Connection {
  readonly specs: Promise<KernelSpec.ISpecModel[]>;
  readonly sessions: SessionManager;
  dispose(): void;
}

/** open connects to a server; it fails when the server's kernelspecs cannot be had. */
export async function open(info: JupyterServerConnectionInformation): Promise<Connection> {
  const serverSettings = settings(info);
  const specManager = new KernelSpecManager({ serverSettings });
  const kernelManager = new KernelManager({ serverSettings });
  const sessions = new SessionManager({ serverSettings, kernelManager });
  const dispose = () => {
    for (const one of [sessions, kernelManager, specManager]) one.dispose();
  };
  try {
    await Promise.all([specManager.refreshSpecs(), sessions.refreshRunning()]);
  } catch (err) {
    dispose();
    throw err;
  }
  const found = Object.values(specManager.specs?.kernelspecs ?? {}).filter(
    (spec) => spec !== undefined,
  );
  return { specs: Promise.resolve(found), sessions, dispose };
}

function settings(info: JupyterServerConnectionInformation): ServerConnection.ISettings {
  const baseUrl = info.baseUrl.toString(true);
  const given = info.headers;
  // As in the real one: a token that is given is in the websocket's URL and never changes, while
  // headers are asked for again at each request.
  const headers: Headers = given
    ? () => ({ ...given })
    : () => (info.token ? { Authorization: `token ${info.token}` } : {});
  return ServerConnection.makeSettings({
    baseUrl,
    wsUrl: baseUrl.replace("http", "ws"),
    token: info.token ?? "",
    appendToken: true,
    init: { cache: "no-store" },
    fetch: (input, init) => fetch(withHeaders(new Request(input, init), headers)),
    WebSocket: webSocket(headers),
  });
}

function withHeaders(request: Request, headers: Headers): Request {
  for (const [name, value] of Object.entries(headers())) request.headers.set(name, value);
  return request;
}

function webSocket(headers: Headers): typeof WebSocket {
  return class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      // Node's WebSocket takes headers; the DOM's types do not know that.
      super(url, { protocols: [protocols ?? []].flat(), headers: headers() } as unknown as string);
    }
  };
}
