import type { Server } from "../../src/server/types.js";

type Answer = (params: never, token?: { onCancellationRequested: unknown }) => unknown;

/** Asked is one request that was made. */
export interface Asked {
  readonly method: string;
  readonly params: unknown;
}

/** FakeServer answers requests by functions, and records what was asked. */
export class FakeServer implements Pick<Server, "request" | "onNotification"> {
  readonly asked: Asked[] = [];
  readonly #handlers = new Map<string, Set<(params: never) => void>>();

  constructor(readonly answers: Readonly<Record<string, Answer>> = {}) {}

  readonly request = (async (method: string, params: unknown) => {
    this.asked.push({ method, params });
    const answer = this.answers[method];
    if (!answer) throw new Error(`${method} has no answer in this test`);
    return await answer(params as never);
  }) as Server["request"];

  readonly onNotification = ((method: string, handler: (params: never) => void) => {
    const handlers = this.#handlers.get(method) ?? new Set();
    this.#handlers.set(method, handlers.add(handler));
    return { dispose: () => handlers.delete(handler) };
  }) as Server["onNotification"];

  /** tell is what the server says by itself. */
  tell(method: string, params: unknown): void {
    for (const handler of this.#handlers.get(method) ?? []) handler(params as never);
  }

  /** listeners is how many listen to a notification. */
  listeners(method: string): number {
    return this.#handlers.get(method)?.size ?? 0;
  }
}
