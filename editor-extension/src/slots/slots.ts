import type { Disposable, Event, Memento } from "vscode";
import { createTable, type Table } from "../common/table.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernel, KernelChange, Kernels } from "../kernels/types.js";
import type { Session } from "../protocol.js";

/**
 * Slot is a permanent place for kernels, which notebooks see as one Jupyter server: "Sunbird", and
 * "Sunbird 2" for a second kernel at the same time. It exists whether or not a job runs, across
 * windows and days; jobs come and go in it.
 */
export interface Slot {
  /** id never changes: "sunbird", "sunbird/2". */
  readonly id: string;
  /** cluster is the cluster's name in requests. */
  readonly cluster: string;
  /** label is the slot's name for users. */
  readonly label: string;
}

/** Site names a cluster, for requests and for users. */
export interface Site {
  readonly cluster: string;
  readonly title: string;
}

/** SlotsDeps is what {@link Slots} need. */
interface SlotsDeps {
  readonly kernels: Pick<Kernels, "own" | "get" | "onDidChange">;
  /** globalState has the slots of this computer, workspaceState the kernels of this window. */
  readonly globalState: Memento;
  readonly workspaceState: Memento;
  /** defaultSite returns the cluster whose first slot is listed before it was ever used. */
  readonly defaultSite: () => Site;
}

const slotsKey = "sunpyter.slots.v1";

const kernelsKey = "sunpyter.slots.kernels.v1";

/** maxKernels is how many kernels are remembered with their slot. */
const maxKernels = 20;

interface StoredCluster {
  readonly title: string;
  readonly count: number;
}

/** clusterOf returns a cluster's name without the user in front of it. */
export function clusterOf(name: string): string {
  return name.slice(name.lastIndexOf("@") + 1);
}

function makeSlot(cluster: string, title: string, n: number): Slot {
  return n === 1
    ? { id: cluster, cluster, label: title }
    : { id: `${cluster}/${n}`, cluster, label: `${title} ${n}` };
}

/** Slots keeps the slots of this computer, and which kernels of this window occupy them. */
export class Slots implements Disposable {
  readonly #changed;
  /** onDidChange fires with a slot that is new, or whose kernel has changed. */
  readonly onDidChange: Event<Slot>;
  /** kernels has the ids of slots by those of kernels. */
  readonly #kernels: Table<string>;
  readonly #starts = new Map<string, Promise<Kernel | undefined>>();
  readonly #listening: Disposable;

  constructor(
    vscode: VSCode,
    readonly deps: SlotsDeps,
  ) {
    this.#changed = new vscode.EventEmitter<Slot>();
    this.onDidChange = this.#changed.event;
    this.#kernels = createTable(deps.workspaceState, kernelsKey, maxKernels);
    this.#listening = deps.kernels.onDidChange((change) => this.#onKernelChange(change));
  }

  /** all returns the slots. One that was ever used stays: the Jupyter extension forgets what is not listed. */
  all(): readonly Slot[] {
    const { cluster, title } = this.deps.defaultSite();
    const all = { [clusterOf(cluster)]: { title, count: 1 }, ...this.#known() };
    return Object.entries(all).flatMap(([cluster, { title, count }]) =>
      Array.from({ length: count }, (_, i) => makeSlot(cluster, title, i + 1)),
    );
  }

  /** get returns the slot with an id. */
  get(id: string | undefined): Slot | undefined {
    return this.all().find((slot) => slot.id === id);
  }

  /** slotOfKernel returns the slot of a kernel, also of one that has ended. */
  slotOfKernel(kernelId: string): Slot | undefined {
    return this.get(this.#kernels.get(kernelId));
  }

  /** kernelIn returns the kernel that occupies a slot. */
  kernelIn(slot: Slot): Kernel | undefined {
    const ids = this.#kernelsOf(slot);
    return this.deps.kernels.own.filter(({ session }) => ids.includes(session.id)).at(-1);
  }

  /** lastSession returns the kernel that was in a slot most recently, if this window still knows it. */
  lastSession(slot: Slot): Session | undefined {
    const id = this.#kernelsOf(slot).at(-1);
    return id === undefined ? undefined : this.deps.kernels.get(id)?.session;
  }

  /** freeSlot returns the first slot of a cluster without a kernel; `preferred` if it is one. */
  freeSlot({ cluster, title }: Site, preferred?: Slot): Slot {
    const name = clusterOf(cluster);
    const found = this.listedSlot({ cluster }, preferred);
    return found && this.#known()[name] ? found : this.#add(name, title);
  }

  /** listedSlot is like freeSlot, but adds no slot: it returns undefined if it would have to. */
  listedSlot({ cluster }: Pick<Site, "cluster">, preferred?: Slot): Slot | undefined {
    const name = clusterOf(cluster);
    const isFree = (slot: Slot): boolean =>
      slot.cluster === name && !this.kernelIn(slot) && !this.#starts.has(slot.id);
    return preferred && isFree(preferred) ? preferred : this.all().find(isFree);
  }

  /** startIn runs a start whose kernel occupies the slot, in place of the one there. */
  startIn(slot: Slot, start: () => Promise<Kernel | undefined>): Promise<Kernel | undefined> {
    const filling = Promise.resolve()
      .then(start)
      .then((kernel) => {
        // One that already has a slot keeps it: the user chose it instead of a new one.
        if (kernel && !this.slotOfKernel(kernel.session.id)) this.#assign(kernel.session.id, slot);
        return kernel;
      })
      .finally(() => {
        if (this.#starts.get(slot.id) === filling) this.#starts.delete(slot.id);
      });
    this.#starts.set(slot.id, filling);
    return filling;
  }

  /** pendingStart returns the start under way for a slot. */
  pendingStart(slot: Slot): Promise<Kernel | undefined> | undefined {
    return this.#starts.get(slot.id);
  }

  dispose(): void {
    this.#listening.dispose();
    this.#changed.dispose();
  }

  /** onKernelChange puts a kernel from elsewhere into a slot, and reports changes of those in slots. */
  #onKernelChange({ kernel: { session }, previous }: KernelChange): void {
    const slot = this.slotOfKernel(session.id);
    if (slot) {
      if (session.state !== previous?.state) this.#changed.fire(slot);
      return;
    }
    const usable = session.state === "ready" || session.state === "disconnected";
    if (usable && this.#starts.size === 0) this.#assign(session.id, this.freeSlot(session));
  }

  #assign(kernelId: string, slot: Slot): void {
    void this.#kernels.set(kernelId, slot.id);
    this.#changed.fire(slot);
  }

  /** add makes the first slot of a cluster permanent, or adds another one. */
  #add(cluster: string, title: string): Slot {
    const count = (this.#known()[cluster]?.count ?? 0) + 1;
    void this.deps.globalState.update(slotsKey, { ...this.#known(), [cluster]: { title, count } });
    const slot = makeSlot(cluster, title, count);
    this.#changed.fire(slot);
    return slot;
  }

  #kernelsOf(slot: Slot): string[] {
    return this.#kernels.entries().flatMap(([id, of]) => (of === slot.id ? [id] : []));
  }

  #known(): Readonly<Record<string, StoredCluster>> {
    return this.deps.globalState.get<Record<string, StoredCluster>>(slotsKey, {});
  }
}
