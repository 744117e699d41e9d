import type { NotebookDocument } from "vscode";
import type { Kernel, Kernels } from "../kernels/kernels.js";
import { json, type JupyterSession, type Rest } from "./rest.js";
import { usable } from "./servers.js";
import { nameOf } from "./words.js";

/** Seen is what tells later whether something happened in a kernel of a Jupyter since. */
export interface Seen {
  /** id is Jupyter's. */
  readonly id: string;
  /** last is when something happened in it, by the node's clock: only compared with itself. */
  readonly last: string;
  /** at is when that was known, by this computer's clock. */
  readonly at: number;
}

/** Before is what was seen before. */
export interface Before {
  readonly at: number;
  readonly running: ReadonlyMap<string, Seen>;
}

/** Running is one kernel of a Jupyter of ours, as one look saw it. */
export interface Running extends Seen {
  readonly kernel: Kernel;
  readonly notebook: string;
}

/** Look is everything that runs in this window's kernels at one moment. */
export interface Look extends Before {
  readonly running: ReadonlyMap<string, Running>;
}

/** look asks all of this window's kernels; undefined: one cannot be asked, so nothing is known. */
export async function look(kernels: Pick<Kernels, "own">, rest: Rest): Promise<Look | undefined> {
  const running = new Map<string, Running>();
  try {
    await Promise.all(
      usable(kernels.own).map(async (kernel) => {
        for (const one of await json<JupyterSession[]>(rest, kernel, "api/sessions")) {
          const { id, last_activity: last } = one.kernel ?? { id: "", last_activity: "" };
          running.set(id, { id, kernel, notebook: one.name, last, at: Date.now() });
        }
      }),
    );
  } catch {
    return undefined;
  }
  return { at: Date.now(), running };
}

/** moved gives what something happened in between two looks. */
export function moved(before: Before, after: Look): Running[] {
  return [...after.running].flatMap(([id, now]) =>
    before.running.get(id)?.last === now.last ? [] : [now],
  );
}

/**
 * knowing adds to a look what was seen of a kernel earlier, before a reload too: for a kernel that
 * the look does not have, it is the "before".
 */
export function knowing(look: Before | undefined, seen: Seen | undefined): Before | undefined {
  if (seen === undefined || look?.running.has(seen.id)) return look;
  return { at: look?.at ?? seen.at, running: new Map(look?.running).set(seen.id, seen) };
}

/** isOf tells whether a running kernel was started for a notebook: Jupyter's name for it says so. */
export function isOf({ notebook: name }: Running, notebook: NotebookDocument): boolean {
  const stem = nameOf(notebook).replace(/\.ipynb$/u, "");
  return name === nameOf(notebook) || name.startsWith(`${stem}-`);
}
