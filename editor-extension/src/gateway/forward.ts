import http, {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { Duplex } from "node:stream";

/** Target is the Jupyter that requests go to. */
export interface Target {
  /** job identifies the Jupyter. */
  readonly job: string;
  readonly url: string;
  readonly token: string;
}

/** unreachable stands for a Jupyter that exists but cannot be reached now. */
export const unreachable = Symbol("lost");

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

/** forward passes a request on, and its response back. */
export function forward(target: Target, request: IncomingMessage, response: ServerResponse): void {
  const out = http.request(upstreamUrl(target, request), {
    method: request.method ?? "GET",
    headers: headersFor(target, request.headers),
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

/** fetchFrom sends a small request to Jupyter. */
export function fetchFrom(
  target: Target,
  request: Pick<IncomingMessage, "url" | "method" | "headers">,
  body?: Buffer,
): Promise<FetchResult> {
  return new Promise((resolve, reject) => {
    const headers = headersFor(target, request.headers, body);
    delete headers["accept-encoding"]; // it is read here
    const out = http.request(upstreamUrl(target, request), {
      method: request.method ?? "GET",
      headers,
    });
    out.on("error", reject);
    out.on("response", (answered) => {
      let text = "";
      answered.setEncoding("utf8").on("data", (part: string) => (text += part));
      answered.on("error", reject);
      answered.on("end", () => resolve({ status: answered.statusCode ?? 502, body: text }));
    });
    out.end(body);
  });
}

/** readBody reads a request's body. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

/** refuseUpgrade rejects a websocket handshake. */
export function refuseUpgrade(socket: Duplex, status: number): void {
  const reason = http.STATUS_CODES[status] ?? "";
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** upstreamUrl returns a request's path in Jupyter, without the gateway's own token. */
function upstreamUrl(target: Target, { url = "/" }: Pick<IncomingMessage, "url">): URL {
  const address = new URL(url, target.url);
  address.searchParams.delete("token");
  return address;
}

const hopHeaders = ["connection", "keep-alive", "transfer-encoding", "upgrade", "proxy-connection"];

function withoutHopHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopHeaders.includes(name)));
}

function headersFor(
  target: Target,
  headers: IncomingHttpHeaders,
  body?: Buffer,
): Record<string, string | string[]> {
  const passed = Object.entries(withoutHopHeaders(headers)).filter(
    (entry): entry is [string, string | string[]] => entry[1] !== undefined,
  );
  return {
    ...Object.fromEntries(passed),
    host: new URL(target.url).host,
    authorization: `token ${target.token}`,
    ...(body ? { "content-length": String(body.length) } : {}),
  };
}
