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
export interface KnownFiles {
  /** has reports whether the file was read or written here. */
  has(uri: Uri): boolean;
  /** wasRead notes the file whose content the editor has now. */
  wasRead(uri: Uri, entry: FileEntry): void;
  /** wasWritten is {@link wasRead} after a save. */
  wasWritten(uri: Uri, entry: FileEntry): void;
  /**
   * takeWritten returns, once, the file as a save left it. The editor looks at a file right after it has
   * saved it, and takes what it finds for its own: it would never read a change made in between.
   */
  takeWritten(uri: Uri): FileEntry | undefined;
  /** wasSeen notes what is there now. */
  wasSeen(uri: Uri, entry: FileEntry | undefined): void;
  /** isNews is {@link wasSeen}; it returns true once for each change that the editor must hear of. */
  isNews(uri: Uri, entry: FileEntry | undefined): boolean;
  /** precondition is what a file must be for a save to replace it. */
  precondition(uri: Uri): Precondition;
  forget(uri: Uri): void;
}

export function createKnownFiles(): KnownFiles {
  const files = new Map<string, Known>();
  const wasSeen = (uri: Uri, entry: FileEntry | undefined): void => {
    const known = files.get(uri.toString());
    if (known) known.seen = entry;
  };
  const set = (uri: Uri, entry: FileEntry, written: boolean): void => {
    files.set(uri.toString(), { read: entry, seen: entry, reported: entry.version, written });
  };
  return {
    has: (uri) => files.has(uri.toString()),
    wasRead: (uri, entry) => set(uri, entry, false),
    wasWritten: (uri, entry) => set(uri, entry, true),
    takeWritten: (uri) => {
      const known = files.get(uri.toString());
      if (!known?.written) return undefined;
      known.written = false;
      return known.read;
    },
    wasSeen,
    isNews: (uri, entry) => {
      wasSeen(uri, entry);
      const known = files.get(uri.toString());
      if (!known || known.reported === entry?.version) return false;
      known.reported = entry?.version;
      return true;
    },
    precondition: (uri) => {
      const known = files.get(uri.toString());
      if (!known) return {};
      const { read, seen } = known;
      if (!seen) return { new: true };
      const { version = "" } = editorAsks(read, seen) ? seen : read;
      return { version };
    },
    forget: (uri) => files.delete(uri.toString()),
  };
}

/**
 * editorAsks reports whether the editor itself asks before it saves over a change: it looks at the file
 * just before, and asks if it is newer and its size is another. A save of such a file is the
 * user's answer. All other changes are for us to ask about.
 */
function editorAsks(read: FileEntry, seen: FileEntry): boolean {
  return Date.parse(seen.modifiedAt) > Date.parse(read.modifiedAt) && seen.size !== read.size;
}
