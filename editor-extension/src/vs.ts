import type * as vscode from "vscode";
import { inertWindow, type Window } from "./ui/window.js";

/**
 * VSCode is the editor's API. Every module is given it by {@link activate}, so that unit
 * tests give a stub. Its window is ours: text from outside stays text there.
 */
export type VSCode = Omit<typeof vscode, "window"> & { readonly window: Window };

/** inert returns the editor's API as all modules use it. */
export function inert(editor: typeof vscode): VSCode {
  return Object.create(editor, { window: { value: inertWindow(editor.window) } }) as VSCode;
}
