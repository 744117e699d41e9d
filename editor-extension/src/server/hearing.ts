import type { Disposable, EventEmitter } from "vscode";
import type { ClientNotifications } from "../protocol.js";
import type { VSCode } from "../vs.js";
import type { Hear } from "./connection.js";

/** Hearing hands the program's notifications to those who want them, over all its runs. */
export interface Hearing extends Disposable {
  readonly hear: Hear;
  on<M extends keyof ClientNotifications>(
    method: M,
    handler: (params: ClientNotifications[M]["params"]) => void,
  ): Disposable;
}

type Emitters = {
  [M in keyof ClientNotifications]: EventEmitter<ClientNotifications[M]["params"]>;
};

/** createHearing makes one emitter for each notification. */
export function createHearing(vs: VSCode): Hearing {
  const emitters: Emitters = {
    "session/didChange": new vs.EventEmitter(),
    "$/progress": new vs.EventEmitter(),
    "window/showMessage": new vs.EventEmitter(),
    "window/logMessage": new vs.EventEmitter(),
  };
  return {
    hear: (method, params) => {
      emitters[method].fire(params);
    },
    on: (method, handler) => emitters[method].event(handler),
    dispose: () => {
      for (const emitter of Object.values(emitters)) emitter.dispose();
    },
  };
}
