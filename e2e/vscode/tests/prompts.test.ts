import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../driver/deadline.ts";
import { rig } from "../driver/rig.ts";
import { scenario } from "../driver/scenario.ts";
import * as site from "../driver/site.ts";
import { profile, ready, titles, usual } from "../driver/sunpyter.ts";
import { isText, link, written } from "./link.ts";

const secrets = {
  wrong: "incorrect donkey",
  passphrase: "correct horse",
  password: "battery staple",
  code: "27182818",
};

/** questions identifies them; the first answer to the first of them is wrong. */
const questions = {
  wrong: /Passphrase of the key/,
  passphrase: /That was not the passphrase/,
  password: /Password:? \(Press/,
  code: /Verification code/,
};

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

/** sayLinks has the login node's banner, and the site's message of the day, hold a link. */
async function sayLinks(): Promise<void> {
  await site.write("login", "/etc/banner", 0o644, `${link}\nand more\n`);
  const message = `title = "Bird"\nmessage = ${JSON.stringify(link)}\n`;
  await site.write("login", "/etc/sunpyter/site.toml", 0o644, message);
}

/** newUserConfig is the ssh configuration of a user with a locked key and no known hosts. */
function newUserConfig(): string {
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

/** found reports whether a text is in any file of a folder. */
function found(folder: string, text: string): boolean {
  return spawnSync("grep", ["-rqF", "--", text, folder]).status === 0;
}

const options = {
  settings: profile({ keysOnly: false }), // Sunbird itself takes keys alone
  env: { SUNPYTER_SSH_CONFIG: newUserConfig() },
};

scenario("all that a login may ask and say", options, async ({ bench, editor, timings, shot }) => {
  // It may be asked for the key's passphrase before or after the host is known.
  const asked: string[] = [];
  const hostKey = async () => {
    if (!(await bench.dialog.box.isVisible())) return;
    const text = await bench.dialog.text();
    await shot("host-key");
    assert.match(text, /SHA256:/);
    assert.match(text, /login/);
    asked.push("host key");
    await bench.dialog.press("Connect");
  };
  const shown = async () =>
    (await bench.quick.widget.isVisible()) ? await bench.quick.widget.innerText() : "";

  await bench.palette(titles.start);
  await until("the passphrase to be asked for", async () => {
    await hostKey();
    return questions.wrong.test(await shown());
  });
  await bench.quick.close();
  await bench.notices.gone(/Getting your accounts/);
  await shot("dismissed");
  timings.mark("a question was dismissed");

  await askForAll();
  await sayLinks();
  await bench.palette(titles.start);
  const answered = async () => {
    await hostKey();
    const text = await shown();
    for (const [what, words] of Object.entries(questions)) {
      if (asked.includes(what) || !words.test(text)) continue;
      assert.ok(await bench.quick.masked(), `what is typed as ${what} is hidden`);
      assert.match(text, /alice@/);
      await shot(what);
      asked.push(what);
      await bench.quick.answer(secrets[what as keyof typeof secrets]);
    }
    return (await bench.quick.rows()).some((row) => usual.test(row));
  };
  const [banner, message] = await Promise.all([
    bench.notices.says(/login says: .*maintenance/), // while it asks: a notice leaves the corner
    bench.notices.says(/Bird says: .*maintenance/),
    until("the end of the questions", answered),
  ]);
  assert.deepEqual(asked.toSorted(), ["code", "host key", "passphrase", "password", "wrong"]);
  timings.mark(`asked: ${asked.join(", ")}`);
  assert.ok(message.includes(written), message);
  await shot("banner");
  await bench.quick.asks(/Start a kernel on Sunbird/);
  await bench.quick.close();
  await isText(bench, banner);
  await bench.run("clearNotices"); // or the next one is not in the corner
  timings.mark("the banner and the site's message are text");

  await bench.palette(titles.start);
  await bench.quick.pick(usual);
  await bench.notices.says(ready);
  timings.mark("cells can run, and nothing was asked again");
  for (const secret of Object.values(secrets))
    assert.ok(!found(editor.folder, secret), `${secret} is in a file`);
});
