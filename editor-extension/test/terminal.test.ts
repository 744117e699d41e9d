import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestProblem } from "../src/common/problems.js";
import type { ShellOpenParams } from "../src/protocol.js";
import { Screen } from "../src/terminal/screen.js";
import { createTerminals } from "../src/terminal/terminals.js";
import { made } from "./commands.fixture.js";
import { ended, FakeKernels, ready } from "./fakes/kernels.js";
import { MemoryStub } from "./stub/context.js";
import { settle, until } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";
import { opened, shells, storedIn } from "./terminal.fixture.js";

test("terminal: a shell in the kernel's job, with the terminal's size and colours", async () => {
  const { terminal, requests, prints, typed, id } = await opened();
  assert.deepEqual(requests("shell/open")[0]?.params, {
    sessionId: ready.id,
    shellId: id,
    terminal: true,
    term: "xterm-256color",
    colorTerm: "truecolor",
    rows: 24,
    columns: 80,
  });
  assert.equal(terminal.name, "scs0151");
  assert.ok(terminal.shown);
  await prints("\u001b[31mred\u001b[0m $ ");
  assert.equal(terminal.text, "\u001b[31mred\u001b[0m $ ");
  terminal.type("ls\r\u0003");
  terminal.resize(30, 100);
  await settle();
  assert.equal(Buffer.concat(typed()).toString(), "ls\r\u0003");
  assert.deepEqual(requests("shell/resize")[0]?.params, { shellId: id, rows: 30, columns: 100 });
});

test("terminal: one in a folder of the cluster", async () => {
  const { requests } = await opened({ directory: "/home/alice/a b" });
  const { workingDirectory } = requests("shell/open")[0]?.params as ShellOpenParams;
  assert.equal(workingDirectory, "/home/alice/a b");
});

test("terminal: what is typed and resized before the shell runs arrives", async () => {
  let run: (result: object) => void = () => undefined;
  const running = new Promise((resolve) => (run = resolve));
  const { terminal, requests, typed, id } = await opened({ server: shells(() => running) });
  terminal.type("make\r");
  terminal.resize(50, 120);
  await settle();
  assert.deepEqual(typed(), []);
  run({ node: "scs0151" });
  await settle();
  assert.equal(Buffer.concat(typed()).toString(), "make\r");
  assert.deepEqual(requests("shell/resize")[0]?.params, { shellId: id, rows: 50, columns: 120 });
});

test("terminal: characters that are split between two pieces are whole", async () => {
  const { terminal, prints } = await opened();
  const text = "\u00e4\u6f22\u{1f600}";
  for (const byte of Buffer.from(text)) await prints(Buffer.of(byte));
  await prints(Buffer.of(0xff));
  assert.equal(terminal.text, `${text}\ufffd`);
});

test("terminal: a large paste arrives whole and in order, one request at a time", async () => {
  const server = shells();
  let running = 0;
  let most = 0;
  Object.assign(server.answers, {
    "shell/input": async () => {
      most = Math.max(most, ++running);
      await settle();
      running--;
      return {};
    },
  });
  const { terminal, typed } = await opened({ server });
  const text = Array.from({ length: 12_500 }, (_, i) => `\u6f22${i % 1000}\n`).join("");
  assert.ok(Buffer.byteLength(text) > 80_000);
  terminal.type(text);
  terminal.type("end\r");
  await until("the end", () => Buffer.concat(typed()).toString() === `${text}end\r`);
  assert.equal(most, 1);
  assert.ok(typed().every((data) => data.length <= 32 * 1024));
});

test("terminal: output without end is held back, and its end is not", async () => {
  const { prints, clock, terminal } = await opened();
  const piece = Buffer.alloc(32 * 1024, "y\n");
  let pieces = 0;
  const flood = async () => {
    while (pieces < 200) {
      await prints(piece);
      pieces++;
    }
  };
  const done = flood();
  await settle();
  assert.equal(pieces, 32, "1 MiB comes at once");
  for (let i = 0; i < 100; i++) {
    clock.turn(0.01);
    await settle();
  }
  assert.ok(pieces > 32 + 55 && pieces < 32 + 70, `${pieces} pieces after a second`);
  for (let i = 0; i < 300; i++) {
    clock.turn(0.01);
    await settle();
  }
  await done;
  assert.equal(terminal.text.length, 200 * piece.length, "nothing is lost");
});

test("terminal: it closes with the shell's exit status", async () => {
  const { terminal, server, id, requests } = await opened();
  server.tell("shell/didEnd", { shellId: "another", exitStatus: 1 });
  assert.equal(terminal.exitCode, undefined);
  server.tell("shell/didEnd", { shellId: id, exitStatus: 3 });
  assert.equal(terminal.exitCode, 3);
  terminal.close();
  await settle();
  assert.deepEqual(requests("shell/close"), []);
  assert.equal(server.listeners("shell/didEnd"), 0);
});

test("terminal: one that the user closes ends the shell, also while it opens", async () => {
  const { terminal, requests, id, server, kernels, window, vscode } = await opened();
  terminal.close();
  window.closeTerminal(terminal, vscode.TerminalExitReason.User);
  await settle();
  assert.deepEqual(requests("shell/close")[0]?.params, { shellId: id });
  assert.deepEqual([server.listeners("shell/didEnd"), kernels.listeners], [0, 0]);

  const opening = await opened({ server: shells(() => new Promise(() => undefined)) });
  opening.terminal.close();
  opening.window.closeTerminal(opening.terminal, opening.vscode.TerminalExitReason.User);
  assert.ok(opening.server.tokens.at(-1)?.isCancellationRequested);
});

test("terminal: one whose kernel has ended stays, says why, and closes with a key", async () => {
  const { terminal, server, id } = await opened();
  const answer = "the kernel has ended: job 4711 was cancelled";
  const problem = { code: "ended.cancelled", message: "m", answer, advice: "Start a new kernel." };
  server.tell("shell/didEnd", { shellId: id, exitStatus: 0, problem });
  const want =
    "The kernel has ended: job 4711 was cancelled. Start a new kernel. Press any key to close the terminal.";
  assert.ok(terminal.text.includes(want), terminal.text);
  assert.equal(terminal.exitCode, undefined);
  terminal.type("x");
  assert.equal(terminal.exitCode, null);
});

test("terminal: a shell that cannot be opened, and one that opens while the program crashes, say so", async () => {
  const problem = {
    code: "shell.failed",
    message: "it broke",
    answer: "no memory \u001b]0;x\u0007",
  };
  const failed = await opened({
    server: shells(() => Promise.reject(new RequestProblem(problem))),
  });
  assert.match(failed.terminal.text, /Couldn't open a terminal on scs0151\. No memory/);
  assert.ok(!failed.terminal.text.includes("\u0007"), "nothing from outside commands the terminal");

  const crashed = await opened({ server: shells(() => new Promise(() => undefined)) });
  crashed.server.crash();
  assert.match(crashed.terminal.text, /helper program has stopped.*Press any key/);
  crashed.terminal.close();
  crashed.window.closeTerminal(crashed.terminal, crashed.vscode.TerminalExitReason.User);
  assert.deepEqual(crashed.requests("shell/close"), [], "there is no shell to end");
});

test("terminal: a lost connection is shown, and what was typed meanwhile arrives", async () => {
  const { terminal, kernels, prints } = await opened();
  kernels.change({ ...ready, state: "disconnected" });
  assert.match(terminal.text, /Lost connection to scs0151\. Reconnecting…/);
  assert.equal(terminal.name, "scs0151 (disconnected)");
  kernels.change(ready);
  assert.match(terminal.text, /Connected to scs0151 again\./);
  assert.equal(terminal.name, "scs0151");

  await prints("\u001b[?10");
  await prints("49hvim");
  const before = terminal.text;
  kernels.change({ ...ready, state: "disconnected", needsUserAction: true });
  assert.equal(terminal.text, before, "a line would spoil a full screen");
  assert.equal(terminal.name, "scs0151 (disconnected)");
});

test("screen: programs take and leave the whole screen, wherever the output is split", () => {
  const screen = new Screen();
  const states = ["a\u001b[?1049h\u001b[2J", "text", "\u001b", "[?1049", "l$ ", "\u001b[?47h", "x"];
  const seen = states.map((piece) => {
    screen.decode(Buffer.from(piece));
    return screen.isFullScreen;
  });
  assert.deepEqual(seen, [true, true, true, true, false, true, true]);
});

test("terminal: a reloaded window returns to its terminals", async () => {
  const memento = new MemoryStub();
  const keys = ["1111111111111111", "2222222222222222"];
  const server = shells(() => ({ node: "scs0151", key: keys.shift() }));
  const first = await opened({ memento, server });
  for (const kernel of first.kernels.own) first.terminals.open(kernel);
  await settle();
  const [closed, kept] = first.window.terminals;
  assert.ok(kept && closed);
  closed.close();
  first.window.closeTerminal(closed, first.vscode.TerminalExitReason.User);
  // VS Code closes them before it reloads, and the shell must go on.
  kept.close();
  first.window.closeTerminal(kept, first.vscode.TerminalExitReason.Shutdown);
  first.terminals.dispose();
  assert.equal(first.requests("shell/close").length, 1);
  const sessionId = ready.id;
  assert.deepEqual(storedIn(memento), [{ sessionId, key: "2222222222222222" }]);

  const next = createStub();
  const again = shells(() => ({ node: "scs0151", key: "2222222222222222" }));
  const kernels = new FakeKernels({ ...ready, state: "disconnected" });
  createTerminals(next.vscode, { server: again, kernels, memento });
  await settle();
  assert.deepEqual(next.window.terminals, [], "not before the kernel is this window's");
  kernels.change(ready);
  await until("the terminal", () => next.window.terminals.length === 1);
  await settle();
  assert.equal((again.asked[0]?.params as ShellOpenParams).key, "2222222222222222");
  assert.deepEqual(storedIn(memento), [{ sessionId, key: "2222222222222222" }]);
  kernels.change({ ...ready, jobId: "4711" });
  assert.equal(next.window.terminals.length, 1, "once");
});

test("terminal: one whose kernel has ended meanwhile does not come back, one that is lost says so", async () => {
  const memento = new MemoryStub();
  const stored = [{ sessionId: ready.id, key: "1111111111111111" }];
  await memento.update("sunpyter.terminals.2", stored);
  const gone = createStub();
  createTerminals(gone.vscode, { server: shells(), kernels: new FakeKernels(), memento });
  await settle();
  assert.deepEqual([gone.window.terminals, gone.window.texts], [[], []]);
  assert.equal(storedIn(memento), undefined);

  await memento.update("sunpyter.terminals.2", stored);
  const problem = { code: "shell.lost", message: "m", answer: "it no longer exists" };
  const server = shells(() => Promise.reject(new RequestProblem(problem)));
  const lost = createStub();
  createTerminals(lost.vscode, { server, kernels: new FakeKernels(ready), memento });
  const terminal = await until("the terminal", () => lost.window.terminals[0]);
  await settle();
  assert.match(terminal.text, /Couldn't return to the terminal on scs0151\. It no longer exists\./);
  assert.equal(storedIn(memento), undefined);
});

test("terminal: the command, the row of the kernel and the profile open one", async () => {
  const server = shells();
  const { run, window } = made({ server });
  await run("openTerminal");
  const listed = run("kernels");
  await settle();
  (await window.quickPick("Kernels")).pressOn("scs0151", "Open Terminal on the Node");
  await listed;
  await window.openProfile("sunpyter.node");
  assert.deepEqual(
    window.terminals.map(({ name, shown }) => [name, shown]),
    [1, 2, 3].map(() => ["scs0151", true]),
  );
  const ids = server.asked.map(({ params }) => (params as ShellOpenParams).shellId);
  assert.equal(new Set(ids).size, 3);
});

test("terminal: one opens in a folder of the cluster where a kernel runs", async () => {
  const server = shells();
  const { run, window, vscode } = made({ server });
  const here = (uri: string) => run("openTerminalHere", vscode.Uri.parse(uri));
  await here("sunpyter://sunbird/scratch/a%20b");
  await here("sunpyter://alice@SunBird/home/alice");
  await here("sunpyter://other/home/alice");
  const folders = server.asked.map(({ params }) => (params as ShellOpenParams).workingDirectory);
  assert.equal(folders.length, 2);
  assert.equal(folders[1], "/home/alice");
  assert.match(window.texts[0] ?? "", /No kernel on other is ready in this window/);
});

test("terminal: without a kernel, each offers to start one", async () => {
  const { run, window, commands } = made({ kernels: new FakeKernels(ended(ready, "ended.idle")) });
  window.answer = ({ buttons }) => buttons[0];
  await run("openTerminal");
  const started = () => commands.executed.filter(({ id }) => id === "sunpyter.start").length;
  assert.deepEqual([window.messages[0]?.buttons, started()], [["Start Sunbird kernel"], 1]);
  const terminal = await window.openProfile("sunpyter.node");
  await until("another offer", () => started() === 2);
  assert.match(terminal.text, /No kernel in this window is ready/);
  terminal.type(" ");
  assert.equal(terminal.exitCode, null);
});
