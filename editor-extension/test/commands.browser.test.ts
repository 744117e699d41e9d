import assert from "node:assert/strict";
import { test } from "node:test";
import { made, problem } from "./commands.fixture.js";
import { FakeKernels, pending, ready } from "./fakes/kernels.js";
import { FakeServer } from "./fakes/server.js";

test("browser: on this computer the program opens it, and the link is in no argument", async () => {
  const { run, env, window } = made();
  await run("openInBrowser");
  assert.deepEqual(env.opened, []);
  assert.match(window.texts[0] ?? "", /opens in your browser/);
  assert.ok(!/s3cret|q7Jm3Zt0/.test(window.texts.join() + window.log));
});

for (const elsewhere of ["a remote window", "the editor in a browser"]) {
  test(`browser: ${elsewhere} opens the link that works once, and the token is nowhere`, async () => {
    const { run, env, vscode, window } = made();
    if (elsewhere === "a remote window") env.api.remoteName = "ssh-remote";
    else env.api.uiKind = vscode.UIKind.Web;
    await run("openInBrowser");
    assert.deepEqual(env.opened, ["http://127.0.0.1:41234/open/q7Jm3Zt0"]);
    assert.ok(!window.texts.join().includes("s3cret"));
  });
}

test("browser: where none opens, the link can be copied; a failure is shown", async () => {
  const silent = new FakeKernels(ready);
  silent.noBrowser = "there is no display";
  const here = made({ kernels: silent });
  here.window.answer = () => "Copy Link";
  await here.run("openInBrowser");
  assert.match(here.window.texts[0] ?? "", /Couldn't open a browser.*works once/);
  assert.equal(here.env.clipboard, "http://127.0.0.1:41234/open/q7Jm3Zt0");
  const closed = made();
  closed.env.api.remoteName = "ssh-remote";
  closed.env.api.openExternal = () => Promise.resolve(false);
  closed.window.answer = () => "Copy Link";
  await closed.run("openInBrowser");
  assert.equal(closed.env.clipboard, "http://127.0.0.1:41234/open/q7Jm3Zt0");
  const kernels = new FakeKernels(ready);
  kernels.address = () => Promise.reject(problem("internal"));
  const failed = made({ kernels });
  await failed.run("openInBrowser");
  assert.match(failed.window.texts[0] ?? "", /Couldn't open Jupyter on scs0151/);
});

test("copy: the address with its token is on the clipboard only, with a warning", async () => {
  const { run, env, window } = made();
  await run("copyUrl");
  assert.equal(env.clipboard, "http://127.0.0.1:41234/?token=s3cret");
  assert.match(window.texts[0] ?? "", /Anyone who has it can run code as you/);
  assert.ok(!(window.texts.join() + window.log).includes("s3cret"));
});

test("copy: without a kernel it offers one", async () => {
  const { run, window, env } = made({ kernels: new FakeKernels(pending) });
  await run("copyUrl");
  assert.match(window.texts[0] ?? "", /No kernel (?:in|is running in) this window/);
  assert.equal(env.clipboard, "");
});

test("log: our own without a question, Jupyter's as a document that cannot be edited", async () => {
  const alone = made({ kernels: new FakeKernels() });
  await alone.run("log");
  assert.equal(alone.window.outputs[0]?.shown, true);

  const server = new FakeServer({ "kernel/log": () => ({ text: "[I] Serving notebooks" }) });
  const { run, window, workspace } = made({ server });
  const done = run("log");
  (await window.quickPick("Show Log")).pick("Jupyter on scs0151");
  await done;
  const [uri] = workspace.opened as { scheme: string; path: string }[];
  assert.equal(uri?.scheme, "sunpyter-log");
  const provider = workspace.providers.get("sunpyter-log");
  const text = provider?.provideTextDocumentContent(uri as never, undefined as never);
  assert.equal(text, "[I] Serving notebooks");
});
