import type { Disposable, Memento } from "vscode";
import type { Kernel, Kernels } from "../kernels/kernels.js";
import type { Log } from "../log.js";
import type { VSCode } from "../vs.js";
import { where } from "../words.js";
import { choose, type Left } from "./choose.js";
import { createCollection, type Collection } from "./collection.js";
import { createExtension } from "./extension.js";
import { createFallbackWatch } from "./fallback.js";
import { lostWith, type Lost } from "./lost.js";
import { isNotebook } from "./notebooks.js";
import { createOffers, type Starting } from "./offers.js";
import { createResolver } from "./resolve.js";
import { createRest, json, type JupyterSession, type Rest } from "./rest.js";
import { createServers } from "./servers.js";
import { createUses } from "./uses.js";

/** Jupyter is our side of the Jupyter extension. */
export interface Jupyter extends Disposable {
  /**
   * choose selects a kernel in the open notebook, and says itself what a person must do where it
   * cannot. It resolves when that is done or said; where no notebook is open, with what is left
   * to do. given is called once a notebook has the kernel, also where that is later and by the
   * person.
   */
  choose(kernel: Kernel, given?: () => void): Promise<Left | undefined>;
  /** lost is what there is to do for the open notebooks that used a kernel which has ended. */
  lost(kernelId: string): Lost | undefined;
  /** isShared tells whether several notebooks run in a kernel; true, too, where it does not say. */
  isShared(kernel: Kernel): Promise<boolean>;
}

/** JupyterDeps is what {@link createJupyter} needs. */
export interface JupyterDeps {
  readonly kernels: Kernels;
  readonly starter: Starting;
  readonly log: Log;
  /** title is the cluster's name for people, while there is no kernel that says another. */
  readonly title: string;
  /** extension is our own id: "sa2c.sunpyter". */
  readonly extension: string;
  readonly workspaceState: Memento;
  readonly globalState: Memento;
  /** rest is given by units. */
  readonly rest?: Rest;
}

/** createJupyter waits for a notebook or a kernel, and then makes our entry in the kernel picker. */
export function createJupyter(vs: VSCode, deps: JupyterDeps): Jupyter {
  const { kernels, log } = deps;
  const rest = deps.rest ?? createRest();
  const extension = createExtension(vs, { log });
  const uses = createUses(deps.workspaceState);
  const servers = createServers(vs, { kernels });
  const watch = createFallbackWatch(vs, { kernels, rest, uses, quiet: deps.globalState });
  const entry = createEntry(async () => {
    const api = await extension.api();
    return (
      api &&
      createCollection(vs, api, {
        label: kernels.own.at(-1)?.session.title ?? deps.title,
        servers,
        resolver: createResolver(vs, { kernels, log, rest }),
        commands: createOffers(vs, deps),
      })
    );
  });
  const prepare = () => void entry.get().then(watch.look, () => undefined);
  const needed = () => kernels.own.length > 0 || vs.workspace.notebookDocuments.some(isNotebook);
  const whenNeeded = () => {
    if (needed()) prepare();
  };
  whenNeeded();
  const disposables = vs.Disposable.from(
    vs.workspace.onDidOpenNotebookDocument(whenNeeded),
    vs.extensions.onDidChange(whenNeeded),
    kernels.onDidChange(({ kernel }) => {
      entry.label(kernel.session.title);
      whenNeeded();
    }),
    watch,
    entry,
    servers,
  );
  return {
    choose: async (kernel, given) => {
      const collection = await entry.get();
      if (collection === undefined) {
        await extension.tell(kernel.session.id);
        return undefined;
      }
      const chosen = (editor: { notebook: Parameters<typeof uses.set>[0] }) => {
        uses.set(editor.notebook, { kernel: kernel.session.id, place: where(kernel.session) });
        void watch.look();
        given?.();
      };
      return await choose(
        vs,
        { kernels, collection, extension: deps.extension, rest, log, chosen },
        kernel,
      );
    },
    lost: (kernelId) => lostWith(vs, uses, kernelId),
    isShared: async (kernel) => {
      try {
        return (await json<JupyterSession[]>(rest, kernel, "api/sessions")).length > 1;
      } catch {
        return true;
      }
    },
    dispose: () => {
      disposables.dispose();
    },
  };
}

/** Entry is our collection, which is made once, and tried again while that does not succeed. */
interface Entry extends Disposable {
  get(): Promise<Collection | undefined>;
  label(title: string): void;
}

function createEntry(make: () => Promise<Collection | undefined>): Entry {
  let made: Collection | undefined;
  let making: Promise<Collection | undefined> | undefined;
  let over = false;
  const isOver = () => over;
  const get = async () => {
    making ??= make();
    try {
      made = await making;
    } finally {
      if (made === undefined) making = undefined;
    }
    if (isOver()) made?.dispose();
    return isOver() ? undefined : made;
  };
  return {
    get,
    label: (title) => {
      if (made !== undefined && made.label !== title) made.label = title;
    },
    dispose: () => {
      over = true;
      made?.dispose();
    },
  };
}
