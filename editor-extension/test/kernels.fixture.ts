import type { TestContext } from "node:test";
import { createLog } from "../src/common/log.js";
import { createKernels } from "../src/kernels/kernels.js";
import type { Kernels } from "../src/kernels/types.js";
import type { Session } from "../src/protocol.js";
import { GoServer } from "../src/server/server.js";
import type { Server } from "../src/server/types.js";
import { createSettings } from "../src/settings/settings.js";
import { MemoryStub } from "./stub/context.js";
import { FakeProgram } from "./stub/program.js";
import { createStub, type Stub } from "./stub/vscode.js";

/** Window is one window of the editor, which a test can close and open again. */
export interface Window extends Stub {
  readonly program: FakeProgram;
  readonly server: Server;
  readonly kernels: Kernels;
}

/** Setting is what a window is opened with. */
export interface Setting {
  readonly program?: FakeProgram;
  readonly memento?: MemoryStub;
  /** most is how long a window that does not let go is waited for. */
  readonly most?: number;
}

/** open opens a window, which ends with its test. */
export function open(
  t: TestContext,
  { program = new FakeProgram(), memento = new MemoryStub(), most = 5000 }: Setting = {},
): Window {
  const stub = createStub();
  const settings = createSettings(stub.vscode);
  const log = createLog(stub.vscode, { level: () => "debug" });
  const server = new GoServer(stub.vscode, {
    settings,
    log,
    prompter: {
      secret: () => Promise.resolve({ cancelled: true }),
      confirm: () => Promise.resolve({ accepted: false }),
    },
    extensionPath: "/extension",
    spawn: program.spawn,
    exists: () => true,
  });
  const pollTimes = { interval: 1, timeout: most };
  const kernels = createKernels(stub.vscode, { server, memento, log, pollTimes });
  t.after(() => {
    kernels.dispose();
    server.dispose();
  });
  return { ...stub, program, server, kernels };
}

/** remembering is what a window leaves that had these kernels, some time ago. */
export async function remembering(ids: string[], ago = 1000): Promise<MemoryStub> {
  const memento = new MemoryStub();
  const kernels = ids.map((id) => ({ id, where: `node-of-${id}`, ran: true }));
  await memento.update("sunpyter.kernels.1", { kernels, at: Date.now() - ago });
  return memento;
}

/** ids are the names of kernels. */
export function ids(sessions: readonly { session: Session }[]): string[] {
  return sessions.map((kernel) => kernel.session.id);
}
