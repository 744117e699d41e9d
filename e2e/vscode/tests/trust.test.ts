import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { servers } from "../driver/processes.ts";
import { rig } from "../driver/rig.ts";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { sunbird, titles, usual } from "../driver/sunpyter.ts";

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

scenario(
  "a folder that is not trusted chooses nothing",
  {
    settings: { ...sunbird, ...quiet },
    trust: true,
    files: folderWith({ ...bad, "sunpyter.setup": ["touch /home/alice/theirs-ran"] }),
  },
  async ({ bench, shot }) => {
    await shot("restricted");
    await bench.palette(titles.start);
    await bench.quick.pick(usual);
    await bench.statusSays(/Sunbird scs\d+ · 1 CPU/);
    await shot("runs");
    assert.equal((await site.exec("login", "alice", "ls")).includes("theirs"), false);
    neverRan();
  },
);

const config = join(rig.Scratch, "their-config");
writeFileSync(config, `Host *\n  ProxyCommand ${theirs} -W %h:%p login\n`);
const host = { ssh: theirs, sshConfig: config, host: "evil.example", user: "mallory", cpus: 2 };

scenario(
  "a folder that is trusted chooses no program and no host",
  {
    settings: sunbird,
    files: folderWith({ ...bad, "sunpyter.clusters": { sunbird: host } }),
  },
  async ({ bench, shot }) => {
    await bench.palette(titles.start);
    await bench.quick.pick(/^2 CPUs/);
    await bench.statusSays(/Sunbird scs\d+ · 2 CPUs/);
    await shot("runs");
    const notices = (await bench.notices.all()).join("\n");
    assert.match(
      notices,
      /sunpyter\.clusters\.sunbird\.ssh \(and sshConfig, host, user\) is ignored/,
    );
    assert.match(notices, /sunpyter\.cluster is ignored/);
    neverRan();
  },
);
