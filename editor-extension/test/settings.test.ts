import assert from "node:assert/strict";
import { test } from "node:test";
import { createSettings } from "../src/settings/settings.js";
import { createStub, type Stub } from "./stub/vscode.js";

function made(
  set: Record<string, unknown> = {},
): Stub & { settings: ReturnType<typeof createSettings> } {
  const stub = createStub();
  stub.workspace.set(set);
  return { ...stub, settings: createSettings(stub.vscode) };
}

test("settings: nothing set means nothing is asked for", () => {
  const { settings } = made();
  assert.deepEqual(settings.request(), {});
  assert.deepEqual(settings.clusters(), []);
  assert.deepEqual(settings.presets(), []);
  assert.equal(settings.defaultCluster(), "");
  assert.equal(settings.reloadGraceSeconds(), 30);
  assert.equal(settings.logLevel(), "info");
});

test("settings: each setting becomes its member of the request", () => {
  const { settings, window } = made({
    "sunpyter.cpus": 2,
    "sunpyter.memory": "8G",
    "sunpyter.timeLimit": "1-00:00:00",
    "sunpyter.gpus": 1,
    "sunpyter.partition": "s_compute_cdt",
    "sunpyter.account": "scw1000",
    "sunpyter.workingDirectory": "/scratch/$USER",
    "sunpyter.keepMinutes": 5,
    "sunpyter.idleMinutes": 30,
    "sunpyter.modules": ["anaconda/2024"],
    "sunpyter.conda": "ml",
    "sunpyter.setup": ["ulimit -c 0"],
    "sunpyter.variables": { OMP_NUM_THREADS: 2 },
  });
  assert.deepEqual(settings.request(), {
    cpus: 2,
    memoryMiB: 8192,
    timeLimitSeconds: 86400,
    gpus: "1",
    partition: "s_compute_cdt",
    account: "scw1000",
    workingDirectory: "/scratch/$USER",
    graceSeconds: 300,
    idleSeconds: 1800,
    environment: {
      modules: ["anaconda/2024"],
      conda: "ml",
      setup: ["ulimit -c 0"],
      variables: { OMP_NUM_THREADS: "2" },
    },
  });
  assert.deepEqual(window.texts, []);
});

test("settings: idle kernels may be kept for ever", () => {
  const { settings, window } = made({ "sunpyter.idleMinutes": 0 });
  assert.deepEqual(settings.request(), { idleSeconds: -1 });
  assert.deepEqual(window.texts, []);
});

test("settings: an empty value counts as none", () => {
  const { settings } = made({
    "sunpyter.memory": "",
    "sunpyter.modules": [],
    "sunpyter.variables": {},
  });
  assert.deepEqual(settings.request(), {});
});

test("settings: a bad value is named once and left out, the others count", () => {
  const { settings, window } = made({ "sunpyter.memory": "8X", "sunpyter.cpus": 4 });
  assert.deepEqual(settings.request(), { cpus: 4 });
  settings.request();
  assert.deepEqual(window.texts, [
    'The setting sunpyter.memory is ignored: "8X" is not a memory size; write 8G or 512M.',
  ]);
});

test("settings: a report has a button for the setting", async () => {
  const { settings, window, commands } = made({ "sunpyter.cpus": 0 });
  window.answer = () => "Open Settings";
  settings.request();
  await new Promise(setImmediate);
  assert.deepEqual(commands.executed, [
    { id: "workbench.action.openSettings", args: ["sunpyter.cpus"] },
  ]);
});

test("settings: cluster profiles, with their mistakes", () => {
  const { settings, window } = made({
    "sunpyter.clusters": {
      falcon: {
        title: "Falcon",
        host: "falcon.example",
        keysOnly: true,
        shareLogin: false,
        ssh: "system",
        route: "srun",
        nodePort: true,
        startMinutes: 20,
        sessionDirectory: "/scratch/me",
        places: ["~/data", "/scratch/$USER"],
        timeLimit: "2h",
        qos: "dev",
      },
      half: { host: 7, colour: "red", keysOnly: "yes", route: "step" },
      none: "falcon.example",
    },
  });
  assert.deepEqual(settings.clusters(), [
    {
      name: "falcon",
      title: "Falcon",
      host: "falcon.example",
      keysOnly: true,
      shareLogin: false,
      ssh: "system",
      route: "srun",
      nodePort: true,
      startTimeoutSeconds: 1200,
      sessionDirectory: "/scratch/me",
      places: ["~/data", "/scratch/$USER"],
      request: { timeLimitSeconds: 7200, qos: "dev" },
    },
    { name: "half", host: "7", request: {} },
  ]);
  assert.deepEqual(window.texts, [
    "The setting sunpyter.clusters.half.keysOnly is ignored: it must be true or false.",
    "The setting sunpyter.clusters.half.route is ignored: it must be ssh or srun.",
    "The setting sunpyter.clusters.half.colour is ignored: there is no such setting.",
    "The setting sunpyter.clusters.none is ignored: it must be an object.",
  ]);
});

test("settings: a cluster's route has an old name", () => {
  const { settings, window } = made({
    "sunpyter.clusters": { old: { wayIn: "srun" }, both: { route: "ssh", wayIn: "srun" } },
  });
  assert.deepEqual(settings.clusters(), [
    { name: "old", route: "srun", request: {} },
    { name: "both", route: "ssh", request: {} },
  ]);
  assert.deepEqual(window.texts, []);
});

test("settings: presets", () => {
  const { settings } = made({
    "sunpyter.presets": {
      big: { cpus: 8, memory: "32 GB", cluster: "falcon" },
      long: { timeLimit: "1d" },
    },
  });
  assert.deepEqual(settings.presets(), [
    { name: "big", cluster: "falcon", request: { cpus: 8, memoryMiB: 32768 } },
    { name: "long", request: { timeLimitSeconds: 86400 } },
  ]);
});

test("settings: the reload grace stays within what the server takes", () => {
  const { settings, workspace } = made({ "sunpyter.reloadSeconds": 0 });
  assert.equal(settings.reloadGraceSeconds(), 0);
  workspace.set({ "sunpyter.reloadSeconds": 4000 });
  assert.equal(settings.reloadGraceSeconds(), 300);
  workspace.set({ "sunpyter.reloadSeconds": -4 });
  assert.equal(settings.reloadGraceSeconds(), 0);
});

test("settings: a folder's values count only when it is trusted", () => {
  const { settings, workspace } = made({ "sunpyter.cluster": "sunbird" });
  workspace.setFolder({
    "sunpyter.cluster": "falcon",
    "sunpyter.clusters": { falcon: { partition: "gpu" } },
  });
  workspace.api.isTrusted = false;
  assert.equal(settings.defaultCluster(), "sunbird");
  assert.deepEqual(settings.clusters(), []);
  let changes = 0;
  settings.onDidChange(() => changes++);
  workspace.grantTrust();
  assert.equal(changes, 1);
  assert.equal(settings.defaultCluster(), "falcon");
  assert.deepEqual(settings.clusters(), [{ name: "falcon", request: { partition: "gpu" } }]);
});

test("settings: no folder, trusted or not, chooses a program, a file, a host or a user", () => {
  const mine = { title: "Mine", host: "login.example", user: "alice", keysOnly: true };
  const { settings, window, workspace } = made({
    "sunpyter.clusters": { mine },
    "sunpyter.cluster": "mine",
  });
  workspace.setFolder({
    "sunpyter.clusters": {
      mine: { ssh: "./run-me", sshConfig: "./config", host: "evil.example", user: "mallory" },
      sunbird: { keysOnly: false, cpus: 2, route: "srun", modules: ["python"] },
      "evil.example": { cpus: 2 },
      "mallory@evil": {},
      "2001:db8::1": {},
    },
    "sunpyter.cluster": "mallory@evil.example",
    "sunpyter.presets": { bad: { cluster: "evil.example", cpus: 1 }, good: { cpus: 8 } },
    "sunpyter.serverPath": "./run-me",
  });
  assert.deepEqual(settings.clusters(), [
    { name: "mine", ...mine, request: {} },
    {
      name: "sunbird",
      route: "srun",
      request: { cpus: 2, environment: { modules: ["python"] } },
    },
  ]);
  assert.equal(settings.defaultCluster(), "mine");
  assert.equal(settings.serverPath(), "");
  assert.deepEqual(settings.presets(), [{ name: "good", request: { cpus: 8 } }]);
  const why = "a folder or workspace cannot choose it; set it in your user settings";
  assert.deepEqual(
    window.texts,
    [
      "clusters.mine.ssh (and sshConfig, host, user)",
      "clusters.sunbird.keysOnly",
      "clusters.evil.example",
      "clusters.mallory@evil",
      "clusters.2001:db8::1",
      "cluster",
      "presets.bad",
    ].map((at) => `The setting sunpyter.${at} is ignored: ${why}.`),
  );
});

test("settings: the workspace's and each folder's values are checked in the same way", () => {
  const { settings, window, workspace } = made({
    "sunpyter.clusters": { mine: { host: "login.example", cpus: 1, partition: "long" } },
  });
  workspace.setFolder({ "sunpyter.clusters": { mine: { ssh: "./one", cpus: 2 } } });
  workspace.setOneOfFolders({ "sunpyter.clusters": { mine: { host: "evil.example", cpus: 3 } } });
  assert.deepEqual(settings.clusters(), [
    { name: "mine", host: "login.example", request: { cpus: 3, partition: "long" } },
  ]);
  assert.equal(window.texts.length, 2);
});

test("settings: objects of the user and of the folder are merged", () => {
  const { settings, workspace } = made({ "sunpyter.variables": { A: "1", B: "1" } });
  workspace.setFolder({ "sunpyter.variables": { B: "2" } });
  assert.deepEqual(settings.request(), { environment: { variables: { A: "1", B: "2" } } });
});

test("settings: an environment, of which the narrowest scope counts, however it is named", () => {
  const { settings, window, workspace } = made({
    "sunpyter.environment": "ml",
    "sunpyter.presets": { Big: { cpus: 8, environment: "~/projects/thesis/.venv" } },
    "sunpyter.clusters": {
      lab: { environment: "ml", modules: ["cuda"] },
      own: { venv: "~/v" },
      images: { environment: "ml", containerBinds: ["/data"] },
    },
  });
  assert.deepEqual(settings.request(), { environment: { name: "ml" } });
  assert.deepEqual(settings.presets(), [
    { name: "Big", request: { cpus: 8, environment: { name: "~/projects/thesis/.venv" } } },
  ]);
  const folder = {
    "sunpyter.venv": ".venv",
    "sunpyter.clusters": {
      lab: { conda: "base" },
      own: { environment: "other" },
      images: { container: "/i/course.sif" },
    },
  };
  workspace.api.isTrusted = false;
  workspace.setFolder(folder);
  assert.deepEqual(settings.request(), { environment: { name: "ml" } });
  workspace.grantTrust();
  assert.deepEqual(settings.request(), { environment: { venv: ".venv" } });
  assert.deepEqual(
    settings.clusters().map(({ request }) => request.environment),
    [
      { modules: ["cuda"], conda: "base" },
      { name: "other" },
      { containerBinds: ["/data"], container: "/i/course.sif" },
    ],
  );
  workspace.setOneOfFolders({ "sunpyter.environment": "other" });
  assert.deepEqual(settings.request(), { environment: { name: "other" } });
  assert.deepEqual(window.texts, []);
});

test("settings: our changes are reported, others are not, and none after disposal", () => {
  const { settings, workspace } = made();
  let changes = 0;
  settings.onDidChange(() => changes++);
  workspace.set({ "editor.fontSize": 12 });
  assert.equal(changes, 0);
  workspace.set({ "sunpyter.cpus": 2 });
  assert.equal(changes, 1);
  settings.dispose();
  workspace.set({ "sunpyter.cpus": 3 });
  assert.equal(changes, 1);
});
