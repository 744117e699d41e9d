import assert from "node:assert/strict";
import { test } from "node:test";
import { createPrompts } from "../src/prompts/prompts.js";
import type { PromptConfirmParams, PromptSecretParams } from "../src/protocol.js";
import { SecretsStub } from "./stub/context.js";
import { settle, until } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

const code: PromptSecretParams = {
  host: "sunbird.example",
  user: "alice",
  purpose: "code",
  prompt: "Verification code: ",
};
const password: PromptSecretParams = { ...code, purpose: "password", prompt: "Password: " };
const phrase: PromptSecretParams = {
  ...code,
  purpose: "passphrase",
  prompt: "Passphrase of the key /home/alice/.ssh/id_ed25519",
};
const hostKey: PromptConfirmParams = {
  host: "sunbird.example",
  purpose: "host-key",
  message: "sunbird.example is not known on this computer yet. Is this its key?",
  detail: "ED25519 SHA256:abc",
  accept: "Connect",
};

function made(secrets = new SecretsStub()) {
  const stub = createStub();
  const warnings: string[] = [];
  const log = { warn: (text: string) => warnings.push(text) };
  const confirmStart = () => Promise.resolve({ accepted: true });
  const prompts = createPrompts(stub.vscode, { secrets, confirmStart, log });
  const source = new stub.vscode.CancellationTokenSource();
  return { ...stub, prompts, secrets, source, token: source.token, warnings };
}

type Made = ReturnType<typeof made>;

/** answered lets a user answer the question, and remember the answer. */
async function answered(
  { prompts, window, token }: Made,
  params: PromptSecretParams,
  value: string,
) {
  const asked = prompts.secret(params, token);
  const box = await window.inputBox();
  box.press("Remember");
  box.answer(value);
  assert.deepEqual(await asked, { value });
}

test("prompts: a question is shown as the host asks it, masked", async () => {
  const { prompts, window, token } = made();
  const asked = prompts.secret({ ...code, detail: "Two-factor\nlogin" }, token);
  const box = await window.inputBox("alice@sunbird.example");
  assert.equal(box.prompt, "Verification code. Two-factor login");
  assert.equal(box.password, true);
  assert.equal(box.ignoreFocusOut, true);
  assert.deepEqual(box.buttons, [], "a code works once: there is nothing to remember");
  box.answer("123456");
  assert.deepEqual(await asked, { value: "123456" });
  assert.ok(box.disposed);
});

test("prompts: an echoed answer is visible while typing, and is never remembered", async () => {
  const { prompts, window, token } = made();
  const asked = prompts.secret({ ...password, echo: true }, token);
  const box = await window.inputBox();
  assert.equal(box.password, false);
  assert.deepEqual(box.buttons, []);
  box.answer("");
  assert.deepEqual(await asked, { value: "" });
});

test("prompts: a dismissed question is cancelled", async () => {
  const { prompts, window, token } = made();
  const asked = prompts.secret(code, token);
  (await window.inputBox()).hide();
  assert.deepEqual(await asked, { cancelled: true });
});

test("prompts: a prompt that is no longer needed is closed", async () => {
  const { prompts, window, token, source } = made();
  const asked = prompts.secret(code, token);
  const box = await window.inputBox();
  source.cancel();
  assert.deepEqual(await asked, { cancelled: true });
  assert.ok(box.disposed);
  assert.deepEqual(await prompts.secret(code, token), { cancelled: true });
  assert.equal(window.inputBoxes.length, 1);
});

test("prompts: the end of the window closes the box", async () => {
  const { prompts, window, token } = made();
  const asked = prompts.secret(code, token);
  const box = await window.inputBox();
  prompts.dispose();
  assert.deepEqual(await asked, { cancelled: true });
  assert.ok(box.disposed);
});

test("prompts: two questions at once come one after the other", async () => {
  const { prompts, window, token } = made();
  const first = prompts.secret(code, token);
  const second = prompts.secret({ ...code, host: "node.example" }, token);
  const box = await window.inputBox("sunbird");
  await settle();
  assert.equal(window.inputBoxes.length, 1);
  box.answer("1");
  (await window.inputBox("node")).answer("2");
  assert.deepEqual(await Promise.all([first, second]), [{ value: "1" }, { value: "2" }]);
});

test("prompts: nothing is stored unless the user asks", async () => {
  const { prompts, window, token, secrets } = made();
  const asked = prompts.secret(password, token);
  const box = await window.inputBox();
  box.press("Remember");
  assert.match(box.prompt ?? "", /will be remembered/u);
  box.press("keychain");
  assert.equal(box.prompt, "Password");
  box.answer("hunter2");
  await asked;
  assert.equal(secrets.values.size, 0);
});

test("prompts: a remembered answer is used, without a question", async () => {
  const before = made();
  await answered(before, phrase, "open sesame");
  const { prompts, token, window } = made(before.secrets);
  assert.deepEqual(await prompts.secret(phrase, token), { value: "open sesame" });
  assert.equal(window.inputBoxes.length, 0);
  const another = prompts.secret({ ...phrase, prompt: "Passphrase of the key /other" }, token);
  (await window.inputBox()).hide();
  await another;
});

test("prompts: an answer that was wrong is forgotten, and another is asked for", async () => {
  for (const params of [password, phrase]) {
    const context = made();
    await answered(context, params, "old");
    const { prompts, token, window, secrets } = context;
    assert.deepEqual(await prompts.secret(params, token), { value: "old" });
    const detail = "The host refused the last login.";
    const asked = prompts.secret({ ...params, wrong: true, detail }, token);
    const box = await window.inputBox();
    assert.match(box.prompt ?? "", /The host refused the last login/u);
    assert.equal(box.validationMessage, box.prompt);
    box.answer("new");
    assert.deepEqual(await asked, { value: "new" });
    assert.equal(secrets.values.size, 0);
  }
});

test("prompts: an answer that is right is used at each login", async () => {
  const context = made();
  await answered(context, password, "right");
  const { prompts, token } = context;
  for (let login = 0; login < 3; login++) {
    assert.deepEqual(await prompts.secret(password, token), { value: "right" });
  }
});

test("prompts: a refused login forgets the passwords that were given, and no passphrase", async () => {
  const context = made();
  await answered(context, phrase, "right");
  await answered(context, password, "wrong");
  const { prompts, token, window } = context;
  assert.deepEqual(await prompts.secret(phrase, token), { value: "right" });
  await prompts.forgetRejected();
  assert.deepEqual(await prompts.secret(phrase, token), { value: "right" });
  const asked = prompts.secret(password, token);
  (await window.inputBox()).hide();
  assert.deepEqual(await asked, { cancelled: true });
});

test("prompts: all can be forgotten", async () => {
  const context = made();
  await answered(context, phrase, "right");
  await context.prompts.forgetAll();
  assert.equal(context.secrets.values.size, 0);
});

test("prompts: without a keychain nothing is remembered, and nothing fails", async () => {
  const secrets = new SecretsStub();
  secrets.get = () => Promise.reject(new Error("no keyring: open sesame"));
  secrets.store = () => Promise.reject(new Error("no keyring: open sesame"));
  const context = made(secrets);
  await answered(context, password, "open sesame");
  assert.ok(context.warnings.length > 0);
  assert.doesNotMatch(context.warnings.join(), /open sesame/u);
});

test("prompts: a broken entry in the keychain counts as none", async () => {
  for (const text of ["{", "7", '{"x":7}', "null"]) {
    const context = made();
    context.secrets.values.set("sunpyter.answers", text);
    await answered(context, password, "x");
  }
});

test("prompts: a host's key is asked about in a dialog", async () => {
  const { prompts, window, token } = made();
  window.answer = () => "Connect";
  assert.deepEqual(await prompts.confirm(hostKey, token), { accepted: true });
  assert.deepEqual(window.messages, [
    {
      kind: "warning",
      text: hostKey.message,
      modal: true,
      detail: "ED25519 SHA256:abc",
      buttons: ["Don't Connect", "Connect"],
    },
  ]);
  window.answer = () => undefined;
  assert.deepEqual(await prompts.confirm(hostKey, token), { accepted: false });
});

test("prompts: the next question waits for a dialog that the program no longer needs", async () => {
  const { vscode, prompts, window, token, source } = made();
  let close: () => void = () => undefined;
  window.answer = () =>
    new Promise((resolve) => {
      close = () => resolve(undefined);
    });
  const asked = prompts.confirm(hostKey, token);
  await until("the dialog", () => window.messages.length === 1);
  source.cancel();
  assert.deepEqual(await asked, { accepted: false });
  const next = prompts.secret(code, new vscode.CancellationTokenSource().token);
  await settle();
  assert.equal(window.inputBoxes.length, 0);
  close();
  (await window.inputBox()).answer("1");
  assert.deepEqual(await next, { value: "1" });
});

test("prompts: a passphrase that the program calls wrong is asked for with the reason, until something is typed", async () => {
  const { prompts, window, token } = made();
  const passphrase = {
    ...password,
    purpose: "passphrase",
    prompt: "Passphrase of id_ed25519",
  } as const;
  const first = prompts.secret(passphrase, token);
  const box = await window.inputBox();
  assert.equal(box.validationMessage, undefined);
  box.answer("mistyped");
  await first;
  void prompts.secret({ ...passphrase, wrong: true, detail: "That was not it." }, token);
  const again = await window.inputBox();
  assert.equal(again.validationMessage, "Passphrase of id_ed25519. That was not it.");
  again.type("right");
  assert.equal(again.validationMessage, undefined);
});

test("prompts: a remembered passphrase is used for each key and login, until it is wrong", async () => {
  const context = made();
  await answered(context, phrase, "open sesame");
  const { prompts, token, window, secrets } = context;
  assert.deepEqual(await prompts.secret(phrase, token), { value: "open sesame" });
  const asked = prompts.secret({ ...phrase, wrong: true }, token);
  (await window.inputBox()).hide();
  await asked;
  assert.equal(secrets.values.size, 0);
});
