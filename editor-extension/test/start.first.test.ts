import assert from "node:assert/strict";
import { test } from "node:test";
import { keys } from "../src/start/state.js";
import { clusters, createRig, createUsedRig, problem, resources } from "./start.fixture.js";

test("start: the first use asks for cluster, user and account, and remembers what worked", async () => {
  const rig = createRig();
  const starting = rig.starter.start();
  const first = await rig.window.quickPick("Start Sunbird kernel");
  assert.deepEqual(first.labels, ["Sunbird", "Own", "hawk", "viking", "Another cluster…"]);
  assert.deepEqual(
    first.items.filter(({ kind }) => kind === rig.vscode.QuickPickItemKind.Separator),
    [
      { label: "From your SSH configuration", kind: -1 },
      { label: "", kind: -1 },
    ],
  );
  first.pick("Sunbird");
  (await rig.window.inputBox("Start Sunbird kernel")).answer("a.b.person");
  const account = await rig.window.quickPick("Start a kernel on Sunbird");
  assert.deepEqual(account.labels, ["scw1000", "scw2000", "Other…"]);
  account.pick("scw2000");
  const sizes = await rig.window.quickPick("Start a kernel on Sunbird");
  assert.equal(sizes.labels[0], "1 CPU, 4 h");
  sizes.pick("1 CPU");
  assert.equal((await starting)?.session.id, "k1");
  assert.deepEqual(rig.started, [
    { cluster: "sunbird", user: "a.b.person", request: { account: "scw2000" } },
  ]);
  assert.deepEqual(rig.asked.at(-1), {
    method: "cluster/resources",
    params: { cluster: "sunbird", user: "a.b.person" },
  });
  assert.deepEqual(
    rig.sites,
    [{ cluster: "sunbird", asked: 1 }],
    "before it is asked what there is",
  );
  assert.deepEqual([...rig.state.keys()].toSorted(), Object.values(keys).slice(0, 5).toSorted());
});

test("start: the second use asks only for the size", async () => {
  const rig = await createUsedRig();
  const starting = rig.starter.start();
  (await rig.window.quickPick("Start a kernel on Sunbird")).pick("1 CPU");
  await starting;
  assert.deepEqual(
    rig.asked.map(({ method }) => method),
    ["cluster/list"],
  );
});

test("start: the same again asks nothing at all", async () => {
  const rig = await createUsedRig();
  await rig.starter.start({ repeatLast: true });
  assert.deepEqual(rig.started[0]?.request, { account: "scw1000" });
  assert.equal(rig.window.quickPicks.length, 0);
});

test("start: a site's own title, defaults and words for its partitions are in the first lists", async () => {
  const rig = createRig();
  const partitions = resources.partitions.map((one) =>
    one.name === "compute" ? { ...one, title: "Course", description: "Starts at once" } : one,
  );
  const request = { cpus: 2, timeLimitSeconds: 7200 };
  rig.answers.resources = () =>
    Promise.resolve({ ...resources, title: "Bird", accounts: [], partitions, request });
  const starting = rig.starter.start();
  (await rig.window.quickPick("Start Sunbird kernel")).pick("hawk");
  const partition = await rig.window.quickPick("Start a kernel on Bird");
  assert.deepEqual(partition.labels, ["Course", "gpu", "s_highmem_cdt", "old", "Other…"]);
  assert.equal(partition.row("Course").description, "compute, default");
  assert.match(partition.row("Course").detail ?? "", /^Starts at once · Up to 40 CPUs/);
  partition.pick("Course");
  const sizes = await rig.window.quickPick("Start a kernel on Bird");
  assert.equal(sizes.labels[0], "2 CPUs, 8 GB, 2 h");
  sizes.pick("2 CPUs");
  await starting;
  assert.deepEqual(rig.started, [{ cluster: "hawk", request: { partition: "compute" } }]);
});

test("start: a host of the ssh configuration needs no user name", async () => {
  const rig = createRig();
  rig.answers.resources = () => Promise.resolve({ ...resources, title: "hawk", accounts: [] });
  const starting = rig.starter.start();
  (await rig.window.quickPick("Start Sunbird kernel")).pick("hawk");
  const partition = await rig.window.quickPick("Start a kernel on hawk");
  assert.deepEqual(partition.labels, ["compute", "gpu", "s_highmem_cdt", "old", "Other…"]);
  assert.equal(partition.row("old").description, "starts no jobs now (DOWN)");
  partition.pick("gpu");
  const sizes = await rig.window.quickPick("Start a kernel on hawk");
  assert.equal(sizes.labels[0], "1 CPU, 2 h", "the partition allows no more");
  sizes.pick("1 CPU");
  await starting;
  assert.deepEqual(rig.started, [{ cluster: "hawk", request: { partition: "gpu" } }]);
});

test("start: a cluster can be typed, and Back leads to the list", async () => {
  const rig = createRig();
  rig.answers.resources = () => Promise.resolve({ ...resources, accounts: [], partitions: [] });
  const starting = rig.starter.start();
  (await rig.window.quickPick("Start Sunbird kernel")).pick("Another");
  (await rig.window.inputBox()).press("Back");
  (await rig.window.quickPick("Start Sunbird kernel")).pick("Another");
  const box = await rig.window.inputBox();
  box.type("bad host");
  assert.equal(box.validationMessage, '"bad host" cannot be the name of a host.');
  box.accept();
  assert.ok(box.visible, "a wrong name is not taken");
  box.answer("alice@login.example");
  (await rig.window.quickPick("Start a kernel on login.example")).pick("1 CPU");
  await starting;
  assert.deepEqual(rig.started, [{ cluster: "@login.example", user: "alice", request: {} }]);
});

test("start: what was dismissed or failed is not remembered", async () => {
  const rig = createRig();
  const dismissed = rig.starter.start();
  (await rig.window.quickPick()).pick("Sunbird");
  (await rig.window.inputBox()).hide();
  assert.equal(await dismissed, undefined);

  rig.answers.resources = () => Promise.reject(problem("ssh.auth-refused", "No key was accepted"));
  const failed = rig.starter.start();
  (await rig.window.quickPick()).pick("Sunbird");
  (await rig.window.inputBox()).answer("a.b.persom");
  assert.equal(await failed, undefined);
  assert.deepEqual(rig.window.texts, ["Couldn't start a kernel. No key was accepted."]);
  assert.deepEqual(rig.window.messages[0]?.buttons, [
    "Check Connection",
    "Change Cluster or User…",
    "Show Log",
  ]);
  assert.deepEqual(rig.state.keys(), []);
});

test("start: after a refused login the name can be corrected", async () => {
  const rig = createRig();
  rig.answers.resources = () => Promise.reject(problem("ssh.auth-refused", "No key was accepted"));
  rig.window.answer = () => "Change Cluster or User…";
  rig.settings.cluster = "sunbird";
  const starting = rig.starter.start();
  (await rig.window.inputBox()).answer("a.b.persom");
  const again = await rig.window.quickPick();
  rig.answers.resources = () => Promise.resolve({ ...resources, accounts: [] });
  again.pick("Sunbird");
  const box = await rig.window.inputBox();
  assert.equal(box.value, "a.b.persom");
  box.answer("a.b.person");
  (await rig.window.quickPick("Sunbird")).pick("1 CPU");
  assert.ok(await starting);
  assert.equal(rig.started[0]?.user, "a.b.person");
});

test("start: asking the cluster can be cancelled, without an error", async () => {
  const rig = createRig();
  rig.answers.resources = () => Promise.reject(problem("cancelled", "Cancelled"));
  const starting = rig.starter.start();
  (await rig.window.quickPick()).pick("Own");
  assert.equal(await starting, undefined);
  assert.equal(
    rig.window.progresses[0]?.options.title,
    "Getting your accounts and partitions from Own…",
  );
  assert.deepEqual(rig.window.texts, []);
});

test("start: a mistake in a configuration is shown once", async () => {
  const rig = await createUsedRig();
  rig.answers.list = {
    ...clusters,
    problems: [{ code: "config.invalid", message: "cpus is no number" }],
  };
  for (let time = 0; time < 2; time++) await rig.starter.start({ repeatLast: true });
  assert.deepEqual(rig.window.texts, ["cpus is no number"]);
});

test("start: the cluster of the settings takes precedence over the remembered one", async () => {
  const rig = await createUsedRig();
  rig.settings.cluster = "own";
  rig.answers.resources = () => Promise.resolve({ ...resources, title: "Own", accounts: [] });
  const picked = await rig.starter.pickCluster();
  assert.deepEqual([picked?.site.cluster, picked?.user], ["own", "bob"]);
});

test("start: what the settings name is not asked for", async () => {
  const rig = createRig();
  rig.settings.cluster = "alice@hawk";
  rig.settings.request = { account: "scw2000", partition: "gpu" };
  const starting = rig.starter.start();
  (await rig.window.quickPick("Start a kernel on hawk")).pick("1 CPU");
  await starting;
  assert.deepEqual(rig.started, [
    { cluster: "hawk", user: "alice", request: { account: "scw2000", partition: "gpu" } },
  ]);
  assert.equal(rig.window.quickPicks.length, 1);
});

test("start: Back from the user's name leads to the clusters", async () => {
  const rig = createRig();
  const picking = rig.starter.pickCluster();
  (await rig.window.quickPick()).pick("Sunbird");
  (await rig.window.inputBox("Start Sunbird kernel")).press("Back");
  (await rig.window.quickPick()).pick("Own");
  assert.equal((await picking)?.site.title, "Own");
});

test("start: a remembered cluster that is gone is asked for again", async () => {
  const rig = await createUsedRig();
  rig.answers.list = { ...clusters, clusters: clusters.clusters.slice(0, 1), default: "own" };
  const picking = rig.starter.pickCluster();
  (await rig.window.quickPick("Start Sunbird kernel")).hide();
  assert.equal(await picking, undefined);
});
