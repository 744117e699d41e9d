import type * as vscode from "vscode";
import { Uri } from "../stub/types.js";

/** notebook is an open notebook. */
export function notebook(
  path = "/home/alice/analysis.ipynb",
  more: Partial<vscode.NotebookDocument> = {},
): vscode.NotebookDocument {
  return {
    uri: Uri.file(path),
    notebookType: "jupyter-notebook",
    isClosed: false,
    isDirty: false,
    isUntitled: false,
    metadata: {},
    save: () => Promise.resolve(true),
    ...more,
  } as unknown as vscode.NotebookDocument;
}

/** editorOf shows a notebook. */
export function editorOf(document: vscode.NotebookDocument): vscode.NotebookEditor {
  return { notebook: document } as vscode.NotebookEditor;
}

/** ran is what the editor tells when a cell has run. */
export function ran(
  document: vscode.NotebookDocument,
  summary: vscode.NotebookCellExecutionSummary = {},
): vscode.NotebookDocumentChangeEvent {
  const now = Date.now();
  const executionSummary = {
    executionOrder: 1,
    success: true,
    timing: { startTime: now, endTime: now },
    ...summary,
  };
  return {
    notebook: document,
    metadata: undefined,
    contentChanges: [],
    cellChanges: [{ executionSummary }],
  } as unknown as vscode.NotebookDocumentChangeEvent;
}
