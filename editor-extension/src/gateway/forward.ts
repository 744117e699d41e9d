import http, {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";

/** Target is the Jupyter that requests go to. */
export interface Target {
  /** job identifies the Jupyter. */
  readonly job: string;
  readonly url: string;
  readonly token: string;
}

/** unreachable stands for a Jupyter that exists but cannot be reached now. */
export const unreachable = Symbol("lost");

/** Current is a slot's Jupyter; undefined if there is none. */
export type Current = Target | typeof unreachable | undefined;

/** sendJson sends a small JSON answer. */
export function sendJson(response: ServerResponse, status: number, body?: unknown): void {
  const text = body === undefined ? "" : JSON.stringify(body);
  response.writeHead(status, {
    ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    "Content-Length": Buffer.byteLength(text),
  });
  response.end(text);
}

/** sendUnavailable sends 503, after which the Jupyter extension keeps trying. */
export function sendUnavailable(response: ServerResponse): void {
  sendJson(response, 503, { message: "The kernel cannot be reached now" });
}

/** urlOf returns what a request asks for. Its host is not to be used: the client chooses it. */
export function urlOf({ url = "/" }: IncomingMessage): URL {
  return new URL(url, "http://localhost");
}

/** forward passes a request on, without the gateway's own token, and its response back. */
export function forward(target: Target, request: IncomingMessage, response: ServerResponse): void {
  const address = new URL(target.url);
  ({ pathname: address.pathname, search: address.search } = urlOf(request));
  address.searchParams.delete("token");
  const out = http.request(address, {
    method: request.method ?? "GET",
    headers: {
      ...withoutHopHeaders(request.headers),
      host: address.host,
      authorization: `token ${target.token}`,
    },
  });
  out.on("response", (answered) => {
    response.writeHead(answered.statusCode ?? 502, withoutHopHeaders(answered.headers));
    answered.pipe(response);
    // A partial response must not look complete.
    answered.on("error", () => response.destroy());
  });
  out.on("error", () => {
    if (response.headersSent) response.destroy();
    else sendUnavailable(response);
  });
  response.on("close", () => out.destroy());
  request.pipe(out);
}

/** FetchResult is a complete response. */
interface FetchResult {
  readonly status: number;
  readonly body: string;
}

/** fetchFrom sends a small request of our own to Jupyter. */
export function fetchFrom(
  target: Target,
  method: "GET" | "POST" | "DELETE",
  path: string,
  json?: object,
): Promise<FetchResult> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `token ${target.token}`,
      ...(json && { "content-type": "application/json" }),
    };
    const out = http.request(new URL(path, target.url), { method, headers });
    out.on("error", reject);
    out.on("response", (answered) => {
      const { statusCode: status = 502 } = answered;
      text(answered).then((body) => resolve({ status, body }), reject);
    });
    out.end(json && JSON.stringify(json));
  });
}

/** refuseUpgrade rejects a websocket handshake. */
export function refuseUpgrade(socket: Duplex, status: number): void {
  const reason = http.STATUS_CODES[status] ?? "";
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

const hopHeaders = ["connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-connection"];

function withoutHopHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopHeaders.includes(name)));
}
