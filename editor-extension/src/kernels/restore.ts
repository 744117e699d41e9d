import type { Disposable } from "vscode";
import type { Log } from "../common/log.js";
import {
  EditorCode,
  hasCode,
  requestProblem,
  type RequestProblem,
  showProblem,
} from "../common/problems.js";
import type { VSCode } from "../common/vscode.js";
import { type KernelListResult, ProblemCode } from "../protocol.js";
import { type Fate, takeOverAll, takeOverLeft } from "./adopt.js";
import type { Model, Remembered } from "./model.js";
import type { Kernels, KernelsDeps, Patience } from "./types.js";

/** Settling finds out which kernels this window has, after a reload and after a crash. */
export interface Settling extends Disposable {
  /** settled is as {@link Kernels.settled}. */
  settled(): Promise<void>;
}

/** SettlingDeps is what settling works with. */
export interface SettlingDeps extends KernelsDeps {
  readonly model: Model;
  readonly remembered: Remembered;
  readonly list: () => Promise<KernelListResult>;
  readonly takeOver: Kernels["takeOver"];
  readonly patience: Patience;
}

/** A window that was away for longer than this was closed, and its kernels were given back. */
const awayMost = 5 * 60_000;

const unseenEnd = {
  code: ProblemCode.JobEnded,
  message: "It ended while Sunpyter's helper program was not there to see why",
};

/** createSettling begins at once where the window before left kernels. */
export function createSettling(vs: VSCode, deps: SettlingDeps): Settling {
  return new KernelSettling(createTellings(vs, deps.log), deps);
}

class KernelSettling implements Settling {
  readonly #subscriptions: readonly Disposable[];
  readonly #whereabouts = new Whereabouts();
  /** before are the kernels of the window before that are not accounted for. */
  #before: readonly string[];
  /** unknown is true when there was nobody to ask about them. */
  #unknown = false;
  /** told is why that was, the last time that it was told. */
  #told = "";
  /** work is done one after the other. */
  #work: Promise<void> = Promise.resolve();

  constructor(
    readonly tell: Tellings,
    readonly deps: SettlingDeps,
  ) {
    const { model, remembered, server } = deps;
    this.#before = remembered.all().map(({ id }) => id);
    this.#subscriptions = [
      server.onDidStart(({ again }) => {
        if (again) this.#next(() => this.#afterCrash());
        else if (this.#unknown) this.#next(() => this.#afterReload());
      }),
      // It is this window's as soon as the program says so: until it is ready can take long.
      model.onDidChange(({ kernel }) => {
        this.#whereabouts.found(kernel.session.id);
      }),
    ];
    if (this.#before.length > 0) this.#next(() => this.#afterReload());
  }

  settled(): Promise<void> {
    if (this.#unknown) this.#next(() => this.#afterReload()); // whoever asks again wants it tried again
    return this.#whereabouts.settled();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
  }

  #next(work: () => Promise<void>): void {
    this.#unknown = false;
    if (this.#before.length > 0) this.#whereabouts.look(this.#before);
    this.#work = this.#work.then(work);
  }

  async #afterReload(): Promise<void> {
    try {
      await takeOverLeft(this.#taking(), this.#before);
    } catch (err) {
      this.#lost(requestProblem(err));
    }
  }

  /** lost says that there is nobody to ask. The end of the program is told elsewhere. */
  #lost(err: RequestProblem): void {
    this.#unknown = true;
    this.#whereabouts.fail(err);
    if (err.problem.code === EditorCode.ServerDied || err.message === this.#told) return;
    this.#told = err.message;
    this.tell.unknown(err, () => {
      this.#next(() => this.#afterReload());
    });
  }

  async #afterCrash(): Promise<void> {
    const own = this.deps.model.own().map(({ session }) => session);
    const lost = own.filter(({ state }) => state === "disconnected").map(({ id }) => id);
    const others = own.map(({ id }) => id).filter((id) => !lost.includes(id));
    // Those that wait in the queue are not waited for.
    const queued = takeOverAll(this.#taking(), others);
    const ours = await takeOverAll(this.#taking(), lost);
    this.tell.restarted(ours.map((id) => this.#place(id)));
    await queued;
    if (this.#before.length > 0) await this.#afterReload();
  }

  #taking(): Parameters<typeof takeOverLeft>[0] {
    const { list, takeOver, patience } = this.deps;
    const account = (id: string, fate: Fate): void => {
      this.#account(id, fate);
    };
    return { list, adopt: (id) => takeOver({ id }), patience, account };
  }

  /** account draws the conclusions of what became of a kernel. */
  #account(id: string, fate: Fate): void {
    const { log, remembered, model } = this.deps;
    const place = this.#place(id);
    const known = model.get(id)?.session;
    if (hasCode(fate, EditorCode.ServerDied)) {
      if (this.#before.includes(id)) this.#lost(fate);
      return;
    }
    this.#before = this.#before.filter((one) => one !== id);
    this.#whereabouts.found(id);
    if (fate === "ours") {
      log.info(`The kernel ${id} on ${place} is this window's again.`);
      return;
    }
    if (typeof fate === "object") {
      this.#failed(id, place, fate);
      return;
    }
    remembered.remove(id);
    log.info(`The kernel ${id} on ${place} is ${fate === "gone" ? "over" : "another window's"}.`);
    if (fate === "elsewhere") return;
    // Where the kernel is known its end is told like every other.
    if (known) model.tell({ ...known, state: "ended", cause: unseenEnd });
    else if (remembered.age() < awayMost) this.tell.gone(place);
  }

  #failed(id: string, place: string, err: RequestProblem): void {
    // Where the kernel has ended, its end is told with its cause.
    if (this.deps.model.get(id)?.session.state === "ended") return;
    this.tell.failed(place, err, () => {
      this.#next(async () => {
        await takeOverAll(this.#taking(), [id]);
      });
    });
  }

  /** place is where a kernel is, for a person. */
  #place(id: string): string {
    const session = this.deps.model.get(id)?.session;
    const memo = this.deps.remembered.all().find((one) => one.id === id);
    return session?.node ?? memo?.where ?? session?.title ?? id;
  }
}

/** Tellings are the words about kernels that were taken over, or were not. */
export interface Tellings {
  /** restarted says that the program had stopped, and what became of the kernels. */
  restarted(places: readonly string[]): void;
  /** gone says that a kernel ended while nobody looked. */
  gone(place: string): void;
  /** failed says why a kernel could not be taken over, and offers to try again. */
  failed(place: string, err: RequestProblem, again: () => unknown): void;
  /** unknown says why it is not known what became of any. */
  unknown(err: unknown, again: () => unknown): void;
}

/** createTellings shows them as notifications. */
export function createTellings(vs: VSCode, log: Log): Tellings {
  const offerStart = async (text: string): Promise<void> => {
    const start = "Start Another Kernel";
    if ((await vs.window.showWarningMessage(text, start)) === start) {
      await vs.commands.executeCommand("sunpyter.start");
    }
  };
  const offerLog = async (text: string): Promise<void> => {
    const show = "Show Log";
    if ((await vs.window.showInformationMessage(text, show)) === show) log.show();
  };
  const problem = (doing: string, err: unknown, again: () => unknown): void => {
    void showProblem(vs, err, { doing, log, actions: [{ title: "Try Again", run: again }] });
  };
  return {
    restarted: (places) => {
      const text = ["Sunpyter's helper program stopped and was started again.", goOn(places)];
      void offerLog(text.filter(Boolean).join(" "));
    },
    gone: (place) => {
      void offerStart(`Your kernel on ${place} ended while this window was away.`);
    },
    failed: (place, err, again) => {
      problem(`Going on with your kernel on ${place}`, err, again);
    },
    unknown: (err, again) => {
      problem("Finding this window's kernels", err, again);
    },
  };
}

function goOn(places: readonly string[]): string {
  if (places.length === 0) return "";
  const list = new Intl.ListFormat("en-GB").format(places);
  return places.length === 1 ? `Your kernel on ${list} goes on.` : `Your kernels on ${list} go on.`;
}

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
