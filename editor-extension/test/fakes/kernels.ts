import type {
  Kernel,
  KernelChange,
  Kernels,
  KernelList,
  KernelRef,
} from "../../src/kernels/types.js";
import type {
  KernelLinkResult,
  KernelListParams,
  Release,
  Session,
  Use,
} from "../../src/protocol.js";
import { EventEmitter } from "../stub/events.js";

/** ready is a kernel in which cells can run, from 09:00 to 13:00. */
export const ready: Session = {
  id: "k3v9q2",
  state: "ready",
  cluster: "sunbird",
  title: "Sunbird",
  host: "sunbird.swansea.ac.uk",
  user: "alice",
  owned: true,
  generation: 1,
  jobId: "4711",
  partition: "s_highmem_cdt",
  cpus: 1,
  memoryMiB: 4096,
  timeLimitSeconds: 14_400,
  graceSeconds: 900,
  idleSeconds: 3600,
  node: "scs0151",
  workingDirectory: "/cdt_storage/alice",
  endsAt: "2026-03-02T13:00:00Z",
};

/** pending is a kernel that waits in the queue. */
export const pending: Session = {
  id: "p7x2m4",
  state: "pending",
  cluster: "sunbird",
  title: "Sunbird",
  host: "sunbird.swansea.ac.uk",
  owned: true,
  generation: 1,
  jobId: "4712",
  cpus: 2,
  pending: { reason: "Resources", message: "no node has 2 free CPUs now" },
};

/** ended is how a kernel is after it ended by itself. */
export function ended(session: Session, code: string, message = "as it happened"): Session {
  return { ...session, state: "ended", cause: { code, message } };
}

/** FakeKernels is a model that a test changes. */
export class FakeKernels implements Kernels {
  readonly #known = new Map<string, Kernel>();
  readonly #changes = new EventEmitter<KernelChange>();
  readonly onDidChange = this.#changes.event as Kernels["onDidChange"];
  readonly stopped: string[] = [];
  readonly taken: string[] = [];
  readonly kept: string[] = [];
  readonly reconnected: string[] = [];
  /** elsewhere are other windows' kernels. */
  elsewhere: Session[] = [];
  /** over are kernels that ended lately. */
  over: Session[] = [];
  /** onCluster is what a cluster adds to them, and looked is where was asked for that. */
  onCluster: Session[] = [];
  readonly looked: KernelListParams[] = [];
  /** release is what stop answers. */
  release: (id: string) => Promise<Release> = (sessionId) =>
    Promise.resolve({ sessionId, outcome: "released" });
  /** address is what link answers. */
  address: () => Promise<string> = () => Promise.resolve("http://127.0.0.1:41234/open/q7Jm3Zt0");

  /** noBrowser is why the program opens no browser. */
  noBrowser: string | undefined = undefined;

  constructor(...sessions: Session[]) {
    for (const session of sessions) this.#known.set(session.id, kernelOf(session));
  }

  get own(): readonly Kernel[] {
    return [...this.#known.values()].filter(({ session }) => session.state !== "ended");
  }

  /** listeners is how many listen for changes. */
  get listeners(): number {
    return this.#changes.listeners;
  }

  /** change is what the server says of a kernel; its address may come later, with an answer. */
  change(session: Session, kernel = kernelOf(session)): void {
    const before = this.#known.get(session.id)?.session;
    this.#known.set(session.id, kernel);
    this.#changes.fire(before ? { kernel, previous: before } : { kernel });
  }

  get(id: string): Kernel | undefined {
    return this.#known.get(id);
  }

  restored(): Promise<void> {
    return Promise.resolve();
  }

  start(): Promise<Kernel> {
    return Promise.reject(new Error("not in this test"));
  }

  takeOver({ id }: KernelRef): Promise<Kernel> {
    this.taken.push(id);
    const all = [...this.elsewhere, ...this.onCluster];
    const session = all.find((one) => one.id === id) ?? ready;
    this.elsewhere = this.elsewhere.filter((one) => one !== session);
    this.change({ ...session, owned: true, state: "ready" });
    return Promise.resolve(kernelOf({ ...session, owned: true, state: "ready" }));
  }

  async stop(id: string): Promise<Release> {
    this.stopped.push(id);
    const release = await this.release(id);
    const session = this.get(id)?.session;
    if (session) this.change({ ...session, state: "ended" });
    this.elsewhere = this.elsewhere.filter((one) => one.id !== id);
    return release;
  }

  /** keeping is what keep answers. */
  keeping: () => Promise<void> = () => Promise.resolve();

  keep(id: string): Promise<void> {
    this.kept.push(id);
    return this.keeping();
  }

  /** using is what fetchUse answers. */
  using: (id: string) => Promise<Use> = () =>
    Promise.resolve({
      cpuPercent: 37,
      mostCpuPercent: 412,
      memoryMiB: 3174,
      memoryLimitMiB: 16384,
    });

  fetchUse(id: string): Promise<Use> {
    return this.using(id);
  }

  /** reconnecting is what reconnect does. */
  reconnecting: (id: string) => Promise<void> = () => Promise.resolve();

  reconnect(id: string): Promise<void> {
    this.reconnected.push(id);
    return this.reconnecting(id);
  }

  list(where?: KernelListParams): Promise<KernelList> {
    if (where) this.looked.push(where);
    const others = [...this.elsewhere, ...(where ? this.onCluster : [])];
    return Promise.resolve({ others, ended: this.over });
  }

  async link(_id: string, open: boolean): Promise<KernelLinkResult> {
    const link = await this.address();
    if (!open) return { link };
    return this.noBrowser === undefined ? { link, opened: true } : { link, reason: this.noBrowser };
  }

  dispose(): void {
    this.#changes.dispose();
  }
}

function kernelOf(session: Session): Kernel {
  const usable = session.state === "ready" || session.state === "disconnected";
  return usable ? { session, url: "http://127.0.0.1:41234/", token: "s3cret" } : { session };
}
