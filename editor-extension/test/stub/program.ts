import { PassThrough } from "node:stream";
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import type {
  ClientNotifications,
  ClientRequests,
  ServerNotifications,
  ServerRequests,
} from "../../src/protocol.js";
import { protocolVersion } from "../../src/protocol.js";
import type { Child, Exit } from "../../src/server/types.js";

type Methods = ServerRequests;
/** Answer is how the program answers a method; what it throws goes back as it is. */
type Answer<M extends keyof Methods> = (
  params: Methods[M]["params"],
  token: {
    readonly isCancellationRequested: boolean;
    onCancellationRequested: (heard: () => void) => unknown;
  },
) => Methods[M]["result"] | Promise<Methods[M]["result"]>;

/** Asked is a request or a notification that reached the program. */
export interface Asked {
  readonly method: string;
  readonly params: unknown;
}

/** FakeRun is one run of the program: its end of the pipes. */
export class FakeRun implements Child {
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  readonly asked: Asked[] = [];
  killed = false;
  readonly rpc: MessageConnection;
  readonly exited: Promise<Exit>;
  #exit: (exit: Exit) => void = () => undefined;

  constructor(
    readonly binary: string,
    readonly args: readonly string[],
    answers: ReadonlyMap<string, (params: unknown, token: unknown) => unknown>,
  ) {
    this.exited = new Promise((resolve) => (this.#exit = resolve));
    this.rpc = createMessageConnection(
      new StreamMessageReader(this.stdin),
      new StreamMessageWriter(this.stdout),
    );
    this.rpc.onRequest((method, params, token) => {
      this.asked.push({ method, params });
      return answers.get(method)?.(params, token);
    });
    this.rpc.onNotification((method, params) => {
      this.asked.push({ method, params });
      if (method === "exit") this.end({});
    });
    this.rpc.listen();
    this.stdin.once("end", () => this.end({}));
  }

  /** end is the end of the program, by itself or not. */
  end(exit: Partial<Exit>): void {
    this.#exit({ code: 0, signal: null, stderr: [], ...exit });
    this.stdout.end();
  }

  kill(): void {
    this.killed = true;
    this.end({ code: null, signal: "SIGKILL" });
  }

  /** methods are the names of what was asked, in order. */
  get methods(): string[] {
    return this.asked.map(({ method }) => method);
  }

  /** params are those of the newest request or notification of a name. */
  params<M extends keyof (ServerRequests & ServerNotifications)>(
    method: M,
  ): (ServerRequests & ServerNotifications)[M]["params"] | undefined {
    return this.asked.findLast((one) => one.method === method)?.params as (ServerRequests &
      ServerNotifications)[M]["params"];
  }

  /** tell says something without being asked. */
  async tell<M extends keyof ClientNotifications>(
    method: M,
    params: ClientNotifications[M]["params"],
  ): Promise<void> {
    await this.rpc.sendNotification(method, params);
  }

  /** ask asks the user. */
  async ask<M extends keyof ClientRequests>(
    method: M,
    params: ClientRequests[M]["params"],
  ): Promise<ClientRequests[M]["result"]> {
    return await this.rpc.sendRequest(method, params);
  }
}

/** FakeProgram is the Go program as a test plays it, over all its runs. */
export class FakeProgram {
  readonly runs: FakeRun[] = [];
  readonly #answers = new Map<string, (params: unknown, token: unknown) => unknown>();

  constructor() {
    this.on("initialize", () => ({
      protocolVersion,
      serverInfo: { name: "sunpyter", version: "0.1.0" },
    }));
    this.on("shutdown", () => ({ released: [] }));
    this.on("kernel/list", () => ({ sessions: [] }));
  }

  /** on says how a method is answered from now on. */
  on<M extends keyof Methods>(method: M, answer: Answer<M>): this {
    this.#answers.set(method, answer as (params: unknown, token: unknown) => unknown);
    return this;
  }

  /** spawn is given to the server in place of the real one. */
  readonly spawn = (binary: string, args: readonly string[]): FakeRun => {
    const run = new FakeRun(binary, args, this.#answers);
    this.runs.push(run);
    return run;
  };

  /** run is the newest. */
  get run(): FakeRun {
    const run = this.runs.at(-1);
    if (!run) throw new Error("the program was not started");
    return run;
  }
}
