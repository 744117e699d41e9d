import { registerCommands } from "../src/commands/index.js";
import { createReconnect } from "../src/commands/reconnect.js";
import { createStart } from "../src/commands/start.js";
import type { Lost } from "../src/jupyter/lost.js";
import type { Kernel } from "../src/kernels/kernels.js";
import { createLog } from "../src/log.js";
import { RequestProblem } from "../src/problems.js";
import type { KernelRequest, Session } from "../src/protocol.js";
import { FakeKernels, ready } from "./fakes/kernels.js";
import { FakeServer } from "./fakes/server.js";
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
  readonly lost?: Lost;
  readonly shared?: boolean;
  /** selected is false where the person has not picked the kernel that was started. */
  readonly selected?: boolean;
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
  const { vs } = stub;
  const chosen: string[] = [];
  const startedOn: { cluster: string; user: string | undefined; request: KernelRequest }[] = [];
  const begin = given.begin ?? (() => Promise.resolve(undefined));
  const jupyter = {
    choose: ({ session }: Kernel, selected?: () => void) => {
      chosen.push(session.id);
      if (given.selected !== false) selected?.();
      return Promise.resolve(given.choosing).then(() => undefined);
    },
    lost: () => given.lost,
    isShared: () => Promise.resolve(given.shared ?? false),
  };
  const place = { refuse: () => Promise.resolve(given.refuse ?? false) };
  const starter = {
    start: begin,
    startOn: (cluster: string, user: string | undefined, request: KernelRequest) => {
      startedOn.push({ cluster, user, request });
      return begin();
    },
    pickCluster: () => Promise.resolve({ site, user: "alice" }),
  };
  const log = createLog(vs, { level: () => "info" });
  const prompts = { forgetAll: () => Promise.resolve(void chosen.push("forgotten")) };
  const announced: string[] = [];
  const announcements = { tell: ({ id }: Session) => void announced.push(id) };
  const start = createStart(vs, { starter, kernels, jupyter, place, announcements, log });
  const commands = registerCommands(vs, {
    kernels,
    server,
    starter,
    start,
    reconnect: createReconnect(vs, { kernels, log }),
    jupyter,
    place,
    prompts,
    log,
  });
  const run = (id: string) => vs.commands.executeCommand(`sunpyter.${id}`);
  return {
    ...stub,
    kernels,
    server,
    chosen,
    announced,
    startedOn,
    start,
    registered: commands,
    run,
  };
}
