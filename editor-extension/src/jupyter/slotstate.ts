import type { Memento } from "vscode";
import type { GatewayMemory, Session } from "../gateway/gateway.js";
import { isKernelspecs, joined, usualSpecs } from "../gateway/kernelspecs.js";
import { usualInfo } from "../gateway/messages.js";
import type { Slot } from "../slots/slots.js";

/** SlotMemory remembers what the slots' gateways have learned. */
export type SlotMemory = (slot: Slot) => GatewayMemory;

const keys = {
  specs: "sunpyter.kernelspecs.v1",
  info: "sunpyter.kernelinfo.v1",
  sessions: "sunpyter.sessions.v1",
} as const;

/** SlotMemoryDeps are where it is kept: what a slot is like on this computer, what runs in the window. */
export interface SlotMemoryDeps {
  readonly globalState: Memento;
  readonly workspaceState: Memento;
}

/** createSlotMemory keeps no token and no code of a cell. */
export function createSlotMemory({ globalState, workspaceState }: SlotMemoryDeps): SlotMemory {
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
      return isKernelspecs(known) ? known : usualSpecs;
    };
    return {
      specs,
      learnSpecs: (found) => {
        write(globalState, keys.specs, slot, joined(specs(), found));
      },
      info: () => (read(globalState, keys.info, slot) as object | undefined) ?? usualInfo,
      learnInfo: (info) => {
        write(globalState, keys.info, slot, info);
      },
      sessions: () =>
        (read(workspaceState, keys.sessions, slot) as readonly Session[] | undefined) ?? [],
      storeSessions: (sessions) => {
        write(workspaceState, keys.sessions, slot, sessions);
      },
    };
  };
}
