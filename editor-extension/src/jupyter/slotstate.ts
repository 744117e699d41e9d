import type { Memento } from "vscode";
import { createTable, type Table } from "../common/table.js";
import type { GatewayState, StoredSession } from "../gateway/gateway.js";
import { isKernelspecs, mergeSpecs, defaultSpecs } from "../gateway/kernelspecs.js";
import { defaultInfo } from "../gateway/messages.js";
import type { Slot } from "../slots/slots.js";

/** SlotState stores what the slots' gateways remember. */
export type SlotState = (slot: Slot) => GatewayState;

const keys = {
  specs: "sunpyter.kernelspecs.v1",
  info: "sunpyter.kernelinfo.v1",
  sessions: "sunpyter.sessions.v1",
} as const;

/** SlotStateDeps is where it is stored: a slot's kernelspecs per computer, its sessions per workspace. */
interface SlotStateDeps {
  readonly globalState: Memento;
  readonly workspaceState: Memento;
}

/** createSlotState stores no tokens and no code. */
export function createSlotState({ globalState, workspaceState }: SlotStateDeps): SlotState {
  const specs = createTable<unknown>(globalState, keys.specs);
  const infos = createTable<object>(globalState, keys.info);
  const sessions = createTable<readonly StoredSession[]>(workspaceState, keys.sessions);
  const save = <T>(table: Table<T>, id: string, value: T): void => {
    if (JSON.stringify(table.get(id)) !== JSON.stringify(value)) void table.set(id, value);
  };
  return ({ id }) => {
    const known = () => {
      const stored = specs.get(id);
      return isKernelspecs(stored) ? stored : defaultSpecs;
    };
    return {
      specs: known,
      saveSpecs: (found) => save(specs, id, mergeSpecs(known(), found)),
      info: () => infos.get(id) ?? defaultInfo,
      saveInfo: (info) => save(infos, id, info),
      sessions: () => sessions.get(id) ?? [],
      saveSessions: (stored) => save(sessions, id, stored),
    };
  };
}
