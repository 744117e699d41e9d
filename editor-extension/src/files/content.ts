import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { RequestProblem } from "../common/problems.js";
import type { FileEntry, FileReadResult } from "../protocol.js";
import type { Access } from "./access.js";
import { FileCode } from "./errors.js";
import type { RemotePath } from "./uris.js";

/** partSize is how many bytes one request carries. */
const partSize = 2 * 1024 * 1024;

/** maxOpenSize is the size up to which a file is read into memory. */
const maxOpenSize = 50 * 1024 * 1024;

/** atOnce is how many requests for parts of a file are sent before the first is answered. */
const atOnce = 4;

/** maxAttempts is how often a file that changes while it is read is read again. */
const maxAttempts = 3;

/** TooLarge is the error for a file that is not read into memory. */
export class TooLarge extends Error {
  constructor(readonly entry: FileEntry) {
    super("too large");
  }
}

/** listFolder returns what a folder holds, sorted by the bytes of the names. */
export async function listFolder(access: Access, at: RemotePath): Promise<FileEntry[]> {
  const entries: FileEntry[] = [];
  for (let after = ""; ;) {
    const page = await access.request("file/list", { ...at, ...(after ? { after } : {}) });
    entries.push(...page.entries);
    const last = page.entries.at(-1);
    if (!page.more || !last) return entries;
    after = last.name;
  }
}

/** Content is a file's bytes, and the file as it was when they were read. */
export interface Content {
  readonly data: Uint8Array;
  readonly entry: FileEntry;
}

/** readContent reads a whole file, or rejects with {@link TooLarge}. */
export async function readContent(access: Access, at: RemotePath): Promise<Content> {
  for (let attempt = 1; ; attempt++) {
    const content = await readOnce(access, at);
    if (content) return content;
    if (attempt === maxAttempts) {
      throw new RequestProblem({
        code: FileCode.Changed,
        message: `${at.path} changes too often to be read`,
      });
    }
  }
}

/** readOnce returns undefined if the file changed meanwhile. */
async function readOnce(access: Access, at: RemotePath): Promise<Content | undefined> {
  const part = (offset: number): Promise<FileReadResult> =>
    access.request("file/read", { ...at, offset, limit: partSize });
  const first = await part(0);
  if (first.entry.size > maxOpenSize) throw new TooLarge(first.entry);
  const parts = [first];
  const { size } = first.entry;
  for (let offset = partSize; offset < size; offset += atOnce * partSize) {
    const offsets = Array.from({ length: atOnce }, (_, i) => offset + i * partSize);
    parts.push(...(await Promise.all(offsets.filter((one) => one < size).map(part))));
  }
  const same = parts.every(({ entry }) => entry.version === first.entry.version);
  if (!same || parts.at(-1)?.end !== true) return undefined;
  const data = Buffer.concat(parts.map(({ content }) => Buffer.from(content, "base64")));
  return { data, entry: first.entry };
}

/** Precondition is what a file must be for a write to replace it. */
export interface Precondition {
  readonly version?: string;
  readonly new?: boolean;
}

/** writeContent replaces a file, or creates it. */
export async function writeContent(
  access: Access,
  at: RemotePath,
  data: Uint8Array,
  want: Precondition,
): Promise<FileEntry> {
  if (data.byteLength > partSize) return upload(access, at, data, want);
  const content = Buffer.from(data).toString("base64");
  const { entry } = await access.request("file/write", { ...at, content, ...want });
  return entry;
}

/** upload sends content that is too large for one message by way of a file that only the user can read. */
async function upload(
  access: Access,
  at: RemotePath,
  data: Uint8Array,
  { version, new: isNew = false }: Precondition,
): Promise<FileEntry> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "sunpyter-"));
  try {
    const localPath = path.join(folder, randomUUID());
    await writeFile(localPath, data, { mode: 0o600 });
    const where = { ...at, localPath, overwrite: !isNew };
    await access.request("file/upload", { ...where, ...(version ? { version } : {}) });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return (await access.request("file/stat", { ...at })).entry;
}
