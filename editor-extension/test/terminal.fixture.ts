import assert from "node:assert/strict";
import type { ShellOpenParams } from "../src/protocol.js";
import { createTerminals } from "../src/terminal/terminals.js";
import { FakeClock } from "./fakes/clock.js";
import { FakeKernels, ready } from "./fakes/kernels.js";
import { FakeServer } from "./fakes/server.js";
import { MemoryStub } from "./stub/context.js";
import { settle, until } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

/** shells is a program whose shells answer like a node. */
export function shells(open: () => unknown = () => ({ node: "scs0151", key: "5f1c09e2ab7d4463" })) {
  const done = () => ({});
  return new FakeServer({
    "shell/open": open,
    "shell/input": done,
    "shell/resize": done,
    "shell/close": done,
  });
}

/** opened is a window with one terminal. */
export async function opened({
  server = shells(),
  kernels = new FakeKernels(ready),
  memento = new MemoryStub(),
  directory = undefined as string | undefined,
} = {}) {
  const stub = createStub();
  const clock = new FakeClock("2026-03-02T09:20:00Z");
  const terminals = createTerminals(stub.vscode, { server, kernels, memento, clock });
  const [kernel] = kernels.own;
  assert.ok(kernel);
  terminals.open(kernel, directory);
  const terminal = await until("a terminal", () => stub.window.terminals[0]);
  const requests = (method: string) => server.asked.filter((one) => one.method === method);
  const id = (requests("shell/open")[0]?.params as ShellOpenParams).shellId;
  await settle();
  const prints = (data: string | Buffer) =>
    server.output({ shellId: id, data: Buffer.from(data).toString("base64") });
  const typed = () =>
    requests("shell/input").map(({ params }) => {
      const { data } = params as { data: string };
      return Buffer.from(data, "base64");
    });
  return {
    ...stub,
    server,
    kernels,
    memento,
    clock,
    terminals,
    terminal,
    requests,
    id,
    prints,
    typed,
  };
}

/** storedIn returns what a window stores of its terminals. */
export function storedIn(memento: MemoryStub): unknown {
  return memento.get("sunpyter.terminals.2");
}
