import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { rig } from "../driver/rig.ts";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { ready, sunbird, titles, usual } from "../driver/sunpyter.ts";

const secrets = { passphrase: "correct horse", password: "battery staple", code: "27182818" };

/** askForAll makes the login node ask for alice's password and a one-time code, after her key. */
async function askForAll(): Promise<void> {
  const hash = execFileSync("openssl", ["passwd", "-6", secrets.password], { encoding: "utf8" });
  await site.exec("login", "root", "usermod", "-p", hash.trim(), "alice");
  const modules = ["pam_unix.so", "pam_google_authenticator.so"];
  const rest = "account required pam_permit.so\nsession required pam_permit.so\n";
  const stack = modules.map((module) => `auth required ${module}\n`).join("") + rest;
  await site.write("login", "/etc/pam.d/sshd", 0o644, stack);
  // Its format: the secret, then options, then codes that work once.
  const codes = `JBSWY3DPEHPK3PXP\n" DISALLOW_REUSE\n" TOTP_AUTH\n${secrets.code}\n`;
  const file = "/home/alice/.google_authenticator";
  await site.write("login", file, 0o400, codes);
  await site.exec("login", "root", "chown", "alice:", file);
}

/** stranger is the ssh configuration of someone who has a locked key and knows no host. */
function stranger(): string {
  const key = join(rig.Scratch, "locked");
  copyFileSync(rig.KeyFile, key);
  chmodSync(key, 0o600);
  execFileSync("ssh-keygen", ["-q", "-p", "-N", secrets.passphrase, "-f", key]);
  const config = join(rig.Scratch, "ssh_config");
  const [address = ""] = rig.LoginAddress.split(":");
  const lines = [`HostName ${address}`, `IdentityFile ${key}`, "IdentitiesOnly yes"];
  lines.push(`UserKnownHostsFile ${join(rig.Scratch, "known_hosts")}`);
  lines.push("GlobalKnownHostsFile none", "StrictHostKeyChecking ask");
  writeFileSync(config, ["Host login", ...lines].join("\n  ") + "\n");
  return config;
}

/** found tells whether a text is in any file of a folder. */
function found(folder: string, text: string): boolean {
  return spawnSync("grep", ["-rqF", "--", text, folder]).status === 0;
}

const options = { settings: sunbird, env: { SUNPYTER_SSH_CONFIG: stranger() } };

scenario("all that a login may ask", options, async ({ bench, editor, timings, shot }) => {
  await askForAll();
  await bench.palette(titles.start);
  const unknown = await bench.dialog.text();
  await shot("host-key");
  assert.match(unknown, /login|Sunbird/);
  assert.match(unknown, /SHA256:/);
  console.log(unknown, await bench.dialog.buttons());
  await bench.dialog.box.locator(".dialog-buttons .monaco-button").first().click();
  timings.mark("the host's key is accepted");

  await bench.quick.asks(/assphrase/);
  assert.ok(await bench.quick.masked());
  await shot("passphrase");
  await bench.quick.answer("wrong");
  await bench.quick.asks(/not the passphrase/);
  await bench.quick.answer(secrets.passphrase);
  timings.mark("the passphrase is given");

  const password = await bench.quick.asks(/assword/);
  assert.ok(await bench.quick.masked());
  assert.match(password, /alice@login/);
  await shot("password");
  await bench.quick.answer(secrets.password);
  await bench.quick.asks(/code/i);
  await shot("code");
  await bench.quick.answer(secrets.code);
  timings.mark("the code is given");

  await bench.quick.pick(usual);
  const said = await bench.notices.says(ready, 60_000);
  assert.match(said, /scs/);
  timings.mark("cells can run");
  for (const secret of Object.values(secrets))
    assert.ok(!found(editor.folder, secret), `${secret} is in a file`);
});

scenario("a question that is dismissed", options, async ({ bench, shot }) => {
  await bench.palette(titles.start);
  await bench.dialog.text();
  await bench.page.keyboard.press("Escape");
  await bench.notices.says(/host key|not accepted|login/i);
  await shot("dismissed");
  assert.deepEqual(await site.running(), []);
});
