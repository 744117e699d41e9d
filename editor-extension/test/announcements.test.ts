import assert from "node:assert/strict";
import { test } from "node:test";
import { createAnnouncements } from "../src/ui/announcements.js";
import { FakeKernels, pending, ready } from "./fakes/kernels.js";
import { settle } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

test("announcement: once, where cells run and whose files they see", () => {
  const { vs, window } = createStub();
  const kernels = new FakeKernels(pending);
  createAnnouncements(vs, { kernels, place: { files: "files on this computer" } });
  const started = { ...ready, id: pending.id, notice: "Jupyter is old" };
  kernels.change(started);
  kernels.change({ ...started, state: "disconnected" });
  kernels.change(started);
  kernels.change({ ...ready, id: "taken-over", generation: 2 });
  assert.deepEqual(window.texts, [
    "Cells run on scs0151 in /cdt_storage/alice; files on this computer are not there.",
    "Jupyter is old.",
  ]);
});

test("announcement: withheld until the notebook has the kernel", async () => {
  const { vs, window } = createStub();
  const kernels = new FakeKernels(pending);
  const announcements = createAnnouncements(vs, { kernels, place: { files: "files here" } });
  await announcements.after(async () => {
    kernels.change({ ...ready, id: pending.id });
    await settle();
    assert.deepEqual(window.texts, []);
  });
  assert.deepEqual(window.texts, [
    "Cells run on scs0151 in /cdt_storage/alice; files here are not there.",
  ]);
});
