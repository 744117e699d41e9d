import type { CancellationToken } from "vscode";
import type { ShellOutputParams } from "../../src/protocol.js";
import type { Server, ShellOutputHandler } from "../../src/server/types.js";
import { EventEmitter } from "../stub/events.js";

type Answer = (params: never, token?: { onCancellationRequested: unknown }) => unknown;

/** Asked is one request that was made. */
export interface Asked {
  readonly method: string;
  readonly params: unknown;
}

/** FakeServer answers requests by functions, and records what was asked. */
export class FakeServer implements Pick<
  Server,
  "request" | "onNotification" | "onShellOutput" | "onDidCrash"
> {
  readonly asked: Asked[] = [];
  readonly #handlers = new Map<string, Set<(params: never) => void>>();

  constructor(readonly answers: Readonly<Record<string, Answer>> = {}) {}

  /** tokens are what the requests can be cancelled with. */
  readonly tokens: (CancellationToken | undefined)[] = [];

  readonly request = (async (
    method: string,
    params: unknown,
    options?: { token?: CancellationToken },
  ) => {
    this.asked.push({ method, params });
    this.tokens.push(options?.token);
    const answer = this.answers[method];
    if (!answer) throw new Error(`${method} has no answer in this test`);
    return await answer(params as never);
  }) as Server["request"];

  readonly onNotification = ((method: string, handler: (params: never) => void) => {
    const handlers = this.#handlers.get(method) ?? new Set();
    this.#handlers.set(method, handlers.add(handler));
    return { dispose: () => handlers.delete(handler) };
  }) as Server["onNotification"];

  readonly #outputs = new Map<string, ShellOutputHandler>();
  readonly #crashed = new EventEmitter<void>();
  readonly onDidCrash = this.#crashed.event as Server["onDidCrash"];

  readonly onShellOutput: Server["onShellOutput"] = (shellId, handler) => {
    this.#outputs.set(shellId, handler);
    return { dispose: () => this.#outputs.delete(shellId) };
  };

  /** output is output of a shell; it resolves when the next may come. */
  async output(params: ShellOutputParams): Promise<void> {
    await this.#outputs.get(params.shellId)?.(params);
  }

  /** crash is the program's unexpected end. */
  crash(): void {
    this.#crashed.fire();
  }

  /** tell is what the server says by itself. */
  tell(method: string, params: unknown): void {
    for (const handler of this.#handlers.get(method) ?? []) handler(params as never);
  }

  /** listeners is how many listen to a notification. */
  listeners(method: string): number {
    return this.#handlers.get(method)?.size ?? 0;
  }
}
