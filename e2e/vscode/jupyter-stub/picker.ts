import type * as api from "@vscode/jupyter-extension";
import {
  CancellationError,
  CancellationTokenSource,
  QuickInputButtons,
  QuickPickItemKind,
  ThemeIcon,
  window,
  type QuickPick,
  type QuickPickItem,
} from "vscode";
import type { Collection } from "./collection.js";
import type { Remote, Spec } from "./remote.js";

/** Connect reaches a picked server. */
export type Connect = (server: string) => Promise<Remote>;

/** BACK is the answer of a person who wants the step before again. */
const BACK = Symbol("back");

interface ServerRow extends QuickPickItem {
  readonly server?: api.JupyterServer;
  readonly command?: api.JupyterServerCommand;
}

interface KernelRow extends QuickPickItem {
  readonly spec?: Spec;
}

/** pick lets a person choose a server of a collection, then a kernel; it gives its controller. */
export async function pick(collection: Collection, connect: Connect): Promise<string | undefined> {
  const token = new CancellationTokenSource().token;
  for (;;) {
    const row = await serverRow(collection);
    if (row === undefined || row === BACK) return undefined;
    const server = await serverOf(row, collection);
    if (server === undefined) continue;
    if (token.isCancellationRequested) return undefined;
    const spec = await pickKernel(server, connect);
    if (spec === BACK) continue;
    return spec?.controller.id;
  }
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
  box.onDidChangeValue((value) => {
    void commandRows(collection, value).then((now) => (box.items = rows(servers, now)));
  });
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

/** pickKernel shows the kernels of a server; an error stays in the list until a refresh. */
async function pickKernel(server: api.JupyterServer, connect: Connect) {
  const box = window.createQuickPick<KernelRow>();
  const refresh = { iconPath: new ThemeIcon("refresh"), tooltip: "Refresh" };
  box.title = `Select a Kernel from ${server.label}`;
  box.ignoreFocusOut = true;
  box.buttons = [QuickInputButtons.Back, refresh];
  const load = async () => {
    box.busy = true;
    box.items = await kernelRows(server, connect);
    box.busy = false;
  };
  box.onDidTriggerButton((button) => {
    if (button === refresh) void load();
  });
  void load();
  const row = await chosen(box, (one) => one.spec !== undefined);
  return row === BACK ? BACK : row?.spec;
}

async function kernelRows(server: api.JupyterServer, connect: Connect): Promise<KernelRow[]> {
  try {
    const remote = await connect(server.id);
    const running = remote.running().length;
    return remote.specs.map((spec, index) => ({
      label: index === 0 ? `$(star-full) ${spec.label}` : spec.label,
      description: `${spec.name}, ${running} running`,
      spec,
    }));
  } catch {
    return [{ label: "Unable to connect to the remote server", detail: "Check the server." }];
  }
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
    box.onDidHide(() => {
      resolve(undefined);
    });
    box.show();
  }).finally(() => {
    box.dispose();
  });
}
