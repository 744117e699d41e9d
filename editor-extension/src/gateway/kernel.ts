import { randomUUID } from "node:crypto";
import { WebSocket } from "ws";
import { type Current, fetchFrom, unreachable, type Target } from "./forward.js";
import {
  replyMessages,
  busyStatus,
  codeOf,
  errorMessages,
  isCell,
  isExecution,
  type Message,
  emptyReply,
  notebookFile,
  parse,
  request,
} from "./messages.js";
import { type JobKernel, Upstream } from "./upstream.js";

/** Notebook is what the Jupyter extension sends about a notebook when it asks for a kernel. */
export interface Notebook {
  readonly path: string;
  readonly name: string;
  readonly type: string;
  /** spec is the name of the kernelspec. */
  readonly spec: string;
}

/** EarlierKernel is what is known about a kernel from an earlier window. */
export interface EarlierKernel {
  readonly kernelId: string;
  readonly stored?: JobKernel | undefined;
  /** file is the notebook's, if the editor has named it. */
  readonly file?: string | undefined;
}

/** KernelPlace is where the kernel of a notebook starts in a job. */
export interface KernelPlace {
  /** path is the session's path in Jupyter, which starts the kernel in the folder that it names. */
  readonly path: string;
  /** setup is code that the kernel runs first, if Jupyter cannot start it there. */
  readonly setup?: string;
}

/** Execution is a cell that runs in a kernel. */
export interface Execution {
  readonly kernelId: string;
  readonly code: string;
}

/** KernelInfo remembers the last kernel_info_reply of a kernel of the slot. */
export interface KernelInfo {
  info(): object;
  saveInfo(info: object): void;
}

/** KernelDeps is what a kernel needs from its slot and its gateway. */
export interface KernelDeps {
  /** current returns the slot's Jupyter. */
  readonly current: () => Promise<Current>;
  /**
   * ensure starts one for a cell if there is none. It rejects with what the cell shows. `signal`
   * is aborted when the cell is interrupted.
   */
  readonly ensure: (signal: AbortSignal) => Promise<Target>;
  /** replacementFor returns the kernelspec to use for one that the job does not have. */
  readonly replacementFor: (target: Target, spec: string, signal: AbortSignal) => Promise<string>;
  /**
   * pathIn returns the path of a notebook's session in a job, whose folder the kernel starts in; `file`
   * is the notebook's, if the editor has named it.
   */
  readonly pathIn: (job: string, path: string, file: string | undefined) => string;
  /** placeOf returns where the kernel of a notebook on the cluster starts; undefined: of others. */
  readonly placeOf: (notebook: Notebook, code: string) => KernelPlace | undefined;
  readonly state: KernelInfo;
  /** onRun is called for each cell. */
  readonly onRun: (execution: Execution) => void;
  /** onChange is called when the stored state has changed. */
  readonly onChange: () => void;
}

/** silentExecution returns a request to run code that no client hears of. */
function silentExecution(code: string): string {
  const content = { code, silent: true, store_history: false, allow_stdin: false };
  return request("execute_request", content).text;
}

/** maxSetup is how many of the editor's own set-up requests are kept for the next job. */
const maxSetup = 10;

/**
 * clientTimeout is how long, in milliseconds, the Jupyter extension may take to connect or reconnect.
 * It drops a session that is not listed meanwhile.
 */
const clientTimeout = 120_000;

/** Jupyter's status for a kernelspec that it does not have. */
const unknownSpec = 501;

/**
 * LastingKernel is a notebook's kernel as the Jupyter extension sees it. It outlives jobs: its client's
 * websocket stays open, and each cell goes to a kernel in the current job. A cell that is run
 * without a job starts one; every other message is then answered here.
 */
export class LastingKernel {
  readonly #clients = new Set<WebSocket>();
  /** open are the executions that have no reply yet. */
  readonly #open = new Map<string, Message>();
  #setup: string[] = [];
  /** replayed is the part of it that the kernel in the job was sent when it was new. */
  #replayed = new Set<string>();
  #upstream: Upstream | undefined;
  #connecting: Promise<void> | undefined;
  #waiting: AbortController | undefined;
  #client = randomUUID() as string;
  #active = new Date();
  /** clientLeft is when the last client disconnected. */
  #clientLeft = -Infinity;
  readonly id: string;
  /** stored is its kernel in a job, possibly from before a reload. */
  stored: JobKernel | undefined;
  readonly #before: EarlierKernel | undefined;
  #infoRequest = "";

  constructor(
    readonly notebook: Notebook,
    readonly deps: KernelDeps,
    before?: EarlierKernel,
  ) {
    this.#before = before;
    this.id = before?.kernelId ?? randomUUID();
    this.stored = before?.stored;
    if (!before) this.#clientLeft = Date.now();
  }

  /** isLive reports whether it has a kernel in a job, or a client that is connected or may still connect. */
  get isLive(): boolean {
    const awaited = Date.now() - this.#clientLeft < clientTimeout;
    return this.stored !== undefined || this.#clients.size > 0 || awaited;
  }

  /** file is the notebook's, which the editor's set-up of a Python kernel names. */
  get file(): string | undefined {
    const codes = this.#setup.flatMap((text) => parse(text) ?? []).map(codeOf);
    return codes.flatMap((code) => notebookFile(code) ?? []).at(-1) ?? this.#before?.file;
  }

  /** model is the kernel as Jupyter's REST API describes it. */
  model(): object {
    return {
      id: this.id,
      name: this.notebook.spec,
      last_activity: this.#active.toISOString(),
      execution_state: this.#open.size > 0 ? "busy" : "idle",
      connections: this.#clients.size,
    };
  }

  /** attach adds a client. What ran before a reload is rejoined at once. */
  attach(socket: WebSocket, client: string): void {
    this.#clients.add(socket);
    if (!this.#upstream) this.#client = client;
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) this.#upstream?.send(data);
      else this.#receive(data.toString("utf8"));
    });
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      this.#clients.delete(socket);
      this.#clientLeft = Date.now();
      // Jupyter buffers messages for a client that reconnects.
      if (this.#clients.size === 0) this.#disconnect();
    });
    if (this.stored && !this.#upstream) void this.#join(this.stored);
  }

  /** jobChanged ends what ran in an earlier job, with these words in its cells. */
  jobChanged(job: string | undefined, reason: string): void {
    if (!this.stored || this.stored.job === job) return;
    this.#dropJobKernel(reason);
  }

  /** interrupt interrupts the running cell, or a cell that waits for its kernel. */
  async interrupt(): Promise<void> {
    if (await this.#control("interrupt")) return;
    this.#stopWaiting("Interrupted.");
  }

  /**
   * restart restarts the kernel; without one it does nothing, as the next cell starts one anyway. Jupyter
   * expects a new websocket then: on one from before, answers may not come any more. The client's new
   * one makes it.
   */
  async restart(): Promise<void> {
    this.#setup = [];
    if (await this.#control("restart")) {
      this.#open.clear();
      this.#disconnect();
    } else this.#stopWaiting("The kernel was restarted.");
  }

  /** end ends the kernel in the job. */
  async end(): Promise<void> {
    const { stored } = this;
    this.stored = undefined;
    this.dispose();
    const target = stored && (await this.deps.current());
    if (!target || target === unreachable || target.job !== stored.job) return;
    await fetchFrom(target, "DELETE", `/api/sessions/${stored.sessionId}`).catch(() => undefined);
  }

  dispose(): void {
    this.#waiting?.abort();
    this.#disconnect();
    for (const socket of this.#clients) socket.terminate();
  }

  /** stopWaiting fails the cells that wait for a kernel. They are not sent to it if it comes later. */
  #stopWaiting(words: string): void {
    this.#waiting?.abort();
    this.#fail(words);
  }

  #disconnect(): void {
    this.#upstream?.close();
    this.#upstream = undefined;
  }

  #receive(text: string): void {
    const message = parse(text);
    if (!message) return;
    this.#active = new Date();
    // The editor's set-up requests are kept for later kernels.
    const isSetup = isExecution(message) && !isCell(message);
    if (isSetup && this.#setup.length < maxSetup) this.#setup.push(text);
    if (isCell(message)) {
      this.deps.onRun({ kernelId: this.id, code: codeOf(message) });
      this.#open.set(message.header.msg_id, message);
    }
    this.#route(message, text);
  }

  #route(message: Message, text: string): void {
    if (this.#upstream) this.#upstream.send(text);
    else if (this.#connecting) {
      void this.#connecting.then(() => this.#pass(message, text));
    } else if (isCell(message)) this.#connectFor(message, text);
    else this.#answer(message);
  }

  /** pass runs after an attempt to connect, if the cell is still waiting for a reply. */
  #pass(message: Message, text: string): void {
    if (isCell(message) && !this.#open.has(message.header.msg_id)) return;
    if (this.#upstream && this.#replayed.has(text)) return; // a kernel refuses what it was sent before
    if (this.#upstream) this.#upstream.send(text);
    else if (!isCell(message)) this.#answer(message);
  }

  /** answer replies in place of a kernel. */
  #answer(message: Message): void {
    const isInfo = message.header.msg_type === "kernel_info_request";
    const content = isInfo ? this.deps.state.info() : emptyReply(message);
    this.#broadcast(busyStatus(message), ...replyMessages(message, content));
  }

  #connectFor(message: Message, text: string): void {
    this.#broadcast(busyStatus(message));
    this.#waiting = new AbortController();
    this.#connecting = this.#connect(codeOf(message), this.#waiting.signal)
      .catch((err: unknown) => this.#fail(err instanceof Error ? err.message : String(err)))
      .finally(() => (this.#connecting = undefined));
    // It is sent before the messages that arrived meanwhile.
    void this.#connecting.then(() => this.#pass(message, text));
  }

  async #connect(code: string, signal: AbortSignal): Promise<void> {
    const target = await this.deps.ensure(signal);
    const place = this.deps.placeOf(this.notebook, code);
    this.stored = await this.#create(target, place, signal);
    this.deps.onChange();
    await this.#join(this.stored);
    const { id, text } = request("kernel_info_request", {});
    this.#infoRequest = id;
    this.#upstream?.send(text);
    if (place?.setup !== undefined) this.#upstream?.send(silentExecution(place.setup));
    this.#replayed = new Set(this.#setup);
    for (const setup of this.#replayed) this.#upstream?.send(setup);
  }

  /** create creates a kernel in the job, of another kernelspec if the job does not have the notebook's. */
  async #create(
    target: Target,
    place: KernelPlace | undefined,
    signal: AbortSignal,
  ): Promise<JobKernel> {
    const { name, type, spec } = this.notebook;
    const path = place?.path ?? this.deps.pathIn(target.job, this.notebook.path, this.file);
    const post = (spec: string) =>
      fetchFrom(target, "POST", "/api/sessions", { path, name, type, kernel: { name: spec } });
    let response = await post(spec);
    if (response.status === unknownSpec) {
      response = await post(await this.deps.replacementFor(target, spec, signal));
    }
    const answer = JSON.parse(response.body) as {
      id?: string;
      kernel?: { id?: string };
      message?: string;
    };
    if (answer.id === undefined || answer.kernel?.id === undefined) {
      throw new Error(`Jupyter did not start a kernel: ${answer.message ?? response.status}`);
    }
    return { job: target.job, sessionId: answer.id, kernelId: answer.kernel.id };
  }

  async #join(stored: JobKernel): Promise<void> {
    const target = async (): Promise<Current> => {
      const current = await this.deps.current();
      return current === unreachable || current?.job === stored.job ? current : undefined;
    };
    const upstream = new Upstream(stored, this.#client, target, {
      message: (data) => this.#onData(data),
      onGone: (unsent) => {
        if (this.#upstream === upstream) this.#gone(unsent);
      },
    });
    this.#upstream = upstream;
    await upstream.connect();
  }

  /** onData passes on the kernel's messages, and notes which cells have run. */
  #onData(data: string | Buffer): void {
    this.#active = new Date();
    if (typeof data === "string") {
      // The header is at the beginning; outputs can be large.
      const head = data.slice(0, 4000);
      if (head.includes('_reply"')) this.#onReply(data);
    }
    this.#broadcast(data);
  }

  #onReply(text: string): void {
    const message = parse(text);
    const to = (message?.parent_header as { msg_id?: string } | undefined)?.msg_id;
    if (to === undefined || !message) return;
    this.#open.delete(to);
    if (to === this.#infoRequest) this.deps.state.saveInfo(message.content);
  }

  /** onGone handles the end of the kernel. Unsent messages are for the next one. */
  #gone(unsent: readonly (string | Buffer)[]): void {
    const texts = unsent.filter((data) => typeof data === "string");
    const messages = texts.flatMap((text) => parse(text) ?? []);
    for (const { header } of messages) this.#open.delete(header.msg_id);
    this.#dropJobKernel("The kernel of this notebook has ended.");
    for (const [i, message] of messages.entries()) {
      if (isCell(message)) this.#open.set(message.header.msg_id, message);
      this.#route(message, texts[i] ?? "");
    }
  }

  /** dropJobKernel forgets the kernel in the job; the lasting one stays. */
  #dropJobKernel(reason: string): void {
    this.#disconnect();
    this.stored = undefined;
    this.deps.onChange();
    this.#fail(reason);
  }

  #fail(reason: string): void {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const message of open) this.#broadcast(...errorMessages(message, reason));
  }

  /** control interrupts or restarts the kernel in the job, if any. */
  async #control(what: "interrupt" | "restart"): Promise<boolean> {
    const { stored } = this;
    const target = stored && (await this.deps.current());
    if (target === unreachable) throw new Error("The kernel cannot be reached now");
    if (!stored || target?.job !== stored.job) return false;
    const { status } = await fetchFrom(target, "POST", `/api/kernels/${stored.kernelId}/${what}`);
    return status < 300;
  }

  #broadcast(...all: (string | Buffer)[]): void {
    for (const data of all) for (const socket of this.#clients) socket.send(data);
  }
}
