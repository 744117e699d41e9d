import { setTimeout as sleep } from "node:timers/promises";
import { offer, runCommand, showLog } from "../common/notices.js";
import type { Disposable } from "vscode";
import {
  EditorCode,
  hasCode,
  requestProblem,
  type RequestProblem,
  showProblem,
} from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import { type KernelListResult, ProblemCode } from "../protocol.js";
import type { Model, RememberedKernels } from "./model.js";
import type { Kernels, KernelsDeps, PollTimes } from "./types.js";

/** RestoreDeps is what {@link Restore} needs. */
interface RestoreDeps extends KernelsDeps {
  readonly model: Model;
  readonly remembered: RememberedKernels;
  readonly listKernels: () => Promise<KernelListResult>;
  readonly takeOver: Kernels["takeOver"];
}

/**
 * defaultPollTimes allows for the program of the previous window: it sees the end of its input up
 * to 5 s after the new window has started, and only then gives up its kernels.
 */
const defaultPollTimes: PollTimes = { interval: 500, timeout: 10_000 };

/** AdoptResult is what happened to a kernel of the previous window. */
type AdoptResult =
  | "ours"
  /** It has ended. */
  | "gone"
  /** It belongs to another window. */
  | "elsewhere"
  /** It could not be taken over. */
  | RequestProblem;

/** A window that was away for longer than this was closed, and its kernels were released. */
const maxAway = 5 * 60_000;

const unknownEnd = {
  code: ProblemCode.JobEnded,
  message: "It ended while Sunpyter wasn't running, so the reason isn't known",
};

/** Restore finds this window's kernels after a reload or a crash. It begins at once if the previous window left some. */
export class Restore implements Disposable {
  readonly #subscriptions: Disposable;
  readonly #pending = new PendingKernels();
  /** previous are the kernels of the previous window that have no result yet. */
  #previous: readonly string[];
  /** listFailed is true if the program could not be asked about them. */
  #listFailed = false;
  /** lastShown is the last reason that was shown for that. */
  #lastShown = "";
  /** queue runs one task after the other. */
  #queue: Promise<void> = Promise.resolve();

  constructor(
    readonly vscode: VSCode,
    readonly deps: RestoreDeps,
  ) {
    const { model, remembered, server } = deps;
    this.#previous = remembered.all().map(({ id }) => id);
    this.#subscriptions = vscode.Disposable.from(
      server.onDidStart(({ restarted }) => {
        if (restarted) this.#enqueue(() => this.#afterCrash());
        else if (this.#listFailed) this.#enqueue(() => this.#afterReload());
      }),
      // It is this window's as soon as the program says so: becoming ready can take long.
      model.onDidChange(({ kernel }) => this.#pending.resolve(kernel.session.id)),
    );
    if (this.#previous.length > 0) this.#enqueue(() => this.#afterReload());
  }

  /** done is as {@link Kernels.restored}. */
  done(): Promise<void> {
    if (this.#listFailed) this.#enqueue(() => this.#afterReload()); // a new call is a retry
    return this.#pending.done;
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #enqueue(work: () => Promise<void>): void {
    this.#listFailed = false;
    if (this.#previous.length > 0) this.#pending.add(this.#previous);
    this.#queue = this.#queue.then(work);
  }

  async #afterReload(): Promise<void> {
    try {
      await this.#adoptPrevious();
    } catch (err) {
      this.#cannotRestore(requestProblem(err));
    }
  }

  /**
   * adoptPrevious takes over each kernel of the previous window as soon as that gives it up. One that
   * is still owned after the timeout belongs to another window: two can have the same folder open. It
   * resolves when all have a result, which a kernel that waits in the queue can delay for long. It
   * rejects if the program cannot be asked.
   */
  async #adoptPrevious(): Promise<void> {
    const { interval, timeout } = this.deps.pollTimes ?? defaultPollTimes;
    const adopting: Promise<unknown>[] = [];
    const deadline = Date.now() + timeout;
    let waiting = this.#previous;
    for (;;) {
      const { sessions } = await this.deps.listKernels();
      waiting = waiting.filter((id) => {
        const session = sessions.find((one) => one.id === id);
        if (session && !session.orphaned && !session.owned) return true;
        if (session) adopting.push(this.#adopt(id));
        else this.#handleResult(id, "gone");
        return false;
      });
      if (waiting.length === 0 || Date.now() >= deadline) break;
      await sleep(interval);
    }
    for (const id of waiting) this.#handleResult(id, "elsewhere");
    await Promise.all(adopting);
  }

  /** adopt takes over a kernel that has no other owner, and reports whether it is this window's now. */
  async #adopt(id: string): Promise<boolean> {
    let result: AdoptResult = "ours";
    try {
      await this.deps.takeOver({ id });
    } catch (err) {
      result = hasCode(err, ProblemCode.UnknownSession) ? "gone" : requestProblem(err);
    }
    this.#handleResult(id, result);
    return result === "ours";
  }

  /** cannotRestore handles a program that cannot be asked. Its end is reported elsewhere. */
  #cannotRestore(err: RequestProblem): void {
    this.#listFailed = true;
    this.#pending.fail(err);
    if (err.problem.code === EditorCode.ServerDied || err.message === this.#lastShown) return;
    this.#lastShown = err.message;
    this.#showProblem("find this window's kernels", err, () => this.#afterReload());
  }

  async #afterCrash(): Promise<void> {
    const own = this.deps.model.own().map(({ session }) => session);
    const lost = own.filter(({ state }) => state === "disconnected").map(({ id }) => id);
    const others = own.map(({ id }) => id).filter((id) => !lost.includes(id));
    // Kernels that wait in the queue are not waited for.
    const queued = Promise.all(others.map((id) => this.#adopt(id)));
    const adopted = await Promise.all(lost.map((id) => this.#adopt(id)));
    const places = lost.filter((_, i) => adopted[i]).map((id) => this.#place(id));
    const text = ["Sunpyter's helper program stopped and was restarted.", stillRunning(places)];
    void offer(this.vscode, "info", text.filter(Boolean).join(" "), showLog(this.deps.log));
    await queued;
    if (this.#previous.length > 0) await this.#afterReload();
  }

  /** handleResult applies the result for a kernel. */
  #handleResult(id: string, result: AdoptResult): void {
    const { log, remembered, model } = this.deps;
    const place = this.#place(id);
    const known = model.get(id)?.session;
    if (hasCode(result, EditorCode.ServerDied)) {
      if (this.#previous.includes(id)) this.#cannotRestore(result);
      return;
    }
    this.#previous = this.#previous.filter((one) => one !== id);
    this.#pending.resolve(id);
    if (result === "ours") {
      log.info(`The kernel ${id} on ${place} is this window's again.`);
      return;
    }
    if (typeof result === "object") {
      this.#showFailure(id, place, result);
      return;
    }
    remembered.remove(id);
    const now = result === "gone" ? "has ended" : "is another window's";
    log.info(`The kernel ${id} on ${place} ${now}.`);
    if (result === "elsewhere") return;
    // If the kernel is known, its end is reported like any other.
    if (known) model.update({ ...known, state: "ended", cause: unknownEnd });
    else if (remembered.age() < maxAway) this.#showEnded(place);
  }

  /** showEnded reports that a kernel ended while no window was open. */
  #showEnded(place: string): void {
    const text = `Your kernel on ${place} ended while this window was away.`;
    const start = runCommand(this.vscode, "Start Another Kernel", "sunpyter.start");
    void offer(this.vscode, "warning", text, start);
  }

  #showFailure(id: string, place: string, err: RequestProblem): void {
    // If the kernel has ended, its end is reported with its cause.
    if (this.deps.model.get(id)?.session.state === "ended") return;
    this.#showProblem(`reconnect to your kernel on ${place}`, err, async () => {
      await this.#adopt(id);
    });
  }

  #showProblem(doing: string, err: RequestProblem, retry: () => Promise<void>): void {
    const actions = [{ title: "Try Again", run: () => this.#enqueue(retry) }];
    void showProblem(this.vscode, err, { doing, log: this.deps.log, actions });
  }

  /** place returns where a kernel is, for the user. */
  #place(id: string): string {
    const session = this.deps.model.get(id)?.session;
    const memo = this.deps.remembered.all().find((one) => one.id === id);
    return session?.node ?? memo?.where ?? session?.title ?? id;
  }
}

function stillRunning(places: readonly string[]): string {
  if (places.length === 0) return "";
  const list = new Intl.ListFormat("en-GB").format(places);
  return places.length === 1
    ? `Your kernel on ${list} is still running.`
    : `Your kernels on ${list} are still running.`;
}

/**
 * PendingKernels keeps which kernels of the previous window have no result yet, and lets
 * others wait until all have.
 */
class PendingKernels {
  readonly #unresolved = new Set<string>();
  /** done resolves when none is pending, and rejects if that cannot be found out. */
  done = Promise.resolve();
  /** settle settles it, while some are pending. */
  #settle: ((outcome: Promise<void>) => void) | undefined;

  /** add adds kernels that are being looked for. */
  add(ids: readonly string[]): void {
    for (const id of ids) this.#unresolved.add(id);
    if (this.#settle) return;
    this.done = new Promise((resolve) => (this.#settle = resolve));
    this.done.catch(() => undefined); // that nobody waits is no fault
  }

  /** resolve removes one: it is known whether this window has it. */
  resolve(id: string): void {
    if (this.#unresolved.delete(id) && this.#unresolved.size === 0) this.#end(Promise.resolve());
  }

  /** fail rejects those who wait, and those who ask before kernels are looked for again. */
  fail(err: Error): void {
    const failed = Promise.reject(err);
    failed.catch(() => undefined);
    this.#end(failed);
    this.done = failed;
  }

  #end(outcome: Promise<void>): void {
    this.#settle?.(outcome);
    this.#settle = undefined;
  }
}
