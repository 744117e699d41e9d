import path from "node:path";
import type { Disposable, Uri } from "vscode";
import type { Log } from "../common/log.js";
import {
  EditorCode,
  hasCode,
  isCancelled,
  requestProblem,
  showProblem,
} from "../common/problems.js";
import { type Clock, createAlarm, systemClock } from "../common/time.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernels } from "../kernels/types.js";
import {
  ProblemCode,
  type ProjectConflict,
  type ProjectCopy,
  type ProjectPushParams,
  type ProjectPushResult,
} from "../protocol.js";
import type { Server } from "../server/types.js";
import { type Copies, type Copy, placeOf } from "./copies.js";
import { nameIn } from "./folders.js";

/** SyncDeps is what {@link createSync} needs. */
interface SyncDeps {
  readonly server: Pick<Server, "request">;
  readonly kernels: Pick<Kernels, "get">;
  readonly copies: Pick<Copies, "running" | "onDidChange">;
  readonly onConflicts: (copy: Copy, conflicts: readonly ProjectConflict[]) => void;
  readonly log: Pick<Log, "debug" | "error" | "show">;
  readonly clock?: Clock;
}

/** pause is how long nothing must have changed before changes are sent, in milliseconds. */
const pause = 200;

/** longestPause is how long changes wait that never pause, in milliseconds. */
const longestPause = 2_000;

/** retryDelay is the pause after a failure, in milliseconds. */
const retryDelay = 10_000;

/** maxNames is how many changed files are named in a request; more, as of a branch switch: all are looked at. */
const maxNames = 200;

/** pushParams returns the request that makes a copy like its folder. */
export function pushParams(
  { cluster, user, project }: Copy,
  { only, ...answers }: Pick<ProjectPushParams, "only"> & Partial<ProjectCopy>,
): ProjectPushParams {
  return {
    cluster,
    ...(user ? { user } : {}),
    project: { ...project, ...answers },
    ...(only ? { only } : {}),
  };
}

/**
 * createSync sends what changes in a folder to its copy, as long as a kernel runs in that. At the
 * beginning it looks at all files: some may have changed while the job waited, or the window was
 * reloaded.
 */
export function createSync(vscode: VSCode, deps: SyncDeps): Disposable {
  const { copies } = deps;
  const folders = new Map<string, FolderSync>();
  const update = (): void => {
    const wanted = new Map(copies.running().map((copy) => [placeOf(copy), copy]));
    for (const [key, sync] of folders) {
      if (wanted.has(key)) continue;
      sync.dispose();
      folders.delete(key);
    }
    for (const [key, copy] of wanted) {
      const sync = folders.get(key) ?? new FolderSync(vscode, deps);
      folders.set(key, sync);
      sync.use(copy);
    }
  };
  update();
  const listening = copies.onDidChange(update);
  return {
    dispose: () => {
      listening.dispose();
      for (const sync of folders.values()) sync.dispose();
    },
  };
}

/** FolderSync watches one folder. */
class FolderSync implements Disposable {
  readonly #alarm;
  readonly #clock: Clock;
  #listening: Disposable | undefined;
  #copy: Copy | undefined;
  /** names are the changed files, or "all". */
  #names: Set<string> | "all" = "all";
  /** since is when the first of them changed. */
  #since: number | undefined;
  #sending = false;
  #disposed = false;
  /** adopt is the user's yes to the use of a folder there that is not a copy, until a push succeeds. */
  #adopt = false;
  /** failed is the message that was shown last, until a push succeeds. */
  #failed = "";

  constructor(
    readonly vscode: VSCode,
    readonly deps: SyncDeps,
  ) {
    this.#clock = deps.clock ?? systemClock;
    this.#alarm = createAlarm(this.#clock, () => void this.#send());
  }

  /** use names the copy, and is called again when the state of its kernel has changed. */
  use(copy: Copy): void {
    this.#copy = copy;
    this.#listening ??= this.#watch(copy.project.folder);
    if (this.#isPending) this.#schedule();
  }

  dispose(): void {
    this.#disposed = true;
    this.#alarm.dispose();
    this.#listening?.dispose();
  }

  get #isPending(): boolean {
    return this.#names === "all" || this.#names.size > 0;
  }

  #watch(folder: string): Disposable {
    const { workspace, RelativePattern, Uri, Disposable } = this.vscode;
    const watcher = workspace.createFileSystemWatcher(new RelativePattern(Uri.file(folder), "**"));
    const changed = (uri: Uri): void => this.#changed(folder, uri);
    return Disposable.from(
      watcher,
      watcher.onDidChange(changed),
      watcher.onDidCreate(changed),
      watcher.onDidDelete(changed),
      // A save is known here sooner than from the disk.
      workspace.onDidSaveTextDocument(({ uri }) => changed(uri)),
      workspace.onDidSaveNotebookDocument(({ uri }) => changed(uri)),
    );
  }

  #changed(folder: string, { scheme, fsPath }: Uri): void {
    const name = scheme === "file" ? nameIn(folder, fsPath) : undefined;
    if (!name || isIgnored(name)) return;
    // What git ignores is now another question.
    if (path.posix.basename(name) === ".gitignore") this.#names = "all";
    else this.#add([name]);
    this.#schedule();
  }

  #add(names: readonly string[]): void {
    const all = this.#names;
    if (all === "all") return;
    for (const name of names) all.add(name);
    if (all.size > maxNames) this.#names = "all";
  }

  /** sendNext sends what changed during a push, and tries files again that could not be read then. */
  #sendNext(busy: readonly string[]): void {
    if (this.#isPending) this.#schedule();
    else if (busy.length > 0) this.#alarm.set(retryDelay);
    this.#add(busy);
  }

  #schedule(): void {
    const now = this.#clock.now().getTime();
    this.#since ??= now;
    this.#alarm.set(Math.max(0, Math.min(pause, this.#since + longestPause - now)));
  }

  async #send(): Promise<void> {
    const copy = this.#copy;
    if (!copy || this.#sending || this.#disposed || !this.#isPending) return;
    // Without a connection it waits for the kernel's next state.
    if (this.deps.kernels.get(copy.sessionId)?.session.state !== "ready") return;
    const names = this.#names;
    this.#names = new Set();
    this.#since = undefined;
    this.#sending = true;
    try {
      this.#sendNext(await this.#push(copy, names));
    } catch (err) {
      this.#names = "all"; // it is not known what was sent
      if (isTransient(err)) this.#alarm.set(retryDelay);
      else this.#report(copy, err); // the next change tries again
    } finally {
      this.#sending = false;
    }
  }

  /** push sends changes, and returns the files that could not be read now. */
  async #push(copy: Copy, names: Set<string> | "all"): Promise<readonly string[]> {
    const { server, onConflicts, log } = this.deps;
    const only = names === "all" ? {} : { only: [...names] };
    const adopt = this.#adopt ? { adopt: true } : {};
    const result = await server.request("project/push", pushParams(copy, { ...only, ...adopt }));
    this.#failed = "";
    this.#adopt = false;
    log.debug(describePush(copy, result));
    if (!this.#disposed) onConflicts(copy, result.conflicts ?? []);
    return result.busy ?? [];
  }

  /** report shows a failure once. */
  #report(copy: Copy, err: unknown): void {
    const { log } = this.deps;
    const { message } = requestProblem(err).problem;
    if (this.#disposed || message === this.#failed) return;
    this.#failed = message;
    const doing = `send changes in ${path.basename(copy.project.folder)} to ${copy.title}`;
    const again = (): void => {
      this.#failed = ""; // the same failure is news then
      this.#schedule();
    };
    const use = (): void => {
      this.#adopt = true;
      again();
    };
    const actions = hasCode(err, ProblemCode.ProjectNotOurs)
      ? [{ title: "Use That Folder", run: use }]
      : [{ title: "Try Again", run: again }];
    void showProblem(this.vscode, err, { doing, log, actions });
  }
}

/** isTransient: a lost connection or program is shown elsewhere, and comes back. */
function isTransient(err: unknown): boolean {
  const codes = [ProblemCode.LinkLost, EditorCode.ServerDied];
  return isCancelled(err) || codes.some((code) => hasCode(err, code));
}

/** ignored are folders whose files are never copied, and often change. The program knows more of them. */
const ignored: readonly string[] = [
  ".git",
  ".venv",
  "node_modules",
  "__pycache__",
  ".ipynb_checkpoints",
  ".sunpyter",
];

function isIgnored(name: string): boolean {
  return name.split("/").some((part) => ignored.includes(part));
}

function describePush({ project }: Copy, result: ProjectPushResult): string {
  const { sent, removed = [], conflicts = [] } = result;
  return `Sent ${sent.length}, removed ${removed.length}, conflicts ${conflicts.length}: ${project.folder}`;
}
