import { RequestProblem } from "../src/common/problems.js";
import type { Kernel, KernelChange } from "../src/kernels/types.js";
import type {
  ClusterEnvironmentsResult,
  ClusterEstimatesResult,
  ClusterListResult,
  ClusterResourcesResult,
  EnvironmentChangeParams,
  EnvironmentChangeResult,
  KernelRequest,
  ProgressParams,
  ProjectCopy,
  ProjectScanResult,
  Session,
} from "../src/protocol.js";
import { createCopyOffers } from "../src/project/offers.js";
import { createProjectState } from "../src/project/state.js";
import type { Preset } from "../src/settings/parse.js";
import type { AskMode } from "../src/settings/settings.js";
import { createStartQuestion, type StartQuestion } from "../src/start/question.js";
import { createStarter, type Starter, type StarterDeps } from "../src/start/starter.js";
import { MemoryStub } from "./stub/context.js";
import { EventEmitter } from "./stub/events.js";
import { createStub, type Stub } from "./stub/vscode.js";

/** problem is a request that failed. */
export function problem(code: string, message: string): RequestProblem {
  return new RequestProblem({ code, message, answer: message });
}

/** clusters are Sunbird, a profile of the user's own, and two hosts of ssh. */
export const clusters: ClusterListResult = {
  clusters: [
    { name: "own", title: "Own", host: "own.example", user: "bob", source: "editor", request: {} },
    {
      name: "sunbird",
      title: "Sunbird",
      host: "sunbird.swansea.ac.uk",
      source: "built-in",
      request: { partition: "s_highmem_cdt", workingDirectory: "/cdt_storage/$USER" },
    },
  ],
  default: "sunbird",
  sshHosts: ["hawk", "viking"],
  problems: [],
};

/** resources are those of a site with two accounts and three partitions. */
export const resources: ClusterResourcesResult = {
  cluster: "sunbird",
  title: "Sunbird",
  host: "sunbird.swansea.ac.uk",
  user: "a.b.person",
  partitions: [
    {
      name: "compute",
      default: true,
      up: true,
      maxTimeSeconds: 3 * 86_400,
      maxCpus: 40,
      memoryMiB: 375 * 1024,
      defaultMemoryMiBPerCpu: 4096,
    },
    { name: "gpu", default: false, up: true, maxTimeSeconds: 2 * 3600, gpus: ["a100:2"] },
    { name: "s_highmem_cdt", default: false, up: true, maxTimeSeconds: 3 * 86_400, maxCpus: 40 },
    { name: "old", default: false, up: false, state: "DOWN" },
  ],
  accounts: [
    { name: "scw1000", default: true },
    { name: "scw2000", default: false, partitions: ["gpu"] },
  ],
};

/** environments are those of a user: two in which kernels run, one in which they do not, and a kernelspec. */
export const environments: ClusterEnvironmentsResult = {
  cluster: "sunbird",
  title: "Sunbird",
  environments: [
    {
      kind: "conda",
      name: "ml",
      path: "/home/a/ml",
      pythonVersion: "3.12.1",
      kernel: "yes",
      jupyter: "no",
      request: { name: "/home/a/ml" },
    },
    {
      kind: "module",
      name: "python/3.11",
      kernel: "unknown",
      jupyter: "unknown",
      request: { name: "python/3.11" },
    },
    {
      kind: "container",
      name: "course",
      path: "/i/course.sif",
      kernel: "unknown",
      jupyter: "no",
      request: { container: "/i/course.sif" },
    },
    { kind: "venv", name: "old", kernel: "no", jupyter: "no", request: { name: "/home/a/old" } },
    { kind: "kernelspec", name: "R", language: "R", kernel: "yes", jupyter: "no" },
  ],
};

/** sessionOf is a kernel that is being started on Sunbird. */
export function sessionOf(change: Partial<Session> = {}): Session {
  return {
    id: "k1",
    state: "connecting",
    cluster: "sunbird",
    title: "Sunbird",
    host: "sunbird.swansea.ac.uk",
    owned: true,
    generation: 1,
    cpus: 1,
    ...change,
  };
}

type Start = StarterDeps["kernels"]["start"];

/** Rig is a starter with everything around it made up. */
export interface Rig extends Stub {
  readonly starter: Starter;
  readonly state: MemoryStub;
  /** asked are the requests to the server. */
  readonly asked: { method: string; params: unknown }[];
  /** answers are what the server says; a function is called, and may throw. */
  readonly answers: {
    list: ClusterListResult;
    resources: () => Promise<ClusterResourcesResult>;
    estimates: () => Promise<ClusterEstimatesResult>;
    environments: () => Promise<ClusterEnvironmentsResult>;
    scan: () => Promise<ProjectScanResult>;
    change: (params: EnvironmentChangeParams) => Promise<EnvironmentChangeResult>;
  };
  readonly question: StartQuestion;
  /** progress are the reports of the program. */
  readonly progress: EventEmitter<ProgressParams>;
  readonly settings: {
    cluster: string;
    request: KernelRequest;
    presets: Preset[];
    projectCopy: AskMode;
  };
  /** copied are the folders that were copied. */
  readonly copied: ProjectCopy[];
  /** started are the parameters of each start. */
  readonly started: Parameters<Start>[0][];
  readonly stopped: string[];
  /** sites are the clusters that were reported, with the number of requests before. */
  readonly sites: { cluster: string; asked: number }[];
  readonly own: Kernel[];
  readonly changes: EventEmitter<KernelChange>;
  /** start is what becomes of a start. */
  start: Start;
}

/** createRig makes a rig in which nothing is remembered and each start succeeds. */
export function createRig(state = new MemoryStub()): Rig {
  const stub = createStub();
  const changes = new EventEmitter<KernelChange>();
  const parts = {
    state,
    changes,
    asked: [] as Rig["asked"],
    answers: {
      list: clusters,
      resources: () => Promise.resolve(resources),
      estimates: () => Promise.resolve({ estimates: [] }),
      environments: () => Promise.resolve(environments),
      scan: () => Promise.resolve({ files: 41, bytes: 3_355_443, leftOut: [] }),
      change: ({ path = "/w/sunpyter-environment" }) => Promise.resolve({ path, commands: [] }),
    } as Rig["answers"],
    settings: { cluster: "", request: {}, presets: [] as Preset[], projectCopy: "ask" as const },
    question: createStartQuestion(stub.vscode),
    progress: new EventEmitter<ProgressParams>(),
    copied: [] as ProjectCopy[],
    started: [] as Rig["started"],
    stopped: [] as string[],
    sites: [] as Rig["sites"],
    own: [] as Kernel[],
    start: (() => Promise.resolve({ session: sessionOf({ state: "ready" }) })) as Start,
  };
  const rig: Rig = { ...stub, ...parts, starter: undefined as unknown as Starter };
  const server = {
    request: (method: string, params: unknown) => {
      rig.asked.push({ method, params });
      if (method === "cluster/list") return Promise.resolve(rig.answers.list);
      if (method === "project/scan") return rig.answers.scan();
      if (method === "cluster/estimates") return rig.answers.estimates();
      if (method === "cluster/environments") return rig.answers.environments();
      if (method === "environment/change")
        return rig.answers.change(params as EnvironmentChangeParams);
      return rig.answers.resources();
    },
    onNotification: (_method: string, handler: (params: ProgressParams) => void) =>
      rig.progress.event(handler),
  } as StarterDeps["server"];
  const starter = createStarter(stub.vscode, {
    server,
    question: rig.question,
    kernels: {
      own: rig.own,
      onDidChange: changes.event,
      restored: () => Promise.resolve(),
      start: (params, doing) => {
        rig.started.push(params);
        return rig.start(params, doing);
      },
      stop: (id) => {
        rig.stopped.push(id);
        return Promise.resolve({ sessionId: id, outcome: "released" });
      },
    },
    settings: {
      defaultCluster: () => rig.settings.cluster,
      request: () => rig.settings.request,
      presets: () => rig.settings.presets,
    },
    globalState: state,
    workspaceState: state,
    offers: createCopyOffers(stub.vscode, {
      server,
      settings: { projectCopy: () => rig.settings.projectCopy, projectLimits: () => ({}) },
      state: createProjectState({ globalState: state, workspaceState: state }),
      log: { info: () => undefined },
    }),
    onCopied: (_kernel, project) => void rig.copied.push(project),
    onSite: ({ cluster }) => void rig.sites.push({ cluster, asked: rig.asked.length }),
    log: { error: () => undefined, show: () => undefined },
  });
  return Object.assign(rig, { starter });
}

/** createUsedRig makes a rig in which Sunbird, a user and an account are remembered. */
export async function createUsedRig(): Promise<Rig> {
  const first = createRig();
  const starting = first.starter.start();
  (await first.window.quickPick("Start Sunbird kernel")).pick("Sunbird");
  (await first.window.inputBox()).answer("a.b.person");
  (await first.window.quickPick("Sunbird")).pick("scw1000");
  (await first.window.quickPick("Sunbird")).pick("1 CPU");
  await starting;
  return createRig(first.state);
}

/** Later is a promise that the test settles. */
export interface Later<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (err: Error) => void;
}

/** later makes one. */
export function later<T>(): Later<T> {
  let settle: Omit<Later<T>, "promise"> | undefined;
  const promise = new Promise<T>((resolve, reject) => (settle = { resolve, reject }));
  return { promise, ...(settle as unknown as Omit<Later<T>, "promise">) };
}
