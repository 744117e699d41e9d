import * as vscode from "vscode";
import { createExtension, type Extension } from "./main.js";

let extension: Extension | undefined;

/** activate is called when a notebook opens or a command of ours is run. */
export function activate(context: vscode.ExtensionContext): void {
  extension = createExtension(vscode, context);
  context.subscriptions.push(extension);
}

/** deactivate is called when the window closes or reloads; there is no way to know which. */
export async function deactivate(): Promise<void> {
  await extension?.end();
}
