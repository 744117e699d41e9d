import type * as api from "@vscode/jupyter-extension";
import {
  CancellationError,
  CancellationTokenSource,
  type CancellationToken,
  QuickInputButtons,
  QuickPickItemKind,
  ThemeIcon,
  window,
  type QuickPick,
  type QuickPickItem,
} from "vscode";
import type { Collection } from "./collection.js";
import type { Finder, Finders } from "./finders.js";
import { controllerId } from "./server.js";

/** BACK is the answer if the user goes back. */
const BACK = Symbol("back");

interface ServerRow extends QuickPickItem {
  readonly server?: api.JupyterServer;
  readonly command?: api.JupyterServerCommand;
}

interface KernelRow extends QuickPickItem {
  /** id is the controller's. */
  readonly id?: string;
}

/**
 * pick lets the user choose a server of a collection, then a kernel; it returns its controller's
 * id. Once a server is chosen its kernels are looked for, even if the list is closed then.
 */
export async function pick(
  collection: Collection,
  finders: Finders,
  token: CancellationToken,
): Promise<string | undefined> {
  for (;;) {
    const row = await serverRow(collection);
    if (row === undefined || row === BACK) throw new CancellationError();
    const server = await serverOf(row, collection);
    if (server === undefined) continue;
    if (token.isCancellationRequested) return undefined;
    const finder = finders.of({ collection, id: server.id, label: server.label });
    // A reader of the server's label may have cancelled meanwhile.
    if (isCancelled(token)) throw new CancellationError();
    const kernel = await pickKernel(finder);
    if (kernel === BACK) continue;
    if (kernel === undefined) throw new CancellationError();
    return kernel;
  }
}

function isCancelled(token: CancellationToken): boolean {
  return token.isCancellationRequested;
}

/** serverRow shows the servers and the commands; it does not show a list of one server alone. */
async function serverRow(collection: Collection): Promise<ServerRow | typeof BACK | undefined> {
  const servers = (await collection.servers()).map((server) => ({ label: server.label, server }));
  const commands = await commandRows(collection, undefined);
  const [first] = servers;
  if (servers.length === 1 && commands.length === 0) return first;
  const [command] = commands;
  if (servers.length === 0 && commands.length === 1 && command?.command?.canBeAutoSelected) {
    return command;
  }
  const box = window.createQuickPick<ServerRow>();
  box.title = "Select a Jupyter Server";
  box.items = rows(servers, commands);
  box.buttons = [QuickInputButtons.Back];
  box.onDidChangeValue(
    (value) => void commandRows(collection, value).then((now) => (box.items = rows(servers, now))),
  );
  return chosen(box);
}

function rows(servers: ServerRow[], commands: ServerRow[]): ServerRow[] {
  const line: ServerRow = { label: "", kind: QuickPickItemKind.Separator };
  return servers.length && commands.length
    ? [...servers, line, ...commands]
    : [...servers, ...commands];
}

async function commandRows(
  collection: Collection,
  value: string | undefined,
): Promise<ServerRow[]> {
  const token = new CancellationTokenSource().token;
  const commands = await collection.commandProvider?.provideCommands(value, token);
  return (commands ?? []).map((command) => ({
    label: command.label,
    ...(command.description === undefined ? {} : { description: command.description }),
    command,
  }));
}

/** serverOf runs the command of a row. None: back. One that throws ends the whole. */
async function serverOf(row: ServerRow, collection: Collection) {
  if (row.command === undefined) return row.server;
  const token = new CancellationTokenSource().token;
  try {
    return (await collection.commandProvider?.handleCommand(row.command, token)) ?? undefined;
  } catch (err) {
    // The real one leaves its picker open here, unless it was closed before.
    if (!(err instanceof CancellationError)) console.error(err);
    throw err;
  }
}

/** pickKernel shows the kernels of a server, once they are found; an error stays in the list. */
async function pickKernel(finder: Finder): Promise<string | typeof BACK | undefined> {
  const box = window.createQuickPick<KernelRow>();
  const refresh = { iconPath: new ThemeIcon("refresh"), tooltip: "Refresh" };
  box.title = `Select a Kernel from ${finder.server.label}`;
  box.ignoreFocusOut = true;
  box.buttons = [QuickInputButtons.Back, refresh];
  const show = () => {
    box.items = kernelRows(finder);
  };
  show();
  const showing = finder.onDidChange(show);
  box.onDidTriggerButton((button) => {
    if (button === refresh) void finder.refresh();
  });
  const row = await chosen(box, (one) => one.id !== undefined).finally(() => {
    showing.dispose();
  });
  return row === BACK ? BACK : row?.id;
}

function kernelRows({ server, specs, running, failed }: Finder): KernelRow[] {
  if (failed) return [{ label: "Unable to connect to the remote server", detail: "Check it." }];
  return [
    ...specs.map((spec, index) => ({
      label: index === 0 ? `$(star-full) ${spec.display_name}` : spec.display_name,
      description: spec.name,
      id: controllerId(server, spec),
    })),
    ...running.map(({ kernel, name }) => ({ label: name, id: kernel?.id ?? "" })),
  ];
}

/** chosen shows a list and waits for a row that counts. */
function chosen<T extends QuickPickItem>(
  box: QuickPick<T>,
  counts: (row: T) => boolean = () => true,
): Promise<T | typeof BACK | undefined> {
  return new Promise<T | typeof BACK | undefined>((resolve) => {
    box.onDidChangeSelection(([row]) => {
      if (row !== undefined && counts(row)) resolve(row);
    });
    box.onDidTriggerButton((button) => {
      if (button === QuickInputButtons.Back) resolve(BACK);
    });
    box.onDidHide(() => resolve(undefined));
    box.show();
  }).finally(() => box.dispose());
}
