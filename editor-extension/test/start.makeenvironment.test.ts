import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestProblem } from "../src/common/problems.js";
import type { Choice, EnvironmentChangeParams, EnvironmentInfo } from "../src/protocol.js";
import { createRig, createUsedRig, environments, problem, type Rig } from "./start.fixture.js";
import type { Message } from "./stub/window.js";
import { until } from "./stub/until.js";

const start = { account: "scw1000" };
const at = { cluster: "sunbird", user: "a.b.person" };
const path = "/w/sunpyter-environment";
const made: EnvironmentInfo = {
  kind: "venv",
  name: "sunpyter-environment",
  path,
  kernel: "yes",
  jupyter: "yes",
  request: { name: path },
};
const create = ["python3 -m venv /w/sunpyter-environment", "pip install jupyter-server"];
const choices: Choice[] = [
  { kind: "change", change: { ...at, action: "install", path: "/v/ml" }, commands: ["pip"] },
  { kind: "change", change: { ...at, action: "create", path }, commands: create },
];
const chooseButton = "Choose Environment…";
const createButton = "Create Environment…";
const installButton = "Install ipykernel…";

/** withCommands makes the server answer what it runs, and what comes of it. */
function withCommands(
  rig: Rig,
  commands: string[],
  environment?: EnvironmentInfo,
  replaces = false,
) {
  rig.answers.change = (params) =>
    Promise.resolve({
      path: params.path ?? path,
      commands,
      ...(replaces ? { replaces } : {}),
      ...(params.dryRun || !environment ? {} : { environment }),
    });
}

/** changes are the requests to change an environment, without their tokens. */
function changes(rig: Rig): Omit<EnvironmentChangeParams, "progressToken">[] {
  return rig.asked
    .filter(({ method }) => method === "environment/change")
    .map(({ params }) => {
      const { progressToken, ...others } = params as EnvironmentChangeParams;
      assert.ok(progressToken);
      return others;
    });
}

/** presses answers each message with the first of these buttons that it has, in this order. */
function presses(rig: Rig, ...titles: string[]): void {
  rig.window.answer = ({ buttons }) => titles.find((title) => buttons.includes(title));
}

/** failing makes the first start fail with a problem. */
function failing(rig: Rig, code: string, offered: Choice[] = choices): void {
  const ready = rig.start;
  rig.start = () => {
    rig.start = ready;
    return Promise.reject(
      new RequestProblem({ code, message: "it does not work", choices: offered }),
    );
  };
}

/** buttonsOf are those of the first message with a text. */
async function buttonsOf(rig: Rig, text: string): Promise<Message["buttons"]> {
  return (await rig.window.message(text)).buttons;
}

test("start: an environment is created from the list, and is the folder's from then on", async () => {
  const rig = await createUsedRig();
  rig.settings.request = { workingDirectory: "/w" };
  withCommands(rig, create, made);
  presses(rig, "Create");
  const starting = rig.starter.start();
  (await rig.window.quickPick()).pick("Environment…");
  (await rig.window.quickPick()).pick("Create environment…");
  const sizes = await until("the sizes", () =>
    rig.window.quickPicks.find(
      (pick) => pick.visible && pick.items.some(({ label }) => label === "More Resources…"),
    ),
  );
  assert.deepEqual(changes(rig), [
    { ...at, action: "create", workingDirectory: "/w", dryRun: true },
    { ...at, action: "create", workingDirectory: "/w", path },
  ]);
  const asked = await rig.window.message("Create an environment with Jupyter on Sunbird?");
  assert.ok(asked.modal);
  assert.ok(asked.detail?.includes(create.join("\n\n")), asked.detail);
  assert.equal(sizes.row("Environment…").description, "sunpyter-environment (venv)");
  sizes.pick("1 CPU");
  await starting;
  assert.deepEqual(rig.started[0]?.request.environment, { name: path });
  const later = createRig(rig.state);
  await later.starter.start({ repeatLast: true });
  assert.deepEqual(later.started[0]?.request.environment, { name: path });
});

test("start: ipykernel is installed in an environment of the list", async () => {
  const rig = await createUsedRig();
  const bare: EnvironmentInfo = { ...made, name: "bare", path: "/v/bare", kernel: "no" };
  const gone = { ...bare, name: "gone", problem: "its Python is gone" };
  const site: EnvironmentInfo = { ...bare, name: "site", kind: "site" };
  rig.answers.environments = () =>
    Promise.resolve({ ...environments, environments: [made, bare, gone, site] });
  withCommands(rig, ["/v/bare/bin/python -m pip install ipykernel"]);
  presses(rig, "Install");
  const starting = rig.starter.start();
  (await rig.window.quickPick()).pick("Environment…");
  const list = await rig.window.quickPick();
  assert.deepEqual(list.labels.slice(2), ["sunpyter-environment", "bare"]);
  list.pick("bare");
  const asked = await rig.window.message("Install ipykernel in bare on Sunbird?");
  assert.match(asked.detail ?? "", /\/v\/bare\/bin\/python -m pip install ipykernel/u);
  (await rig.window.quickPick()).pick("1 CPU");
  await starting;
  assert.deepEqual(rig.started[0]?.request.environment, { name: "/v/bare" });
});

test("start: after one without Jupyter, an environment is created, and the start goes on in it", async () => {
  const rig = await createUsedRig();
  failing(rig, "job.jupyter-missing");
  withCommands(rig, create, made);
  presses(rig, createButton, "Create");
  const steps: (string | undefined)[] = [];
  const answer = rig.answers.change;
  rig.answers.change = (params) => {
    const { progressToken: token = "" } = params;
    rig.progress.fire({ token, kind: "report", message: "Collecting ipykernel" });
    rig.progress.fire({ token: "another", kind: "report", message: "Not this" });
    steps.push(...(rig.window.progresses.at(-1)?.reports ?? []).map(({ message }) => message));
    return answer(params);
  };
  await rig.starter.start({ repeatLast: true });
  assert.deepEqual(await buttonsOf(rig, "Couldn't start a kernel"), [
    createButton,
    chooseButton,
    "Show Log",
  ]);
  assert.deepEqual(rig.started[1]?.request, { ...start, environment: { name: path } });
  assert.deepEqual(steps, ["Collecting ipykernel", "Collecting ipykernel"]);
  const progress = rig.window.progresses.find(
    ({ options }) => options.title === "Creating an environment on Sunbird",
  );
  assert.ok(progress?.options.cancellable);
});

test("start: after one without Jupyter, an environment that has it is offered first", async () => {
  const rig = await createUsedRig();
  failing(rig, "job.jupyter-missing", [{ kind: "environment", environment: made }, ...choices]);
  await rig.starter.start({ repeatLast: true });
  const buttons = await buttonsOf(rig, "Couldn't start a kernel");
  assert.deepEqual(buttons.slice(0, 2), [chooseButton, createButton]);
});

test("start: ipykernel is installed where it is missing, and the same start goes on", async () => {
  const rig = await createUsedRig();
  rig.settings.request = { environment: { name: "ml" } };
  failing(rig, "job.kernel-missing");
  withCommands(rig, ["pip"], made);
  presses(rig, installButton, "Install");
  await rig.starter.start({ repeatLast: true });
  assert.deepEqual(await buttonsOf(rig, "Couldn't start a kernel"), [
    installButton,
    chooseButton,
    "Show Log",
  ]);
  assert.deepEqual(changes(rig).at(-1), { ...at, action: "install", path: "/v/ml" });
  assert.deepEqual(rig.started[1]?.request, { ...start, environment: { name: "ml" } });
});

test("start: an environment that was created before is replaced only with a warning", async () => {
  const rig = await createUsedRig();
  failing(rig, "job.jupyter-missing");
  withCommands(rig, ["rm -r /w/sunpyter-environment", ...create], made, true);
  presses(rig, createButton);
  await rig.starter.start({ repeatLast: true });
  const asked = await rig.window.message("Replace the environment sunpyter-environment");
  assert.match(asked.detail ?? "", /rm -r .*Packages that you installed in it are removed/su);
  assert.deepEqual(asked.buttons, ["Replace"]);
  assert.deepEqual(
    changes(rig).map(({ dryRun }) => dryRun),
    [true],
  );
  assert.equal(rig.started.length, 1);
});

test("start: a cancelled creation starts nothing, and a failed one offers the list", async () => {
  const rig = await createUsedRig();
  failing(rig, "job.jupyter-missing");
  withCommands(rig, create);
  presses(rig, createButton, "Create");
  const { change } = rig.answers;
  rig.answers.change = (params) =>
    params.dryRun ? change(params) : Promise.reject(problem("cancelled", "it was cancelled"));
  await rig.starter.start({ repeatLast: true });
  assert.equal(rig.window.statusMessages.at(-1), "No kernel was started.");
  assert.equal(rig.window.messages.filter(({ kind }) => kind === "error").length, 1);

  failing(rig, "job.jupyter-missing");
  rig.answers.change = (params) =>
    params.dryRun
      ? change(params)
      : Promise.reject(problem("environment.no-index", "ask the site's support"));
  await rig.starter.start({ repeatLast: true });
  assert.deepEqual(
    await buttonsOf(rig, "Couldn't start a kernel on Sunbird. Ask the site's support"),
    [chooseButton, "Show Log"],
  );
});

/** asking makes the first start ask the question before the queue, and fail if the user does not accept. */
function asking(rig: Rig): void {
  const ready = rig.start;
  rig.start = async (params, doing) => {
    rig.start = ready;
    const { token } = new rig.vscode.CancellationTokenSource();
    const asked = {
      host: "h",
      purpose: "start",
      message: "Start without?",
      accept: "Start Anyway",
    } as const;
    const { accepted } = await rig.question.ask(asked, token);
    if (accepted) return ready(params, doing);
    throw new RequestProblem({ code: "job.jupyter-missing", message: "none", choices });
  };
}

test("start: the question before the queue has the same choices", async () => {
  for (const [button, starts] of [
    ["Start Anyway", [start]],
    [createButton, [start, { ...start, environment: { name: path } }]],
    [chooseButton, [start, { ...start, environment: { name: "/home/a/ml" } }]],
    ["", [start]],
  ] as const) {
    const rig = await createUsedRig();
    asking(rig);
    withCommands(rig, create, made);
    presses(rig, button, "Create");
    const starting = rig.starter.start({ repeatLast: true });
    if (button === chooseButton) (await rig.window.quickPick()).pick("ml");
    await starting;
    const asked = await rig.window.message("Start without?");
    assert.ok(asked.modal);
    assert.deepEqual(asked.buttons, [chooseButton, createButton, "Start Anyway"]);
    assert.deepEqual(
      rig.started.map(({ request }) => request),
      starts,
    );
    assert.ok(!rig.window.texts.some((text) => text.startsWith("Couldn't")), button);
    assert.equal(rig.window.statusMessages.includes("No kernel was started."), button === "");
  }
});

test("start: what was chosen for one start is not used for the next", async () => {
  const rig = await createUsedRig();
  asking(rig);
  presses(rig, createButton);
  const cell = { cluster: "sunbird", ask: false, change: {}, why: "" };
  const aborted = new AbortController();
  const ask = rig.start;
  rig.start = (params, doing) => {
    aborted.abort(); // the cell no longer needs it, so nothing is offered
    return ask(params, doing);
  };
  const launchInSlot = (_site: unknown, launch: () => Promise<unknown>) => launch();
  await assert.rejects(
    rig.starter.startForCell({
      ...cell,
      signal: aborted.signal,
      launchInSlot: launchInSlot as never,
    }),
  );
  failing(rig, "job.jupyter-missing");
  presses(rig);
  await rig.starter.start({ repeatLast: true });
  await rig.window.message("Couldn't start a kernel");
});
