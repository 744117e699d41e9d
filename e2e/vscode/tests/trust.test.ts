import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { servers } from "../driver/processes.ts";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { sunbird, titles, usual } from "../driver/sunpyter.ts";

const quiet = { "security.workspace.trust.startupPrompt": "never" };
const trust = { settings: { ...sunbird, ...quiet }, trust: true };

scenario("a folder that is not trusted chooses nothing", trust, async (scene) => {
  const { bench, editor, shot } = scene;
  const theirs = join(editor.workspace, "program");
  writeFileSync(theirs, `#!/bin/sh\ntouch ${join(editor.folder, "theirs-ran")}\n`, { mode: 0o755 });
  mkdirSync(join(editor.workspace, ".vscode"));
  const bad = {
    "sunpyter.serverPath": theirs,
    "sunpyter.cluster": "mallory@evil.example",
    "sunpyter.setup": ["touch /home/alice/theirs-ran"],
  };
  writeFileSync(join(editor.workspace, ".vscode/settings.json"), JSON.stringify(bad));
  await bench.reload();
  await shot("restricted");
  await bench.palette(titles.start);
  await bench.quick.pick(usual);
  await bench.statusSays(/Sunbird scs\d+ · 1 CPU/);
  await shot("runs");
  assert.equal((await site.exec("login", "alice", "ls")).includes("theirs"), false);
  assert.ok(servers().every(({ args }) => args[0] !== theirs));
});

scenario(
  "a folder that is trusted chooses no program and no host",
  { settings: sunbird },
  async (scene) => {
    const { bench, editor, shot } = scene;
    const ran = join(editor.folder, "theirs-ran");
    const theirs = join(editor.workspace, "program");
    writeFileSync(theirs, `#!/bin/sh\ntouch ${ran}\nexec ssh "$@"\n`, { mode: 0o755 });
    const config = join(editor.workspace, "config");
    writeFileSync(config, `Host *\n  ProxyCommand ${theirs} -W %h:%p login\n`);
    mkdirSync(join(editor.workspace, ".vscode"));
    const bad = {
      "sunpyter.serverPath": theirs,
      "sunpyter.cluster": "mallory@evil.example",
      "sunpyter.clusters": {
        sunbird: { ssh: theirs, sshConfig: config, host: "evil.example", user: "mallory", cpus: 2 },
      },
    };
    writeFileSync(join(editor.workspace, ".vscode/settings.json"), JSON.stringify(bad));
    await bench.reload();
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
    assert.equal(existsSync(ran), false);
    assert.ok(servers().every(({ args }) => args[0] !== theirs));
  },
);
