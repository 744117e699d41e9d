import type { Jupyter as Api, JupyterServerCommandProvider } from "@vscode/jupyter-extension";
import type { Disposable, Event } from "vscode";
import { lost } from "../gateway/forward.js";
import { createGateway, type Execution, type Gateway } from "../gateway/gateway.js";
import type { Log } from "../log.js";
import type { Session } from "../protocol.js";
import type { Slot, Slots } from "../slots/slots.js";
import { endingOf } from "../ui/causes.js";
import type { VSCode } from "../vs.js";
import { type Collection, createCollection } from "./collection.js";
import type { Reach } from "./reach.js";
import { createResolver } from "./resolve.js";
import type { Rest } from "./rest.js";
import type { SlotMemory } from "./memory.js";

/** Entry is a slot in the notebook's kernel picker, and the server behind it. */
export interface Entry {
  readonly slot: Slot;
  readonly gateway: Gateway;
  readonly collection: Collection;
}

/** Entries are those of all slots. */
export interface Entries extends Disposable {
  /** get returns a slot's entry; undefined without a Jupyter extension to make it in. */
  get(slot: Slot): Promise<Entry | undefined>;
  /** prepare makes those that are missing. */
  prepare(): Promise<void>;
  /** onDidRun fires when the code of a cell goes to a kernel of ours. */
  readonly onDidRun: Event<Ran>;
}

/** Ran is a cell's code that ran in a slot. */
export interface Ran extends Execution {
  readonly slot: Slot;
}

/** EntriesDeps is what {@link createEntries} needs. */
export interface EntriesDeps {
  readonly api: () => Promise<Api | undefined>;
  readonly slots: Slots;
  readonly reach: Reach;
  readonly memory: SlotMemory;
  readonly commands: (slot: Slot) => JupyterServerCommandProvider;
  readonly log: Log;
  readonly rest: Rest;
}

/** createEntries makes none before it is asked to, since that activates the Jupyter extension. */
export function createEntries(vs: VSCode, deps: EntriesDeps): Entries {
  const { slots, reach, memory } = deps;
  const ran = new vs.EventEmitter<Ran>();
  const made = new Map<string, Entry>();
  let over = false;
  const isOver = () => over;

  const gatewayOf = (slot: Slot): Gateway =>
    createGateway({
      label: slot.label,
      current: () => reach.current(slot),
      needed: () => reach.needed(slot),
      memory: memory(slot),
      ran: (execution) => {
        ran.fire({ ...execution, slot });
      },
    });
  const get = async (slot: Slot): Promise<Entry | undefined> => {
    const known = made.get(slot.id);
    if (known) return known;
    const api = await deps.api();
    // Another call may have made it meanwhile.
    if (api === undefined || isOver() || made.has(slot.id)) return made.get(slot.id);
    const gateway = gatewayOf(slot);
    const resolver = createResolver(vs, { ...deps, slot, gateway });
    const collection = createCollection(vs, api, {
      slot,
      resolver,
      commands: deps.commands(slot),
    });
    const entry = { slot, gateway, collection };
    made.set(slot.id, entry);
    return entry;
  };
  /** follow keeps the gateways at what the slots have. */
  const follow = async (slot: Slot): Promise<void> => {
    const entry = made.get(slot.id);
    const session = slots.kernel(slot)?.session;
    entry?.gateway.jobChanged(session?.id, endWords(slots.last(slot)));
    if (session?.state !== "ready") return;
    const target = await reach.current(slot);
    if (target && target !== lost) await entry?.gateway.learn(target);
  };
  const listening = slots.onDidChange((slot) => void follow(slot));
  return {
    get,
    prepare: async () => {
      for (const slot of slots.all()) await get(slot);
    },
    onDidRun: ran.event,
    dispose: () => {
      over = true;
      listening.dispose();
      for (const { gateway, collection } of made.values()) {
        collection.dispose();
        gateway.dispose();
      }
      ran.dispose();
    },
  };
}

/** endWords are what a cell shows that ran when its kernel ended. */
function endWords(session: Session | undefined): string {
  const text = session && endingOf(session)?.text;
  return text ?? "The kernel was stopped.";
}
