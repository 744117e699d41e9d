import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../driver/deadline.ts";
import { press } from "../driver/press.ts";
import { servers } from "../driver/processes.ts";
import { rig } from "../driver/rig.ts";
import { scenario, type Scene } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { stop, sunbird, titles, usual } from "../driver/sunpyter.ts";

const quiet = { "security.workspace.trust.startupPrompt": "never" };

/** theirs is a program that a folder's settings name, and ran the file that it leaves behind. */
const theirs = join(rig.Scratch, "program");
const ran = join(rig.Scratch, "theirs-ran");
writeFileSync(theirs, `#!/bin/sh\ntouch ${ran}\nexec ssh "$@"\n`, { mode: 0o755 });

/** neverRan fails if their program was started. */
function neverRan(): void {
  assert.equal(existsSync(ran), false);
  assert.ok(servers().every(({ args }) => args[0] !== theirs));
}

/** bad are settings of a folder, which may not be its author's to choose. */
const bad = { "sunpyter.serverPath": theirs, "sunpyter.cluster": "mallory@evil.example" };
const folderWith = (settings: object) => ({ ".vscode/settings.json": JSON.stringify(settings) });

/** restricted: a folder that is not trusted chooses nothing. */
async function restricted({ bench, shot }: Scene): Promise<void> {
  await shot("restricted");
  await bench.palette(titles.start);
  await bench.quick.pick(usual);
  await bench.statusSays(/Sunbird scs\d+ · 1 CPU/);
  await shot("runs");
  assert.equal((await site.exec("login", "alice", "ls")).includes("theirs"), false);
  neverRan();
  await stop(bench);
}

const config = join(rig.Scratch, "their-config");
writeFileSync(config, `Host *\n  ProxyCommand ${theirs} -W %h:%p login\n`);
const host = { ssh: theirs, sshConfig: config, host: "evil.example", user: "mallory", cpus: 2 };

/** trusted: a folder that is trusted chooses no program and no host. */
async function trusted({ bench, editor, timings, shot }: Scene): Promise<void> {
  const settings = folderWith({ ...bad, "sunpyter.clusters": { sunbird: host } });
  for (const [name, content] of Object.entries(settings))
    writeFileSync(join(editor.workspace, name), content);
  await bench.palette("Workspaces: Manage Workspace Trust");
  const trust = bench.page.locator(".workspace-trust-editor .monaco-button", { hasText: /^Trust/ });
  await until("the button Trust", () => press(trust));
  await bench.page.locator(".workspace-trust-editor", { hasText: /You trust this/ }).waitFor();
  timings.mark("the folder is trusted");
  await bench.remembered();
  await bench.reload(); // this VS Code does not watch the file
  await bench.palette(titles.start);
  await bench.quick.pick(/^2 CPUs/);
  await bench.statusSays(/Sunbird scs\d+ · 2 CPUs/);
  await shot("trusted");
  const notices = (await bench.notices.all()).join("\n");
  assert.match(
    notices,
    /sunpyter\.clusters\.sunbird\.ssh \(and sshConfig, host, user\) is ignored/,
  );
  assert.match(notices, /sunpyter\.cluster is ignored/);
  neverRan();
}

scenario(
  "a folder chooses nothing before it is trusted, and no program and no host after",
  {
    settings: { ...sunbird, ...quiet },
    trust: true,
    files: folderWith({ ...bad, "sunpyter.setup": ["touch /home/alice/theirs-ran"] }),
  },
  async (scene) => {
    await restricted(scene);
    await trusted(scene);
  },
);
