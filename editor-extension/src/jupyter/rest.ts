// "http" and not "node:http": the editor replaces the former by one that goes through its proxy
// settings, and that is the one which the Jupyter extension uses.
import http from "http";
import net from "net";
import { type Action, RequestProblem } from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernel } from "../kernels/types.js";

/** An answer takes at most so long. */
const answerTimeout = 5000;

/** An answer is at most so long, in characters: what is asked for has a few thousand. */
const maxAnswerLength = 1024 * 1024;

/** Answer is what came back over HTTP. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** JupyterAddress is how a Jupyter is reached. */
export type JupyterAddress = Pick<Kernel, "url" | "token">;

/** Rest asks a Jupyter. */
export interface Rest {
  /** get asks as the Jupyter extension does, through the editor's HTTP with its proxy settings. */
  get(kernel: JupyterAddress, path: string): Promise<Answer>;
  /** direct asks past all proxy settings, and gives the first line of the answer. */
  direct(kernel: JupyterAddress, path: string): Promise<string>;
}

/** createRest makes the one that asks over the network. */
export function createRest(): Rest {
  return { get, direct };
}

/** getJson gives what Jupyter answers to a path, or fails. */
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
      response.on("end", () => {
        done({ status: response.statusCode ?? 0, body });
      });
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
    socket.on("end", () => {
      fail(new Error("no answer"));
    });
  });
}

function authorization(kernel: JupyterAddress): Record<string, string> {
  return kernel.token === undefined ? {} : { Authorization: `token ${kernel.token}` };
}

/** proxyCode is the code of an editor whose proxy settings catch this computer's own address. */
const proxyCode = "editor.proxy";

/**
 * proxyProblem tells whether it is the editor's proxy settings that keep Jupyter away: past them
 * it answers, through them it does not.
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

/** openProxySettings is the button under such an error. */
export function openProxySettings(vscode: VSCode): Action {
  return {
    title: "Open Settings",
    run: () => vscode.commands.executeCommand("workbench.action.openSettings", "http.noProxy"),
  };
}
