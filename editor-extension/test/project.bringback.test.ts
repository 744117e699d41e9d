import assert from "node:assert/strict";
import { test } from "node:test";
import { createBringBack } from "../src/project/bringback.js";
import { createCopies } from "../src/project/copies.js";
import type { ProjectChange, ProjectPullParams } from "../src/protocol.js";
import { ended, FakeKernels, ready } from "./fakes/kernels.js";
import { FakeServer } from "./fakes/server.js";
import { MemoryStub } from "./stub/context.js";
import { settle, until } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

const files: readonly ProjectChange[] = [
  { name: "results/fig.png", bytes: 20_480, modifiedAt: "2026-03-02T12:00:00Z" },
  { name: "log.txt", bytes: 300, modifiedAt: "2026-03-02T11:00:00Z" },
  { name: "notes.md", bytes: 300, modifiedAt: "2026-03-01T11:00:00Z", here: true },
];

function made(mode: "ask" | "always" | "never" = "never") {
  const stub = createStub();
  const kernels = new FakeKernels(ready);
  const answers = {
    "project/changes": () => ({ path: "/scratch/thesis", files }),
    "project/pull": ({ names }: ProjectPullParams) => ({
      files: names.length,
      bytes: 100 * names.length,
      skipped: [],
    }),
  };
  const server = new FakeServer(answers);
  const copies = createCopies(stub.vscode, { kernels, workspaceState: new MemoryStub() });
  copies.add(ready, { folder: "/work/thesis" }, { path: "/scratch/thesis" });
  const bringBack = createBringBack(stub.vscode, {
    server,
    kernels,
    copies,
    settings: { projectBringBack: () => mode },
    log: { error: () => undefined, info: () => undefined, show: () => undefined },
  });
  /** pulled are the names of each pull, and whether files here were replaced. */
  const pulled = () =>
    server.asked
      .filter(({ method }) => method === "project/pull")
      .map(({ params }) => params as ProjectPullParams)
      .map(({ names, overwrite }) => [names, overwrite]);
  return { ...stub, kernels, answers, server, bringBack, pulled };
}

test("bring back: a list with sizes, the newest first; what is here is replaced after a yes only", async () => {
  const { bringBack, window, pulled } = made();
  const running = bringBack.run();
  const pick = await window.quickPick("New files in /scratch/thesis on Sunbird");
  assert.deepEqual(pick.labels, ["results/fig.png", "log.txt", "notes.md"]);
  assert.match(pick.items[0]?.description ?? "", /^20 KB · /u);
  assert.match(pick.items[2]?.description ?? "", /a different version is here$/u);
  pick.pickAll();
  await running;
  assert.match(window.texts[0] ?? "", /^Replace notes\.md on this computer/u);
  assert.deepEqual(pulled(), [[["results/fig.png", "log.txt"], false]]);
  assert.equal(window.texts[1], "2 files (200 bytes) brought back to thesis.");
  window.answer = ({ buttons }) => buttons[0];
  const again = bringBack.run();
  (await window.quickPick("New files")).pickAll();
  await again;
  assert.deepEqual(pulled().slice(1), [
    [["results/fig.png", "log.txt"], false],
    [["notes.md"], true],
  ]);
});

test("bring back: nothing is new", async () => {
  const { bringBack, window, answers } = made();
  answers["project/changes"] = () => ({ path: "/scratch/thesis", files: [] });
  await bringBack.run();
  assert.deepEqual(window.texts, ["There are no new files in /scratch/thesis on Sunbird."]);
});

test("bring back: when a kernel has ended, as the settings say; nothing that is here is touched", async () => {
  const never = made("never");
  never.kernels.change(ended(ready, "ended.idle"));
  await settle();
  assert.deepEqual(never.server.asked, []);

  const always = made("always");
  always.kernels.change(ended(ready, "ended.idle"));
  await until("a pull", () => always.pulled().length > 0);
  assert.deepEqual(always.pulled(), [[["results/fig.png", "log.txt"], false]]);

  const asks = made("ask");
  asks.window.answer = ({ buttons }) => buttons[0];
  asks.kernels.change(ended(ready, "ended.idle"));
  await until("a pull", () => asks.pulled().length > 0);
  assert.match(
    asks.window.texts[0] ?? "",
    /^New in \/scratch\/thesis on Sunbird: 2 files \(20 KB\)\./u,
  );
});
