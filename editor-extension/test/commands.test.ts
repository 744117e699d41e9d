import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { registerCommands } from "../src/commands/index.js";
import { createReconnect } from "../src/commands/reconnect.js";
import { createStart } from "../src/commands/start.js";
import type { Kernel } from "../src/kernels/kernels.js";
import { createLog } from "../src/log.js";
import { RequestProblem } from "../src/problems.js";
import type { ClusterCheckResult, KernelRequest, Session } from "../src/protocol.js";
import { createAnnouncements } from "../src/ui/announcements.js";
import { ended, FakeKernels, pending, ready } from "./fakes/kernels.js";
import { FakeServer } from "./fakes/server.js";
import { settle } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

const problem = (code: string): RequestProblem => new RequestProblem({ code, message: "it broke" });

const site = { cluster: "sunbird", title: "Sunbird", sshHost: false, profile: true, request: {} };

interface Given {
  readonly kernels?: FakeKernels;
  readonly server?: FakeServer;
  readonly refuse?: boolean;
  readonly begin?: () => Promise<Kernel | undefined>;
}

function made({
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
    choose: ({ session }: Kernel) => Promise.resolve(void chosen.push(session.id)),
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
  const announcements = { after: (work: () => Promise<void>) => work() };
  const start = createStart(vs, { starter, jupyter, place, announcements, log });
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
  return { ...stub, kernels, server, chosen, startedOn, start, registered: commands, run };
}

test("commands: what the manifest shows is what is registered", () => {
  const { commands, registered } = made();
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
    contributes: { commands: { command: string }[] };
  };
  const shown = manifest.contributes.commands.map(({ command }) => command);
  assert.deepEqual([...commands.registered.keys()].sort(), shown.sort());
  registered.dispose();
  assert.equal(commands.registered.size, 0);
});

test("context keys: they follow the kernels", () => {
  const kernels = new FakeKernels();
  const { commands, registered } = made({ kernels });
  const keys = () =>
    ["hasKernel", "ready", "starting"].map((key) => commands.contextKeys.get(`sunpyter.${key}`));
  assert.deepEqual(keys(), [false, false, false]);
  kernels.change(pending);
  assert.deepEqual(keys(), [true, false, true]);
  kernels.change({ ...ready, id: pending.id });
  assert.deepEqual(keys(), [true, true, false]);
  kernels.change({ ...ready, id: pending.id, state: "disconnected" });
  assert.deepEqual(keys(), [true, true, false]);
  kernels.change({ ...ready, id: pending.id, state: "ending" });
  assert.deepEqual(keys(), [true, false, false]);
  kernels.change(ended({ ...ready, id: pending.id }, "cancelled"));
  assert.deepEqual(keys(), [false, false, false]);
  registered.dispose();
  assert.equal(kernels.listeners, 0);
});

test("start: the notebook gets the kernel; a person who cancelled is left alone", async () => {
  const started = made({ begin: () => Promise.resolve({ session: ready }) });
  await started.run("start");
  assert.deepEqual(started.chosen, [ready.id]);
  const cancelled = made();
  await cancelled.run("start");
  assert.deepEqual(cancelled.chosen, []);
});

test("start: nothing is started where it is refused", async () => {
  const { run, chosen } = made({ refuse: true, begin: () => Promise.resolve({ session: ready }) });
  await run("start");
  assert.deepEqual(chosen, []);
});

test("start again: with what the kernel had, and the change", async () => {
  const { start, startedOn } = made();
  await start.again(ready, { timeLimitSeconds: 28_800 });
  assert.deepEqual(startedOn, [
    {
      cluster: "sunbird",
      user: "alice",
      request: {
        cpus: 1,
        memoryMiB: 4096,
        timeLimitSeconds: 28_800,
        partition: "s_highmem_cdt",
      },
    },
  ]);
});

test("announcement: once, where cells run and whose files they see", () => {
  const { vs, window } = createStub();
  const kernels = new FakeKernels(pending);
  createAnnouncements(vs, { kernels, place: { files: "files on this computer" } });
  const started = { ...ready, id: pending.id, notice: "Jupyter is old" };
  kernels.change(started);
  kernels.change({ ...started, state: "disconnected" });
  kernels.change(started);
  kernels.change({ ...ready, id: "taken-over", generation: 2 });
  assert.deepEqual(window.texts, [
    "Cells run on scs0151 in /cdt_storage/alice; files on this computer are not there.",
    "Jupyter is old.",
  ]);
});

test("announcement: withheld until the notebook has the kernel", async () => {
  const { vs, window } = createStub();
  const kernels = new FakeKernels(pending);
  const announcements = createAnnouncements(vs, { kernels, place: { files: "files here" } });
  await announcements.after(async () => {
    kernels.change({ ...ready, id: pending.id });
    await settle();
    assert.deepEqual(window.texts, []);
  });
  assert.deepEqual(window.texts, [
    "Cells run on scs0151 in /cdt_storage/alice; files here are not there.",
  ]);
});

test("stop: the only kernel at once, and the words for what became of it", async () => {
  const rows: [Awaited<ReturnType<FakeKernels["stop"]>>, Session, string, RegExp][] = [
    [{ outcome: "released" }, ready, "information", /^Stopped\. The node is free for others\.$/],
    [{ outcome: "released" }, pending, "information", /^Stopped\. Nothing is left on Sunbird\.$/],
    [{ outcome: "no-job" }, pending, "information", /no job on Sunbird/],
    [{ outcome: "kept" }, ready, "information", /Another window/],
    [
      { outcome: "unconfirmed", message: "Look with squeue." },
      ready,
      "warning",
      /Look with squeue/,
    ],
    [{ outcome: "unconfirmed" }, ready, "warning", /did not confirm the end of job 4711/],
  ];
  for (const [release, session, kind, text] of rows) {
    const kernels = new FakeKernels(session);
    kernels.release = () => Promise.resolve(release);
    const { run, window } = made({ kernels });
    await run("stop");
    assert.deepEqual(kernels.stopped, [session.id]);
    assert.match(window.progresses[0]?.options.title ?? "", /^Stopping the kernel on /);
    assert.equal(window.messages[0]?.kind, kind);
    assert.match(window.texts[0] ?? "", text);
  }
});

test("stop: of several the person picks one, or all", async () => {
  for (const [label, stopped] of [
    ["scs0151", [ready.id]],
    ["All 2 kernels", [ready.id, pending.id]],
  ] as const) {
    const { run, window, kernels } = made({ kernels: new FakeKernels(ready, pending) });
    const done = run("stop");
    (await window.quickPick("Stop Sunbird kernel")).pick(label);
    await done;
    assert.deepEqual(kernels.stopped, stopped);
  }
});

test("stop: what failed is told, and none is told as well", async () => {
  const kernels = new FakeKernels(ready);
  kernels.release = () => Promise.reject(problem("ssh.timeout"));
  const failed = made({ kernels });
  await failed.run("stop");
  assert.match(failed.window.texts[0] ?? "", /Stopping the kernel on scs0151 failed: it broke/);
  const none = made({ kernels: new FakeKernels() });
  none.window.answer = () => "Start Sunbird kernel";
  await none.run("stop");
  assert.match(none.window.texts[0] ?? "", /No kernel of this window/);
  assert.ok(none.commands.executed.some(({ id }) => id === "sunpyter.start"));
});

test("kernels: another window's kernel is stopped only when the person is sure", async () => {
  for (const [sure, stopped] of [
    [undefined, []],
    ["Stop Kernel", ["e"]],
  ] as const) {
    const kernels = new FakeKernels();
    kernels.elsewhere = [{ ...ready, id: "e", owned: false }];
    const { run, window } = made({ kernels });
    window.answer = ({ modal }) => (modal ? sure : undefined);
    const done = run("kernels");
    await settle();
    (await window.quickPick("Kernels")).pressOn("scs0151", "Stop");
    await done;
    assert.equal(window.messages[0]?.modal, true);
    assert.deepEqual(kernels.stopped, stopped);
  }
});

const job: Session = {
  ...ready,
  id: "j",
  jobId: "6000",
  node: "scs0153",
  owned: false,
  elsewhere: true,
};

test("kernels: another computer's is taken over only when the person is sure", async () => {
  for (const [sure, taken] of [
    [undefined, []],
    ["Use in This Window", ["j"]],
  ] as const) {
    const kernels = new FakeKernels();
    kernels.onCluster = [job];
    const { run, window, chosen } = made({ kernels });
    window.answer = ({ modal }) => (modal ? sure : undefined);
    const done = run("kernels");
    await settle();
    (await window.quickPick("Kernels")).pick("Look on the cluster");
    await settle();
    (await window.quickPick("Kernels")).pressOn("scs0153", "Use in This Window");
    await done;
    assert.equal(window.texts[0], "Use the kernel on Sunbird scs0153 in this window?");
    assert.match(window.messages[0]?.detail ?? "", /That computer loses it/);
    assert.deepEqual([kernels.taken, chosen], [taken, taken]);
  }
});

test("kernels: one of which only the cluster knows is stopped by its job", async () => {
  const server = new FakeServer({
    "kernel/stop": () => ({ released: [{ jobId: "6000", outcome: "released" }] }),
  });
  const kernels = new FakeKernels();
  kernels.onCluster = [job];
  const { run, window } = made({ kernels, server });
  window.answer = ({ modal }) => (modal ? "Stop Kernel" : undefined);
  const done = run("kernels");
  await settle();
  (await window.quickPick("Kernels")).pick("Look on the cluster");
  await settle();
  (await window.quickPick("Kernels")).pressOn("scs0153", "Stop");
  await done;
  assert.deepEqual(kernels.looked, [{ cluster: "sunbird", user: "alice" }]);
  assert.deepEqual(server.asked, [
    { method: "kernel/stop", params: { cluster: "sunbird", user: "alice", jobId: "6000" } },
  ]);
});

test("kernels: another window's kernel is taken over and given to the notebook", async () => {
  const kernels = new FakeKernels();
  kernels.elsewhere = [{ ...ready, id: "e", owned: false }];
  const { run, window, chosen } = made({ kernels });
  const done = run("kernels");
  await settle();
  (await window.quickPick("Kernels")).pressOn("scs0151", "Use in This Window");
  await done;
  assert.deepEqual([kernels.taken, chosen], [["e"], ["e"]]);
  assert.match(window.texts[0] ?? "", /This window uses the kernel on scs0151 now/);
});

test("kernels: of one that ended the whole cause is shown, and another like it offered", async () => {
  const kernels = new FakeKernels();
  const over = {
    ...ended(ready, "ended.failed", "it broke: ask the site"),
    endedAt: "2026-03-02T12:00:00Z",
  };
  kernels.over = [over];
  const { run, window, startedOn } = made({ kernels });
  window.answer = ({ modal }) => (modal ? "Start Again" : undefined);
  const done = run("kernels");
  await settle();
  (await window.quickPick("Kernels")).pick("scs0151");
  await done;
  assert.match(window.texts[0] ?? "", /^The kernel on Sunbird scs0151 ended at .*\d\d:00$/);
  assert.equal(
    window.messages[0]?.detail,
    "it broke: ask the site\n\nIt had 1 CPU, 4 GB, job 4711.",
  );
  assert.equal(startedOn[0]?.request.memoryMiB, 4096);
});

/** connecting is a kernel whose connection waits for the person, and its row pressed. */
async function connecting(reconnecting: (kernels: FakeKernels) => Promise<void>) {
  const kernels = new FakeKernels({ ...ready, state: "disconnected", needsPerson: true });
  kernels.reconnecting = () => reconnecting(kernels);
  const { run, window } = made({ kernels });
  const answers = ["Try Again"];
  window.answer = () => answers.pop();
  const done = run("kernels");
  await settle();
  (await window.quickPick("Kernels")).pressOn("scs0151", "Connect Again");
  await done;
  return { kernels, window };
}

test("connect again: it is tried with the person's help, and failures are told", async () => {
  const well = await connecting(() => Promise.resolve());
  assert.deepEqual([well.kernels.reconnected, well.window.texts], [[ready.id], []]);
  assert.equal(well.window.progresses[0]?.options.title, "Connecting to scs0151 again…");

  const failed = await connecting(() => Promise.reject(problem("ssh.auth-refused")));
  assert.match(failed.window.texts[0] ?? "", /Connecting to scs0151 again failed: it broke/);
  assert.deepEqual(failed.window.messages[0]?.buttons, ["Try Again", "Show Log"]);

  const cancelled = await connecting(() => Promise.reject(problem("cancelled")));
  assert.match(cancelled.window.texts[0] ?? "", /^Cancelled\. The kernel on scs0151 is as it was/);

  const over = await connecting((kernels) => {
    kernels.change(ended(ready, "ended.node-failed"));
    return Promise.reject(problem("ended.node-failed"));
  });
  assert.deepEqual(over.window.texts, []); // its end is told like every other
});

test("browser: the link that works once is opened, and the token is nowhere", async () => {
  const { run, env, window } = made();
  await run("openInBrowser");
  assert.deepEqual(env.opened, ["http://127.0.0.1:41234/open/q7Jm3Zt0"]);
  assert.match(window.texts[0] ?? "", /works once/);
  assert.ok(!window.texts.join().includes("s3cret"));
});

test("browser: where none opens, the link can be copied; a failure is told", async () => {
  const closed = made();
  closed.env.api.openExternal = () => Promise.resolve(false);
  closed.window.answer = () => "Copy Link";
  await closed.run("openInBrowser");
  assert.equal(closed.env.clipboard, "http://127.0.0.1:41234/open/q7Jm3Zt0");
  const kernels = new FakeKernels(ready);
  kernels.address = () => Promise.reject(problem("internal"));
  const failed = made({ kernels });
  await failed.run("openInBrowser");
  assert.match(failed.window.texts[0] ?? "", /Opening Jupyter of scs0151 failed/);
});

test("copy: the address with its token is on the clipboard only, with a warning", async () => {
  const { run, env, window } = made();
  await run("copyUrl");
  assert.equal(env.clipboard, "http://127.0.0.1:41234/?token=s3cret");
  assert.match(window.texts[0] ?? "", /Anyone with it can run code as you/);
  assert.ok(!(window.texts.join() + window.log).includes("s3cret"));
});

test("copy: without a kernel it offers one", async () => {
  const { run, window, env } = made({ kernels: new FakeKernels(pending) });
  await run("copyUrl");
  assert.match(window.texts[0] ?? "", /No kernel of this window/);
  assert.equal(env.clipboard, "");
});

test("log: our own without a question, Jupyter's as a document that cannot be edited", async () => {
  const alone = made({ kernels: new FakeKernels() });
  await alone.run("log");
  assert.equal(alone.window.outputs[0]?.shown, true);

  const server = new FakeServer({ "kernel/log": () => ({ text: "[I] Serving notebooks" }) });
  const { run, window, workspace } = made({ server });
  const done = run("log");
  (await window.quickPick("Show Sunbird log")).pick("Jupyter on scs0151");
  await done;
  const [uri] = workspace.opened as { scheme: string; path: string }[];
  assert.equal(uri?.scheme, "sunpyter-log");
  const provider = workspace.providers.get("sunpyter-log");
  const text = provider?.provideTextDocumentContent(uri as never, undefined as never);
  assert.equal(text, "[I] Serving notebooks");
});

const checked: ClusterCheckResult = {
  ok: false,
  cluster: "sunbird",
  host: "sunbird.swansea.ac.uk",
  user: "alice",
  steps: [
    {
      name: "connect",
      title: "SSH connection",
      outcome: "ok",
      detail: "logged in",
      milliseconds: 420,
    },
    {
      name: "slurm",
      title: "Slurm's commands",
      outcome: "failed",
      detail: "sbatch was not found.",
      advice: "Ask the site.",
      code: "slurm.not-found",
      milliseconds: 80,
    },
    { name: "home", title: "Home directory", outcome: "skipped", milliseconds: 0 },
  ],
  report: "Sunpyter check of Sunbird\n[FAILED] Slurm's commands (80 ms)\n",
};

test("check: each test with its sign, what was found and what to do", async () => {
  let heard = 0;
  const server: FakeServer = new FakeServer({
    "cluster/check": ({ progressToken }: { progressToken: string }) => {
      heard = server.listeners("$/progress");
      server.tell("$/progress", { token: "another", kind: "report", message: "no" });
      server.tell("$/progress", {
        token: progressToken,
        kind: "report",
        message: "SSH connection",
      });
      return checked;
    },
  });
  const { run, window, env } = made({ server });
  const done = run("check");
  const pick = await window.quickPick("Sunbird");
  assert.equal(pick.title, "Sunbird: a kernel cannot be started yet");
  assert.deepEqual(pick.labels, [
    "$(error) Slurm's commands",
    "$(copy) Copy Report",
    "$(pass) SSH connection",
    "$(circle-slash) Home directory",
  ]);
  assert.equal(pick.row("Slurm's").detail, "sbatch was not found. Ask the site.");
  assert.deepEqual(window.progresses[0]?.reports, [{ message: "SSH connection" }]);
  assert.deepEqual([heard, server.listeners("$/progress")], [1, 0]);
  pick.pick("Copy Report");
  await done;
  assert.match(env.clipboard, /\[FAILED\] Slurm's commands/);
  assert.match(window.texts[0] ?? "", /Report copied/);
});

test("check: when all is well a small job can be tried, once", async () => {
  const asked: unknown[] = [];
  const server: FakeServer = new FakeServer({
    "cluster/check": ({ full }: { full?: boolean }) => {
      asked.push(full);
      return { ...checked, ok: true, steps: checked.steps.slice(0, 1) };
    },
  });
  const { run, window } = made({ server });
  const done = run("check");
  const pick = await window.quickPick("Sunbird: everything works");
  pick.pick("Check with a Small Job");
  const second = await window.quickPick("Sunbird: everything works");
  assert.deepEqual(second.labels, ["$(copy) Copy Report", "$(pass) SSH connection"]);
  second.hide();
  await done;
  assert.deepEqual(asked, [undefined, true]);
});

test("check: a failure is told, so is a cancel, and on a cluster there is none", async () => {
  for (const [code, text] of [
    ["ssh.timeout", /Checking the connection failed: it broke/],
    ["cancelled", /The check was cancelled/],
  ] as const) {
    const server = new FakeServer({
      "cluster/check": () => Promise.reject(problem(code)),
    });
    const { run, window } = made({ server });
    await run("check");
    assert.match(window.texts[0] ?? "", text);
  }
  const refused = made({ refuse: true });
  await refused.run("check");
  assert.deepEqual(refused.server.asked, []);
});

test("forget: what was kept is gone, and it says so", async () => {
  const { run, chosen, window } = made();
  await run("forget");
  assert.deepEqual(chosen, ["forgotten"]);
  assert.match(window.texts.at(-1) ?? "", /No password or passphrase of yours is kept/u);
});
