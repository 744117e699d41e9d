import type * as vscode from "vscode";

/** Disposable runs its function once. */
export class Disposable {
  #run: (() => unknown) | undefined;

  constructor(run: () => unknown) {
    this.#run = run;
  }

  static from(...all: { dispose: () => unknown }[]): Disposable {
    return new Disposable(() => {
      for (const one of all) one.dispose();
    });
  }

  dispose(): void {
    const run = this.#run;
    this.#run = undefined;
    run?.();
  }
}

/** EventEmitter calls its listeners in the order in which they came. */
export class EventEmitter<T> {
  readonly #listeners = new Set<(value: T) => unknown>();

  readonly event = (
    listener: (value: T) => unknown,
    thisArg?: unknown,
    disposables?: { dispose: () => unknown }[],
  ): Disposable => {
    const heard = (value: T): unknown => listener.call(thisArg, value);
    this.#listeners.add(heard);
    const subscription = new Disposable(() => this.#listeners.delete(heard));
    disposables?.push(subscription);
    return subscription;
  };

  /** listeners is how many listen: a test sees with it that all was disposed. */
  get listeners(): number {
    return this.#listeners.size;
  }

  fire(value: T): void {
    for (const listener of [...this.#listeners]) listener(value);
  }

  dispose(): void {
    this.#listeners.clear();
  }
}

/** CancellationTokenSource cancels its token. */
export class CancellationTokenSource {
  readonly #emitter = new EventEmitter<void>();
  #cancelled = false;
  readonly token: vscode.CancellationToken;

  constructor() {
    const cancelled = (): boolean => this.#cancelled;
    this.token = {
      get isCancellationRequested() {
        return cancelled();
      },
      onCancellationRequested: this.#emitter.event,
    };
  }

  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#emitter.fire();
  }

  dispose(): void {
    this.#emitter.dispose();
  }
}
