/**
 * Whereabouts knows which kernels of the window before are not accounted for yet, and lets
 * others wait until all are.
 */
export class Whereabouts {
  readonly #open = new Set<string>();
  #waiting: PromiseWithResolvers<void> | undefined;
  #failure: Error | undefined;

  /** settled resolves when nothing is open, and rejects where that cannot be found out. */
  settled(): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    return this.#waiting?.promise ?? Promise.resolve();
  }

  /** look says that these are being looked for. */
  look(ids: readonly string[]): void {
    this.#failure = undefined;
    for (const id of ids) this.#open.add(id);
    if (this.#open.size > 0) this.#waiting ??= withResolvers();
  }

  /** found says that it is known of one whether this window has it. */
  found(id: string): void {
    if (!this.#open.delete(id) || this.#open.size > 0) return;
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  /** fail says that there is nobody to ask. */
  fail(err: Error): void {
    this.#failure = err;
    this.#waiting?.reject(err);
    this.#waiting = undefined;
  }
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (err: Error) => void;
}

function withResolvers(): PromiseWithResolvers<void> {
  let resolve: () => void = () => undefined;
  let reject: (err: Error) => void = () => undefined;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  promise.catch(() => undefined); // that nobody waits is no fault
  return { promise, resolve, reject };
}
