import type { Uri } from "vscode";
import type { FileEntry } from "../protocol.js";
import type { Precondition } from "./content.js";

/** Known is what this window knows of a file that it has read or written. */
interface Known {
  /** read is the file whose content the editor has. */
  read: FileEntry;
  /** seen is what was there when anyone last looked; undefined: nothing. */
  seen: FileEntry | undefined;
  /** reported is the version that the editor has, or was notified of. */
  reported: string | undefined;
  /** written is true between a save and the editor's look at the file. */
  written: boolean;
}

/** KnownFiles remember which version of each file the editor has. */
export class KnownFiles {
  readonly #files = new Map<string, Known>();

  /** has reports whether the file was read or written here. */
  has(uri: Uri): boolean {
    return this.#files.has(uri.toString());
  }

  /** wasRead notes the file whose content the editor has now; `written` is true after a save. */
  wasRead(uri: Uri, entry: FileEntry, written = false): void {
    const known = { read: entry, seen: entry, reported: entry.version, written };
    this.#files.set(uri.toString(), known);
  }

  /**
   * takeWritten returns, once, the file as a save left it. The editor looks at a file right after it has
   * saved it, and takes what it finds for its own: it would never read a change made in between.
   */
  takeWritten(uri: Uri): FileEntry | undefined {
    const known = this.#files.get(uri.toString());
    if (!known?.written) return undefined;
    known.written = false;
    return known.read;
  }

  /** wasSeen notes what is there now. */
  wasSeen(uri: Uri, entry: FileEntry | undefined): void {
    const known = this.#files.get(uri.toString());
    if (known) known.seen = entry;
  }

  /** isNews is {@link wasSeen}; it returns true once for each change that the editor must hear of. */
  isNews(uri: Uri, entry: FileEntry | undefined): boolean {
    const known = this.#files.get(uri.toString());
    if (!known) return false;
    known.seen = entry;
    const isNew = known.reported !== entry?.version;
    known.reported = entry?.version;
    return isNew;
  }

  /** precondition is what a file must be for a save to replace it. */
  precondition(uri: Uri): Precondition {
    const known = this.#files.get(uri.toString());
    if (!known) return {};
    const { read, seen } = known;
    if (!seen) return { new: true };
    const { version = "" } = editorAsks(read, seen) ? seen : read;
    return { version };
  }

  forget(uri: Uri): void {
    this.#files.delete(uri.toString());
  }
}

/**
 * editorAsks reports whether the editor itself asks before it saves over a change: it looks at the file
 * just before, and asks if it is newer and its size is another. A save of such a file is the
 * user's answer. All other changes are for us to ask about.
 */
function editorAsks(read: FileEntry, seen: FileEntry): boolean {
  return Date.parse(seen.modifiedAt) > Date.parse(read.modifiedAt) && seen.size !== read.size;
}
