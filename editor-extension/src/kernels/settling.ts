import type { Disposable } from "vscode";
import { type RequestProblem, requestProblem } from "../problems.js";
import { ProblemCode } from "../protocol.js";
import type { VSCode } from "../vs.js";
import type { Kernels, KernelsDeps } from "./kernels.js";
import type { Model } from "./model.js";
import type { Remembered } from "./remembered.js";
import { type Fate, type Patience, takeOverAll, takeOverLeft } from "./takeover.js";
import { createTellings, type Tellings } from "./tellings.js";

/** Settling finds out which kernels this window has, after a reload and after a crash. */
export interface Settling extends Disposable {
  /** settled is as {@link Kernels.settled}. */
  settled(): Promise<void>;
}

/** SettlingDeps is what settling works with. */
export interface SettlingDeps extends KernelsDeps {
  readonly model: Model;
  readonly remembered: Remembered;
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
  readonly #subscription: Disposable;
  /** before are the kernels of the window before that are not accounted for. */
  #before: readonly string[];
  /** unknown is true when there was nobody to ask about them. */
  #unknown = false;
  #settled: Promise<void> = Promise.resolve();

  constructor(
    readonly tell: Tellings,
    readonly deps: SettlingDeps,
  ) {
    this.#before = deps.remembered.all().map(({ id }) => id);
    this.#subscription = deps.server.onDidStart(({ again }) => {
      if (again) this.#next(() => this.#afterCrash());
      else if (this.#unknown) this.#next(() => this.#afterReload());
    });
    if (this.#before.length > 0) this.#next(() => this.#afterReload());
  }

  settled(): Promise<void> {
    return this.#settled;
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  /** next does one after the other. */
  #next(settle: () => Promise<void>): void {
    this.#settled = this.#settled.catch(() => undefined).then(settle);
    // Whoever waits is told, and the person is; that nobody waits is no fault.
    this.#settled.catch(() => undefined);
  }

  async #afterReload(): Promise<void> {
    this.#unknown = false;
    try {
      const fates = await takeOverLeft(this.#taking(), this.#before);
      this.#before = [];
      for (const [id, fate] of fates) this.#account(id, fate);
    } catch (err) {
      this.#unknown = true;
      this.tell.unknown(err, () => {
        this.#next(() => this.#afterReload());
      });
      throw requestProblem(err);
    }
  }

  async #afterCrash(): Promise<void> {
    const { model } = this.deps;
    const ids = model.own().map(({ session }) => session.id);
    const fates = await takeOverAll(this.#taking(), ids);
    const ours = ids.filter((id) => fates.get(id) === "ours");
    this.tell.restarted(ours.map((id) => this.#place(id)));
    for (const [id, fate] of fates) this.#account(id, fate);
    if (this.#before.length > 0) await this.#afterReload();
  }

  #taking(): Parameters<typeof takeOverLeft>[0] {
    const { server, takeOver, patience } = this.deps;
    return { server, adopt: takeOver, patience };
  }

  /** account draws the conclusions of what became of a kernel. */
  #account(id: string, fate: Fate): void {
    const { log, remembered, model } = this.deps;
    const place = this.#place(id);
    const known = model.get(id)?.session;
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
        for (const [one, fate] of await takeOverAll(this.#taking(), [id])) this.#account(one, fate);
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
