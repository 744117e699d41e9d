import { RequestProblem } from "../../src/common/problems.js";
import type { FileEntry, FileWriteParams } from "../../src/protocol.js";
import { FakeServer } from "./server.js";

interface File {
  data: Buffer;
  /** at is the time of the last change, in seconds. */
  at: number;
}

/** FakeCluster has files, and answers the file methods as the program does. */
export class FakeCluster {
  readonly files = new Map<string, File>();
  /** failing is what every request fails with. */
  failing: Error | undefined;
  /** afterRead runs after each part that was read. */
  afterRead: () => void = () => undefined;
  #time = 1_800_000_000;

  /** put is a change made on the cluster, a second after the last one. */
  put(path: string, text: string | Buffer): void {
    this.#time += 1;
    this.files.set(path, { data: Buffer.from(text), at: this.#time });
  }

  text(path: string): string | undefined {
    return this.files.get(path)?.data.toString("utf8");
  }

  /** server answers requests. */
  readonly server = new FakeServer({
    "file/stat": ({ path }: { path: string }) => ({ entry: this.#entry(path) }),
    "file/list": ({ after = "" }: { after?: string }) => {
      const names = [...this.files.keys()].sort().filter((path) => path > `/${after}`);
      const entries = names.slice(0, 2).map((path) => this.#entry(path));
      return { path: "/", entries, total: this.files.size, more: names.length > 2 };
    },
    "file/read": ({ path, offset, limit }: { path: string; offset: number; limit: number }) => {
      const { data } = this.#file(path);
      const part = data.subarray(offset, offset + limit);
      const end = offset + limit >= data.length;
      const result = { content: part.toString("base64"), entry: this.#entry(path), end };
      this.afterRead();
      return result;
    },
    "file/write": (params: FileWriteParams) => {
      this.#check(params);
      this.put(params.path, Buffer.from(params.content, "base64"));
      return { entry: this.#entry(params.path) };
    },
    "file/mkdir": () => ({}),
    "file/rename": () => ({}),
    "file/delete": ({ path }: { path: string }) => {
      this.#file(path);
      this.files.delete(path);
      return {};
    },
  });

  #check({ path, version, new: isNew }: FileWriteParams): void {
    const known = this.files.get(path);
    if (isNew && known) throw failure("file.exists");
    if (version !== undefined && (!known || this.#entry(path).version !== version)) {
      throw failure("file.changed");
    }
  }

  #file(path: string): File {
    if (this.failing) throw this.failing;
    const file = this.files.get(path);
    if (!file) throw failure("file.not-found");
    return file;
  }

  #entry(path: string): FileEntry {
    const { data, at } = this.#file(path);
    return {
      name: path.slice(1),
      path,
      type: "file",
      size: data.length,
      modifiedAt: new Date(at * 1000).toISOString(),
      mode: "644",
      version: `${at}-${data.length}`,
    };
  }
}

/** failure is what the program answers. */
export function failure(code: string, message = "it broke"): RequestProblem {
  return new RequestProblem({ code, message });
}
