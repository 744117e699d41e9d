import http from "node:http";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import type { Target } from "../../src/gateway/forward.js";

/** FakeUpstream is a job's Jupyter, as far as a gateway talks to it. */
export class FakeUpstream {
  /** asked are the requests, and ran the codes that reached a kernel. */
  readonly asked: string[] = [];
  readonly bodies: string[] = [];
  readonly ran: string[] = [];
  /** paths are those of the sessions. */
  readonly paths: string[] = [];
  /** joins counts the websockets that were asked for. */
  joins = 0;
  /** specs are the kernelspecs that it has. */
  specs = ["python3"];
  /** environments has the folders of those that are of environments. */
  environments: Readonly<Record<string, string>> = {};
  /** silent makes it leave cells without a reply, as while they run. */
  silent = false;
  readonly #server = http.createServer((request, response) => {
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      this.bodies.push(body);
      const [status, answer] = this.#answer(request, body);
      response.writeHead(status, { "Content-Type": "application/json" });
      response.end(JSON.stringify(answer));
    });
  });
  readonly #websockets = new WebSocketServer({ noServer: true });
  readonly #sockets = new Set<WebSocket>();
  #count = 0;

  constructor(readonly job: string) {
    this.#server.on("upgrade", (request, socket, head) => {
      this.joins += 1;
      this.#websockets.handleUpgrade(request, socket, head, (joined) => {
        this.#sockets.add(joined);
        joined.on("message", (data: Buffer) => this.#hear(joined, data.toString()));
      });
    });
  }

  async listen(): Promise<Target> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    const { port } = this.#server.address() as AddressInfo;
    return { job: this.job, url: `http://127.0.0.1:${port}/`, token: "upstream" };
  }

  /** drop closes the websockets, as a lost connection does. */
  drop(): void {
    for (const socket of this.#sockets) socket.terminate();
    this.#sockets.clear();
  }

  close(): void {
    this.drop();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer(
    { method = "", url = "", headers }: http.IncomingMessage,
    body: string,
  ): [number, unknown] {
    if (headers.authorization !== "token upstream") return [403, {}];
    this.asked.push(`${method} ${url}`);
    if (url === "/api/kernelspecs") {
      const all = this.specs.map((name) => [name, this.#spec(name)] as const);
      return [200, { default: this.specs[0], kernelspecs: Object.fromEntries(all) }];
    }
    if (method === "POST" && url === "/api/sessions") {
      const { kernel, path } = JSON.parse(body) as { kernel: { name: string }; path: string };
      if (!this.specs.includes(kernel.name)) return [501, { message: "no such kernel" }];
      this.#count += 1;
      this.paths.push(path);
      const id = `${this.job}-${this.#count}`;
      return [201, { id: `s-${id}`, kernel: { id: `k-${id}`, name: kernel.name } }];
    }
    return [200, { url }];
  }

  #spec(name: string): object {
    const path = this.environments[name];
    const ours = { environment: path?.split("/").at(-1), python: "3.12", path };
    const spec = {
      argv: ["/opt/python"],
      display_name: "Python 3 (ipykernel)",
      language: "python",
      ...(path === undefined ? {} : { metadata: { sunpyter: ours } }),
    };
    return { name, spec, resources: {} };
  }

  #hear(socket: WebSocket, text: string): void {
    const { header, content } = JSON.parse(text) as {
      header: { msg_type: string };
      content: { code?: string };
    };
    const say = (channel: string, type: string, content: object): void =>
      socket.send(
        JSON.stringify({ channel, header: { msg_type: type }, parent_header: header, content }),
      );
    if (header.msg_type === "kernel_info_request") {
      say("shell", "kernel_info_reply", { status: "ok", implementation: this.job });
    }
    if (header.msg_type !== "execute_request") return;
    this.ran.push(content.code ?? "");
    if (this.silent) return;
    say("iopub", "stream", { name: "stdout", text: `on ${this.job}` });
    say("shell", "execute_reply", { status: "ok", execution_count: 1 });
  }
}
