import { randomUUID } from "node:crypto";
import type { TestContext } from "node:test";
import { WebSocket } from "ws";
import type { unreachable, Target } from "../src/gateway/forward.js";
import { Gateway, type StoredSession } from "../src/gateway/gateway.js";
import type { Execution } from "../src/gateway/kernel.js";
import { defaultSpecs, mergeSpecs } from "../src/gateway/kernelspecs.js";
import type { KernelPlace, Notebook } from "../src/gateway/kernel.js";
import { defaultInfo } from "../src/gateway/messages.js";
import { until } from "./stub/until.js";

interface Heard {
  readonly type: string;
  readonly parent: string | undefined;
  readonly content: Readonly<Record<string, unknown>>;
}

/** Client is what the Jupyter extension does with a gateway. */
export class Client {
  readonly heard: Heard[] = [];
  closed = false;

  private constructor(readonly socket: WebSocket) {
    socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString()) as {
        header: { msg_type: string };
        parent_header: { msg_id?: string };
        content: Heard["content"];
      };
      const { header, parent_header: parent, content } = message;
      this.heard.push({ type: header.msg_type, parent: parent.msg_id, content });
    });
    socket.on("close", () => (this.closed = true));
  }

  static async connect(
    address: string,
    token: string,
    kernel: string,
    protocols: readonly string[] = [],
  ): Promise<Client> {
    const url = `${address.replace("http", "ws")}api/kernels/${kernel}/channels?session_id=c1`;
    const socket = new WebSocket(url, [...protocols], {
      headers: { Authorization: `token ${token}` },
    });
    const client = new Client(socket);
    await new Promise((done, failed) => {
      socket.once("open", done);
      socket.once("error", failed);
    });
    return client;
  }

  /** send sends a message, and returns its id. */
  send(type: string, content: object): string {
    const id = randomUUID() as string;
    const header = { msg_id: id, msg_type: type, session: "c1" };
    this.socket.send(
      JSON.stringify({ channel: "shell", header, parent_header: {}, metadata: {}, content }),
    );
    return id;
  }

  /** run runs a cell, and waits for its reply. */
  async run(code: string): Promise<Heard["content"]> {
    return this.reply(this.send("execute_request", { code, silent: false, store_history: true }));
  }

  async reply(id: string): Promise<Heard["content"]> {
    const find = () => this.heard.find((one) => one.parent === id && one.type.endsWith("_reply"));
    await until(`the reply to ${id}`, () => find() !== undefined);
    return find()?.content ?? {};
  }

  /** shown are the texts of errors and outputs. */
  get shown(): string[] {
    return this.heard.flatMap(({ type, content }) => {
      if (type === "error") return [String(content["evalue"])];
      return type === "stream" ? [String(content["text"])] : [];
    });
  }
}

type Current = Target | typeof unreachable | undefined;

/** made is a gateway whose slot is what a test says. */
export function made(t: TestContext, sessions: readonly StoredSession[] = []) {
  const slot = {
    current: undefined as Current | Promise<Current>,
    placeOf: (() => undefined) as (notebook: Notebook) => KernelPlace | undefined,
    needed: (() => Promise.reject(new Error("No kernel was started."))) as (
      signal: AbortSignal,
    ) => Promise<Target>,
    pathIn: ((_job, path) => path) as (
      job: string,
      path: string,
      file: string | undefined,
    ) => string,
  };
  const kept = {
    specs: defaultSpecs,
    info: defaultInfo,
    sessions,
    ran: [] as Execution[],
  };
  const gateway = new Gateway({
    label: "Sunbird",
    environmentWait: 1_000,
    current: () => Promise.resolve(slot.current),
    ensure: (signal) => slot.needed(signal),
    pathIn: (job, path, file) => slot.pathIn(job, path, file),
    placeOf: (notebook) => slot.placeOf(notebook),
    state: {
      specs: () => kept.specs,
      saveSpecs: (specs) => (kept.specs = mergeSpecs(kept.specs, specs)),
      info: () => kept.info,
      saveInfo: (info) => (kept.info = info),
      sessions: () => kept.sessions,
      saveSessions: (all) => (kept.sessions = all),
    },
    onRun: (execution) => kept.ran.push(execution),
  });
  t.after(() => gateway.dispose());
  const ask = async (method: string, path: string, body?: object) => {
    const response = await fetch(new URL(path, await gateway.address()), {
      method,
      headers: { Authorization: `token ${gateway.token}` },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    return { status: response.status, body: (text ? JSON.parse(text) : undefined) as never };
  };
  /** kernel is what the Jupyter extension asks for when a cell is run. */
  const kernel = async (spec = "python3", notebook = "a"): Promise<string> => {
    const [path, name] = [`${notebook}-jvsc-1.ipynb`, `${notebook}-1.ipynb`];
    const asked = { path, name, type: "notebook", kernel: { name: spec } };
    const { body } = await ask("POST", "api/sessions", asked);
    return (body as { kernel: { id: string } }).kernel.id;
  };
  const client = async (id: string) => Client.connect(await gateway.address(), gateway.token, id);
  return { gateway, slot, kept, ask, kernel, client };
}
