// "http" and not "node:http": the editor replaces the former with one that uses its proxy
// settings, and the Jupyter extension uses that one.
import http from "http";
import net from "net";
import { RequestProblem } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernel } from "../kernels/types.js";

/** The timeout of a response. */
const answerTimeout = 5000;

/** The limit of a response, in characters: usual ones have a few thousand. */
const maxAnswerLength = 1024 * 1024;

/** Answer is an HTTP response. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** JupyterAddress is the address of a Jupyter. */
export type JupyterAddress = Pick<Kernel, "url" | "token">;

/** Rest sends requests to a Jupyter. */
export interface Rest {
  /** get sends a request as the Jupyter extension does, through the editor's HTTP with its proxy settings. */
  get(kernel: JupyterAddress, path: string): Promise<Answer>;
  /** direct bypasses all proxy settings, and returns the first line of the response. */
  direct(kernel: JupyterAddress, path: string): Promise<string>;
}

/** createRest sends requests over the network. */
export function createRest(): Rest {
  return { get, direct };
}

/** getJson returns Jupyter's response to a path, or rejects. */
export async function getJson<T>(rest: Rest, kernel: JupyterAddress, path: string): Promise<T> {
  const { status, body } = await rest.get(kernel, path);
  if (status !== 200) throw new Error(`${path}: HTTP ${String(status)}`);
  return JSON.parse(body) as T;
}

function get(kernel: JupyterAddress, path: string): Promise<Answer> {
  return new Promise((done, fail) => {
    const options = { headers: authorization(kernel), timeout: answerTimeout };
    const request = http.get(new URL(path, kernel.url), options, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        body += part;
        if (body.length > maxAnswerLength)
          request.destroy(new Error("an answer of more than 1 MiB"));
      });
      response.on("end", () => done({ status: response.statusCode ?? 0, body }));
    });
    request.on("error", fail);
    request.on("timeout", () => request.destroy(new Error("no answer")));
  });
}

function direct(kernel: JupyterAddress, path: string): Promise<string> {
  const url = new URL(path, kernel.url);
  const request = [
    `GET ${url.pathname} HTTP/1.1`,
    `Host: ${url.host}`,
    ...Object.entries(authorization(kernel)).map(([name, value]) => `${name}: ${value}`),
    "Connection: close",
    "\r\n",
  ].join("\r\n");
  return new Promise((done, fail) => {
    const socket = net.connect(Number(url.port), url.hostname, () => socket.write(request));
    socket.setTimeout(answerTimeout, () => socket.destroy(new Error("no answer")));
    socket.on("error", fail);
    socket.once("data", (data) => {
      done(data.toString("latin1").split("\r\n")[0] ?? "");
      socket.destroy();
    });
    socket.on("end", () => fail(new Error("no answer")));
  });
}

function authorization(kernel: JupyterAddress): Record<string, string> {
  return kernel.token === undefined ? {} : { Authorization: `token ${kernel.token}` };
}

/** proxyCode is the code of proxy settings that also apply to this computer's own address. */
const proxyCode = "editor.proxy";

/**
 * proxyProblem reports whether the editor's proxy settings keep Jupyter from being reached: without
 * them it answers, with them it does not.
 */
export async function proxyProblem(
  vscode: VSCode,
  rest: Rest,
  kernel: JupyterAddress,
): Promise<RequestProblem | undefined> {
  const line = await rest.direct(kernel, "api").catch(() => "");
  if (!/^HTTP\/1\.[01] 200\b/u.test(line)) return undefined;
  const proxy = vscode.workspace.getConfiguration("http").get<string>("proxy");
  const which = proxy ? "The setting http.proxy" : "A proxy of this computer";
  return new RequestProblem({
    code: proxyCode,
    message: `${which} also catches 127.0.0.1, so that notebooks cannot reach Jupyter. Add 127.0.0.1 to the setting http.noProxy`,
    tried: "Jupyter's address through the editor's proxy settings",
    advice: "Add 127.0.0.1 to the setting http.noProxy",
  });
}
