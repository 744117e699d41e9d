import type * as vscode from "vscode";

/**
 * VSCode is the editor's API. Every module is given it by {@link activate}, so that unit
 * tests give a stub.
 */
export type VSCode = typeof vscode;
