import assert from "node:assert/strict";
import { test } from "node:test";
import type { NotebookCell } from "vscode";
import { createLog } from "../src/common/log.js";
import { createLocalRuns } from "../src/jupyter/localruns.js";
import { createNotebookSlots } from "../src/jupyter/notebooks.js";
import type { Entries, SlotExecution } from "../src/jupyter/types.js";
import type { Slots } from "../src/slots/slots.js";
import { editorOf, notebook } from "./fakes/notebooks.js";
import { MemoryStub } from "./stub/context.js";
import { EventEmitter } from "./stub/events.js";
import { settle } from "./stub/until.js";
import { createStub } from "./stub/vscode.js";

const slot = { id: "sunbird", cluster: "sunbird", label: "Sunbird" };
const text = "This cell ran on this computer, not on Sunbird.";

function made() {
  const stub = createStub();
  const ran = new EventEmitter<SlotExecution>();
  const uses = createNotebookSlots(new MemoryStub());
  const document = notebook();
  const selected: string[] = [];
  const select = (): Promise<boolean> => Promise.resolve(selected.push("sunbird") > 0);
  const runs = createLocalRuns(stub.vscode, {
    entries: {
      onDidRun: ran.event,
      get: () => Promise.resolve({ slot }),
    } as unknown as Entries,
    select: {
      trySelect: select,
      select: select,
      selectByUser: select,
      listKernels: () => Promise.resolve(),
      prepare: () => Promise.resolve(),
    },
    slots: { get: (id?: string) => (id === slot.id ? slot : undefined) } as unknown as Slots,
    notebookSlots: uses,
    log: createLog(stub.vscode, { level: () => "debug" }),
  });
  let order = 0;
  const cell = (code: string) =>
    ({
      index: 3,
      notebook: document,
      document: { getText: () => code },
    }) as unknown as NotebookCell;
  /** finish is what VS Code says of a cell that has run; it says it twice. */
  const finish = (one: NotebookCell, change = {}): void => {
    const now = Date.now() + 1;
    const executionSummary = {
      executionOrder: ++order,
      success: true,
      timing: { startTime: now, endTime: now + order },
      ...change,
    };
    const event = { notebook: document, cellChanges: [{ cell: one, executionSummary }] };
    for (let i = 0; i < 2; i++) stub.workspace.notebookChanged.fire(event as never);
  };
  const through = (code: string, kernelId = "k1"): void => ran.fire({ slot, kernelId, code });
  return { ...stub, runs, uses, document, selected, cell, finish, through };
}

test("local runs: cells that ran in the slot are no news, also where their text was edited", () => {
  const { window, cell, finish, through, uses, document } = made();
  through("print(1)");
  finish(cell("print(1)"));
  assert.equal(uses.slotIdOf(document), "sunbird", "however it was selected");
  through("print(2)");
  finish(cell("print(2) # edited while it ran"));
  assert.deepEqual(window.texts, []);
});

test("local runs: one that ran here is reported once, in a message that stays", async () => {
  const { window, cell, finish, through } = made();
  finish(cell("0")); // a notebook that never was on the cluster
  through("print(1)");
  finish(cell("print(1)"));
  finish(cell("print(1)"));
  finish(cell("print(2)"));
  await settle();
  assert.deepEqual(window.texts, [text]);
  assert.equal(window.messages[0]?.kind, "error");
  assert.deepEqual(window.messages[0].buttons, [
    "Select Sunbird and Run Again",
    "Stay on This Computer",
  ]);
});

test("local runs: the notebook is put back and the cell run again, or left alone", async () => {
  const again = made();
  again.uses.set(again.document, "sunbird");
  again.window.answer = () => "Select Sunbird and Run Again";
  again.window.api.visibleNotebookEditors = [editorOf(again.document)];
  again.finish(again.cell("1"));
  await settle();
  assert.deepEqual(again.selected, ["sunbird"]);
  assert.deepEqual(again.commands.executed.at(-1), {
    id: "notebook.cell.execute",
    args: [{ ranges: [{ start: 3, end: 4 }], document: again.document.uri }],
  });

  const stay = made();
  stay.uses.set(stay.document, "sunbird");
  stay.window.answer = () => "Stay on This Computer";
  stay.finish(stay.cell("1"));
  await settle();
  stay.finish(stay.cell("2"));
  await settle();
  assert.deepEqual([stay.uses.slotIdOf(stay.document), stay.window.texts.length], [undefined, 1]);
});

test("local runs: what only failed to connect, or was begun before a reload, proves nothing", () => {
  const { window, cell, finish, uses, document } = made();
  uses.set(document, "sunbird");
  finish(cell("1"), { executionOrder: undefined });
  finish(cell("2"), { timing: { startTime: 1, endTime: Date.now() } });
  assert.deepEqual(window.texts, []);
});
