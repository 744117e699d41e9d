import type { Disposable, Event, Memento } from "vscode";
import type { VSCode } from "../common/vscode.js";
import type { Kernels } from "../kernels/types.js";
import type { ProjectCopy, ProjectLeftOut, ProjectPushResult, Session } from "../protocol.js";

/** Copy is a folder of this computer, and its copy in which a kernel of this window runs. */
export interface Copy {
  /** sessionId is the kernel's. */
  readonly sessionId: string;
  readonly cluster: string;
  readonly user?: string;
  /** title is the cluster's name for users. */
  readonly title: string;
  /** project has the folder and the copy's absolute path. */
  readonly project: ProjectCopy & { readonly path: string };
  /** leftOut are the files that were not copied at the start, the first of them. */
  readonly leftOut?: readonly ProjectLeftOut[];
}

/** placeOf is the same for two kernels in one copy of a folder. */
export function placeOf({ cluster, user, project: { folder, path } }: Copy): string {
  return JSON.stringify([cluster, user, folder, path]);
}

/** Copies remembers which kernels of this window run in copies of folders, over a reload too. */
export interface Copies extends Disposable {
  /** of returns the copy of a kernel. */
  of(sessionId: string): Copy | undefined;
  /** all are the copies that were made from this workspace, the newest last. */
  all(): readonly Copy[];
  /** running are the copies whose kernels have not ended. */
  running(): readonly Copy[];
  add(
    session: Session,
    project: ProjectCopy,
    result: Pick<ProjectPushResult, "path" | "leftOut">,
  ): Copy;
  /** include returns a copy with other files that are copied though they would be left out. */
  include(copy: Copy, names: readonly string[]): Copy;
  /** onDidChange fires when the running copies, or the states of their kernels, have changed. */
  readonly onDidChange: Event<void>;
}

/** CopiesDeps is what {@link createCopies} needs. */
interface CopiesDeps {
  readonly kernels: Pick<Kernels, "own" | "onDidChange">;
  readonly workspaceState: Memento;
}

const key = "sunpyter.project.kernels.v1";

/** maxCopies is how many kernels are remembered. */
const maxCopies = 20;

/** maxLeftOut is how many files that were left out are remembered. */
const maxLeftOut = 100;

export function createCopies(vscode: VSCode, { kernels, workspaceState }: CopiesDeps): Copies {
  const changed = new vscode.EventEmitter<void>();
  const all = (): readonly Copy[] => workspaceState.get<Copy[]>(key, []);
  const of = (id: string): Copy | undefined => all().find(({ sessionId }) => sessionId === id);
  const put = (copy: Copy): Copy => {
    const others = all().filter(({ sessionId }) => sessionId !== copy.sessionId);
    void workspaceState.update(key, [...others, copy].slice(-maxCopies));
    changed.fire();
    return copy;
  };
  const listening = kernels.onDidChange(({ kernel: { session }, previous }) => {
    if (session.state !== previous?.state && of(session.id)) changed.fire();
  });
  return {
    of,
    all,
    running: () => kernels.own.flatMap(({ session }) => of(session.id) ?? []),
    add: (session, project, { path, leftOut = [] }) => {
      const { folder, include, maxTotalMB, maxFileMB } = project;
      return put({
        sessionId: session.id,
        cluster: session.cluster,
        ...(session.user ? { user: session.user } : {}),
        title: session.title,
        project: {
          // A yes to another folder, or to one side of a conflict, was for once.
          folder,
          path,
          ...(include ? { include } : {}),
          ...(maxTotalMB ? { maxTotalMB } : {}),
          ...(maxFileMB ? { maxFileMB } : {}),
        },
        ...(leftOut.length > 0 ? { leftOut: leftOut.slice(0, maxLeftOut) } : {}),
      });
    },
    include: (copy, names) => put({ ...copy, project: { ...copy.project, include: [...names] } }),
    onDidChange: changed.event,
    dispose: () => {
      listening.dispose();
      changed.dispose();
    },
  };
}
