import assert from "node:assert/strict";
import { test } from "node:test";
import { createOffers } from "../src/jupyter/offers.js";
import { createLog } from "../src/log.js";
import type { Kernel } from "../src/kernels/kernels.js";
import { FakeKernels, ready } from "./fakes/kernels.js";
import { CancellationTokenSource } from "./stub/events.js";
import { createStub } from "./stub/vscode.js";

const { token } = new CancellationTokenSource();

function made(started?: Kernel) {
  const stub = createStub();
  const kernels = new FakeKernels();
  const offers = createOffers(stub.vs, {
    kernels,
    starter: { start: () => Promise.resolve(started) },
    log: createLog(stub.vs, { level: () => "debug" }),
    title: "Sunbird",
  });
  const labels = async (value?: string) =>
    ((await offers.provideCommands(value, token)) ?? []).map(({ label }) => label);
  return { ...stub, kernels, offers, labels };
}

test("offers: a kernel is started and selected", async () => {
  const { offers, labels } = made({ session: ready });
  assert.deepEqual(await labels(), ["Start Sunbird kernel…"]);
  const server = await offers.handleCommand({ label: "Start Sunbird kernel…" }, token);
  assert.equal(server?.id, "k3v9q2");
});

test("offers: a start that came to nothing closes the picker, and does not bring it back", async () => {
  const { offers, commands } = made();
  const handled = Promise.resolve(offers.handleCommand({ label: "Start Sunbird kernel…" }, token));
  await assert.rejects(handled, { name: "Canceled" });
  assert.equal(commands.executed[0]?.id, "workbench.action.closeQuickOpen");
});

test("offers: another window's kernel is taken over, or the list comes back", async () => {
  const { offers, labels, kernels, window } = made();
  kernels.elsewhere = [{ ...ready, owned: false }];
  const [, label = ""] = await labels();
  assert.equal(label, "Use the kernel of another window…");
  kernels.list = () => Promise.reject(new Error("asked again"));
  assert.equal((await labels("s")).length, 2, "it is not asked anew at each key");
  const left = offers.handleCommand({ label }, token);
  (await window.quickPick("another window")).hide();
  assert.equal(await left, undefined);
  const taken = offers.handleCommand({ label }, token);
  const pick = await window.quickPick("another window");
  pick.pick("scs0151");
  assert.equal((await taken)?.id, "k3v9q2");
  assert.deepEqual(kernels.taken, ["k3v9q2"]);
});
