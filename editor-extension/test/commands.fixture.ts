import { registerCommands } from "../src/commands/commands.js";
import { createReconnect } from "../src/commands/connect.js";
import { createStart } from "../src/commands/start.js";
import { createLog } from "../src/common/log.js";
import { RequestProblem } from "../src/common/problems.js";
import { createAccess } from "../src/files/access.js";
import type { Kernel } from "../src/kernels/types.js";
import type { KernelRequest, Session } from "../src/protocol.js";
import type { AskMode } from "../src/settings/settings.js";
import { createProjectState } from "../src/project/state.js";
import { Slots, type Slot } from "../src/slots/slots.js";
import type { CellStart, LaunchInSlot, StartOptions } from "../src/start/starter.js";
import { createTerminals } from "../src/terminal/terminals.js";
import { createKernelTree } from "../src/ui/kernelview.js";
import { createUses } from "../src/ui/uses.js";
import { FakeKernels, ready } from "./fakes/kernels.js";
import { FakeServer } from "./fakes/server.js";
import { MemoryStub } from "./stub/context.js";
import { createStub } from "./stub/vscode.js";

/** problem is a failure of the program. */
export const problem = (code: string): RequestProblem =>
  new RequestProblem({ code, message: "it broke" });

const site = { cluster: "sunbird", title: "Sunbird", sshHost: false, profile: true, request: {} };

/** Given is what a test has in place of what is usual. */
export interface Given {
  readonly kernels?: FakeKernels;
  readonly server?: FakeServer;
  readonly refuse?: boolean;
  readonly shared?: boolean;
  /** used is true where an open notebook uses the slot of every kernel. */
  readonly used?: boolean;
  /** startOnRun is the setting. */
  readonly startOnRun?: AskMode;
  readonly begin?: () => Promise<Kernel | undefined>;
  /** choosing is the selection of a kernel in the notebook, which takes its time. */
  readonly choosing?: Promise<void>;
}

/** made are the commands, registered in a stub of the editor. */
export function made({
  kernels = new FakeKernels(ready),
  server = new FakeServer(),
  ...given
}: Given = {}) {
  const stub = createStub();
  const { vscode } = stub;
  const chosen: string[] = [];
  const startedOn: { cluster: string; user: string | undefined; request: KernelRequest }[] = [];
  const begin = given.begin ?? (() => Promise.resolve(undefined));
  const used: string[] = [];
  const jupyter = {
    prepare: () => Promise.resolve(),
    use: ({ id }: Slot) => {
      used.push(id);
      return Promise.resolve(given.choosing).then(() => undefined);
    },
    confirm: (_slot: Slot, _chosen: unknown, { session }: Kernel) => {
      chosen.push(session.id);
      return Promise.resolve(undefined);
    },
    activeSlot: () => undefined,
    isUsed: () => given.used ?? false,
    isShared: () => Promise.resolve(given.shared ?? false),
  };
  const globalState = new MemoryStub();
  const slots = new Slots(vscode, {
    kernels,
    globalState,
    workspaceState: new MemoryStub(),
    defaultSite: () => ({ cluster: "sunbird", title: "Sunbird" }),
  });
  const cells: CellStart[] = [];
  const refuseOnCluster = () => Promise.resolve(given.refuse ?? false);
  const launch = (placing?: LaunchInSlot) => (placing ? placing(site, begin) : begin());
  const starter = {
    start: ({ launchInSlot: placing }: StartOptions = {}) => launch(placing),
    startOn: (
      cluster: string,
      user: string | undefined,
      request: KernelRequest,
      placing?: LaunchInSlot,
    ) => {
      startedOn.push({ cluster, user, request });
      return launch(placing);
    },
    startForCell: (cell: CellStart) => {
      cells.push(cell);
      return begin();
    },
    pickCluster: () => Promise.resolve({ site, user: "alice" }),
  };
  const log = createLog(vscode, { level: () => "info" });
  const prompts = { forgetAll: () => Promise.resolve(void chosen.push("forgotten")) };
  const announced: string[] = [];
  const announcements = { announce: ({ id }: Session) => void announced.push(id) };
  const settings = { startOnRun: () => given.startOnRun ?? "ask" };
  const around = {
    starter,
    kernels,
    slots,
    jupyter,
    refuseOnCluster,
    settings,
    announcements,
    log,
  };
  const start = createStart(vscode, around);
  const uses = createUses(vscode, { kernels });
  const kernelTree = createKernelTree(vscode, { kernels, uses });
  const commands = registerCommands(vscode, {
    kernelTree,
    uses,
    access: createAccess(vscode, { server, globalState, log }),
    sender: { run: () => Promise.resolve() },
    bringBack: { run: () => Promise.resolve() },
    project: createProjectState({ globalState, workspaceState: globalState }),
    kernels,
    server,
    starter,
    start,
    reconnect: createReconnect(vscode, { kernels, log }),
    slots,
    jupyter,
    refuseOnCluster,
    prompts,
    terminals: createTerminals(vscode, { server, kernels, memento: new MemoryStub() }),
    log,
  });
  const run = (id: string, ...args: unknown[]) =>
    vscode.commands.executeCommand(`sunpyter.${id}`, ...args);
  return {
    ...stub,
    kernels,
    server,
    chosen,
    used,
    slots,
    cells,
    announced,
    startedOn,
    start,
    registered: vscode.Disposable.from(commands, kernelTree, uses),
    run,
  };
}
