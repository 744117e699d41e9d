import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { until } from "./deadline.ts";
import { keybindings } from "./keys.ts";
import { extensionHosts, processes, servers } from "./processes.ts";
import { rig } from "./rig.ts";

/** Settings are those of settings.json. */
export type Settings = Readonly<Record<string, unknown>>;

/** EditorOptions are how an editor differs from an ordinary one. */
export interface EditorOptions {
  /** settings of the user, over those that keep the editor calm. */
  readonly settings?: Settings;
  /** env is more of the extension host's environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** trust makes the editor ask whether a folder is trusted, as it does out of the box. */
  readonly trust?: boolean;
  /** jupyter false leaves the Jupyter extension out. */
  readonly jupyter?: boolean;
  /**
   * packaged installs our .vsix, as users have it, in place of the build that looks for races, and
   * all of VS Code's own extensions.
   */
  readonly packaged?: boolean;
  /** cells are the notebook's; one that says where it runs if none are given. */
  readonly cells?: readonly string[];
  /** files are more files of the workspace, by their paths. The Explorer may miss those that come later. */
  readonly files?: Readonly<Record<string, string | Buffer>>;
}

/** Editor is a VS Code server with folders of its own, as on a fresh computer. */
export interface Editor {
  /** url opens a window on the workspace folder. */
  readonly url: string;
  /** folder holds all that is this editor's. */
  readonly folder: string;
  /** workspace is the folder that windows open. */
  readonly workspace: string;
  /** settings rewrites the user's settings. */
  settings(settings: Settings): void;
  /** log is the output of VS Code's server. */
  log(): string;
  /** kill kills it and waits for its end. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** stop ends it, and everything that it started. */
  stop(): Promise<void>;
}

/** where is a cell that tells the host that it runs on. */
export const where = "import socket; print('on', socket.gethostname().split('.')[0])";

const calm: Settings = {
  "workbench.startupEditor": "none",
  "chat.disableAIFeatures": true,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.tips.enabled": false,
  "workbench.reduceMotion": "on",
  "files.hotExit": "off",
  "extensions.ignoreRecommendations": true,
  "telemetry.telemetryLevel": "off",
  "window.menuBarVisibility": "compact",
  "terminal.integrated.commandsToSkipShell": keybindings.map(({ command }) => command),
  "sunpyter.project.copy": "never", // all windows have a folder, which is another test's subject
};

/** startEditor starts an editor, with the extensions installed. */
export async function startEditor(options: EditorOptions = {}): Promise<Editor> {
  const folder = mkdtempSync(join(rig.Scratch, "editor-"));
  const workspace = join(folder, "work");
  for (const name of ["home", "data/User", "extensions", "work", "tmp"])
    mkdirSync(join(folder, name), { recursive: true });
  const settings = (s: Settings) =>
    writeFileSync(join(folder, "data/User/settings.json"), JSON.stringify({ ...calm, ...s }));
  settings(options.settings ?? {});
  writeFileSync(join(folder, "data/User/keybindings.json"), JSON.stringify(keybindings));
  const cells = notebookOf(options.cells ?? [where]);
  for (const [name, content] of Object.entries({ "notebook.ipynb": cells, ...options.files })) {
    mkdirSync(dirname(join(workspace, name)), { recursive: true });
    writeFileSync(join(workspace, name), content);
  }
  install(folder, options);
  const child = launch(folder, options);
  const log = () => readFileSync(join(folder, "code-server.log"), "utf8");
  const address = () => /server listening on (http:\S+)/.exec(log())?.[1];
  const ended = () => (child.exitCode === null ? undefined : "");
  const server = await until("VS Code's server", () => address() ?? ended());
  if (server === "") throw new Error(`VS Code's server has ended: ${log()}`);
  return {
    url: `${server}?folder=${workspace}`,
    folder,
    workspace,
    settings,
    log,
    kill: (signal) => kill(child, signal),
    stop: async () => {
      await kill(child, "SIGTERM");
      const left = () => extensionHosts().length + servers().length;
      await until("the end of VS Code's processes", () => left() === 0);
    },
  };
}

function launch(folder: string, options: EditorOptions): ChildProcess {
  const home = join(folder, "home");
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    HOME: home,
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_DATA_HOME: join(home, ".local/share"),
    TMPDIR: join(folder, "tmp"),
    EXTENSIONS_GALLERY: "{}",
    SUNPYTER_SSH_CONFIG: rig.SSHConfig,
    SUNPYTER_CONFIG: "/dev/null",
    SUNPYTER_STATE: join(folder, "state"),
    ...options.env,
  };
  delete env["SUNPYTER_RIG"];
  delete env["XDG_RUNTIME_DIR"]; // VS Code's sockets go to TMPDIR, and end with it
  const log = openSync(join(folder, "code-server.log"), "w");
  const child = spawn(rig.Node, [rig.CodeServer, ...args(folder, options)], {
    cwd: folder,
    env,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  return child;
}

function args(folder: string, options: EditorOptions): string[] {
  const all = [
    ...["--config", join(folder, "config.yaml"), "--user-data-dir", join(folder, "data")],
    ...["--extensions-dir", join(folder, "extensions"), "--auth", "none"],
    ...["--bind-addr", "127.0.0.1:0", "--disable-telemetry", "--disable-update-check"],
    ...["--disable-getting-started-override", "--reconnection-grace-time", "5"],
  ];
  if (options.packaged !== true && rig.JupyterVSIX === "")
    all.push("--builtin-extensions-dir", rig.BuiltIn);
  if (options.trust !== true) all.push("--disable-workspace-trust");
  return all;
}

/** install puts the extensions into the editor's folder. */
function install(folder: string, { packaged = false, jupyter = true }: EditorOptions): void {
  if (packaged) installPackage(folder, rig.Package);
  else installFolder(folder, rig.Extension);
  if (jupyter && rig.JupyterVSIX !== "") installPackage(folder, rig.JupyterVSIX);
  else if (jupyter) installFolder(folder, rig.Jupyter);
}

/** installFolder installs an unpacked extension: the list is what VS Code goes by. */
function installFolder(folder: string, from: string): void {
  const manifest = readFileSync(join(from, "package.json"), "utf8");
  const { publisher, name, version } = JSON.parse(manifest) as Record<string, string>;
  const id = `${publisher}.${name}`;
  const path = join(folder, "extensions", id);
  execFileSync("cp", ["-al", from, path]);
  const file = join(folder, "extensions/extensions.json");
  const list = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as unknown[]) : [];
  const location = { $mid: 1, scheme: "file", path };
  const entry = { identifier: { id }, version, location, relativeLocation: id };
  writeFileSync(file, JSON.stringify([...list, entry]));
}

/** installPackage installs a .vsix as a user does. */
function installPackage(folder: string, file: string): void {
  const dirs = ["--user-data-dir", join(folder, "data"), "--extensions-dir"];
  execFileSync(
    rig.Node,
    [rig.CodeServer, ...dirs, join(folder, "extensions"), "--install-extension", file, "--force"],
    {
      env: { ...process.env, HOME: join(folder, "home"), EXTENSIONS_GALLERY: "{}" },
      stdio: ["ignore", "ignore", "inherit"],
    },
  );
}

/** kill sends a signal to both of code-server's processes, the one that watches and the server. */
async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  const watched = processes().filter((p) => p.parent === child.pid);
  child.kill(signal);
  for (const { pid } of signal === "SIGKILL" ? watched : []) process.kill(pid, signal);
  await exited;
}

/** notebookOf is the content of a notebook with cells. */
export function notebookOf(cells: readonly string[]): string {
  return JSON.stringify({
    cells: cells.map((source) => ({
      cell_type: "code",
      execution_count: null,
      metadata: {},
      outputs: [],
      source: [source],
    })),
    metadata: { language_info: { name: "python" } },
    nbformat: 4,
    nbformat_minor: 5,
  });
}
