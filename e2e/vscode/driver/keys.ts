/**
 * keys are those of VS Code's own commands that tests need on the way: the palette would take a
 * quarter of a second of processor time to search for each. Our commands are run as users run them.
 */
const keys = {
  clearNotices: ["notifications.clearAll", "F1"],
  clearOutputs: ["notebook.clearAllCellsOutputs", "F2"],
  closeEditors: ["workbench.action.closeAllEditors", "F3"],
  refreshExplorer: ["workbench.files.action.refreshFilesExplorer", "F4"],
  runAll: ["notebook.execute", "F5"],
  saveAll: ["workbench.action.files.saveFiles", "F6"],
} as const;

/** Command is a command of VS Code with a key. */
export type Command = keyof typeof keys;

/** keyOf returns a command's key. */
export function keyOf(command: Command): string {
  return `Control+Alt+Shift+${keys[command][1]}`;
}

/** keybindings are the content of the user's keybindings.json. */
export const keybindings = Object.values(keys).map(([command, key]) => ({
  key: `ctrl+alt+shift+${key.toLowerCase()}`,
  command,
}));
