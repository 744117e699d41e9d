import assert from "node:assert/strict";
import { test } from "node:test";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { createExtension } from "../src/main.js";
import { ContextStub } from "./stub/context.js";
import { FakeProgram } from "./stub/program.js";
import { kernelResult, session } from "./stub/sessions.js";
import { until } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

const link = "[Click here](command:workbench.action.quit)";
const inert = "[Click here] (command:workbench.action.quit)";

test("window: a message, its buttons and its detail are inert, and the button is the caller's", async () => {
  const { vscode, window } = createStub();
  window.answer = ({ buttons }) => buttons[1];
  const { showErrorMessage, showInformationMessage, showWarningMessage } = vscode.window;
  for (const show of [showErrorMessage, showInformationMessage, showWarningMessage]) {
    assert.equal(await show(`says\n${link}`, "One", link), link);
    const detail = `${link}\nmore`;
    assert.equal(await show(link, { modal: true, detail }, "One", link), link);
  }
  assert.equal(window.messages.length, 6);
  for (const message of window.messages) {
    assert.equal(message.text.replace("says ", ""), inert);
    assert.deepEqual(message.buttons, ["One", inert]);
    if (message.modal) assert.equal(message.detail, `${inert}\nmore`);
  }
});

test("window: progress is inert", async () => {
  const { vscode, window } = createStub();
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: link,
    cancellable: true,
  };
  const result = await vscode.window.withProgress(options, (progress) => {
    progress.report({ message: link, increment: 5 });
    progress.report({ increment: 5 });
    return Promise.resolve(7);
  });
  assert.equal(result, 7);
  const [shown] = window.progresses;
  assert.deepEqual(shown?.options, { ...options, title: inert });
  assert.deepEqual(shown.reports, [{ message: inert, increment: 5 }, { increment: 5 }]);
});

test("window: an input box is inert, but for what is typed", () => {
  const { vscode, window } = createStub();
  const box = vscode.window.createInputBox();
  box.title = box.prompt = box.placeholder = box.value = link;
  box.validationMessage = link;
  box.password = true;
  box.show();
  const [shown] = window.inputBoxes;
  assert.ok(shown?.visible);
  assert.deepEqual([shown.title, shown.prompt, shown.placeholder], [inert, inert, inert]);
  assert.deepEqual([shown.validationMessage, shown.value], [inert, link]);
  box.validationMessage = { message: link, severity: vscode.InputBoxValidationSeverity.Error };
  assert.deepEqual(shown.validationMessage, { message: inert, severity: 3 });
  box.validationMessage = undefined;
  assert.equal(shown.validationMessage, undefined);
  box.buttons = [vscode.QuickInputButtons.Back];
  assert.equal(shown.buttons[0], vscode.QuickInputButtons.Back, "known to the editor by identity");
});

test("window: a quick pick's rows are inert, and the marked one is found again", () => {
  const { vscode, window } = createStub();
  const rows = [
    { label: `$(pass) ${link}`, description: link, detail: link, chosen: 1 },
    { label: "two", chosen: 2 },
  ];
  const pick = vscode.window.createQuickPick<(typeof rows)[number]>();
  pick.title = pick.placeholder = link;
  pick.items = rows;
  pick.activeItems = rows.slice(1);
  pick.show();
  const [shown] = window.quickPicks;
  assert.deepEqual([shown?.title, shown?.placeholder], [inert, inert]);
  assert.deepEqual(shown?.items[0], {
    label: `$(pass) ${inert}`,
    description: inert,
    detail: inert,
    chosen: 1,
  });
  assert.equal(shown.activeItems[0], shown.items[1]);
  shown.pick(inert);
  assert.equal(pick.selectedItems[0]?.chosen, 1);
});

test("window: showQuickPick resolves to the caller's row", async () => {
  const { vscode, window } = createStub();
  const rows = [{ label: "one" }, { label: link, detail: link }];
  const chosen = vscode.window.showQuickPick(rows, { title: link, placeHolder: link });
  const pick = await window.quickPick();
  assert.deepEqual([pick.title, pick.placeholder, pick.row(inert).detail], [inert, inert, inert]);
  pick.pick(inert);
  assert.equal(await chosen, rows[1]);
});

test("window: the status bar is inert", () => {
  const { vscode, window } = createStub();
  const item = vscode.window.createStatusBarItem("id", vscode.StatusBarAlignment.Left, 1);
  item.text = `$(sync~spin) ${link} $(error)`;
  item.tooltip = link;
  item.accessibilityInformation = { label: link };
  const [shown] = window.statusBarItems;
  assert.equal(shown?.text, `$(sync~spin) ${inert} $ (error)`);
  assert.deepEqual([shown.tooltip, shown.accessibilityInformation?.label], [inert, inert]);
  vscode.window.setStatusBarMessage(`$(check) ${link}`, 5);
  assert.deepEqual(window.statusMessages, [`$(check) ${inert}`]);
});

test("window: what shows no text is the editor's own, as it is at the time", () => {
  const stub = createStub();
  assert.equal(stub.vscode.window.activeNotebookEditor, undefined);
  const editor = { notebook: {} } as never;
  stub.window.api.activeNotebookEditor = editor;
  assert.equal(stub.vscode.window.activeNotebookEditor, editor);
});

test("window: the whole extension shows a hostile cluster's words as text", async () => {
  const context = new ContextStub();
  await context.workspaceState.update("sunpyter.kernels.1", {
    kernels: [{ id: "k1", where: link, ran: true }],
    at: Date.now(),
  });
  const stub = createStub();
  const program = new FakeProgram();
  const hostile = { title: link, node: link, workingDirectory: link, notice: link, jobId: link };
  program.on("kernel/list", () => ({
    sessions: [session({ ...hostile, owned: false, orphaned: true })],
  }));
  program.on("kernel/takeOver", () => kernelResult(session({ ...hostile, generation: 2 })));
  const outside = { spawn: program.spawn, exists: () => true };
  const extension = createExtension(stub.editor, context.api, outside);
  await until("the kernel", () => stub.commands.contextKeys.get("sunpyter.ready") === true);
  const tell = (method: string, params: unknown) =>
    program.run.rpc.sendNotification(method, params);
  await tell("window/showMessage", { level: "info", message: `login says: ${link}`, detail: link });
  const cause = { code: "kernel.ended", message: `The lines above are Jupyter's: ${link}` };
  await tell("session/didChange", {
    session: session({ ...hostile, generation: 2, state: "ended", cause }),
  });
  await until("both messages", () => stub.window.messages.length >= 2);
  for (const { text } of stub.window.messages) {
    assert.ok(text.includes(inert), text);
    assert.ok(!text.includes("](command:"), text);
  }
  extension.dispose();
});

test("window: the lint rule refuses the editor's own API", async () => {
  const source = [
    'import * as vscode from "vscode";',
    'export const show = () => vscode.window.showInformationMessage("");',
    'export const markdown = () => new vscode.MarkdownString("");',
  ].join("\n");
  const [result] = await new ESLint({
    overrideConfig: tseslint.configs.disableTypeChecked, // these rules need no types, which take long
  }).lintText(source, { filePath: "src/ui/warnings.ts" });
  const rules = (result?.messages ?? []).map(({ ruleId }) => ruleId);
  assert.ok(rules.includes("@typescript-eslint/no-restricted-imports"), String(rules));
  assert.ok(rules.includes("no-restricted-syntax"), String(rules));
});
