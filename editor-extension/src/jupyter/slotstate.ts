import type { Memento } from "vscode";
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
  const read = (state: Memento, key: string, { id }: Slot): unknown =>
    state.get<Record<string, unknown>>(key, {})[id];
  const write = (state: Memento, key: string, { id }: Slot, value: unknown): void => {
    const all = state.get<Record<string, unknown>>(key, {});
    if (JSON.stringify(all[id]) !== JSON.stringify(value)) {
      void state.update(key, { ...all, [id]: value });
    }
  };
  return (slot) => {
    const specs = () => {
      const known = read(globalState, keys.specs, slot);
      return isKernelspecs(known) ? known : defaultSpecs;
    };
    return {
      specs,
      saveSpecs: (found) => write(globalState, keys.specs, slot, mergeSpecs(specs(), found)),
      info: () => (read(globalState, keys.info, slot) as object | undefined) ?? defaultInfo,
      saveInfo: (info) => write(globalState, keys.info, slot, info),
      sessions: () =>
        (read(workspaceState, keys.sessions, slot) as readonly StoredSession[] | undefined) ?? [],
      saveSessions: (sessions) => write(workspaceState, keys.sessions, slot, sessions),
    };
  };
}
