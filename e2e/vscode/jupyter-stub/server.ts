import { createHash } from "node:crypto";
import type { KernelSpec } from "@jupyterlab/services";
import type { Collection } from "./collection.js";

/** Server is one of a collection's servers, by its id there. */
export interface Server {
  readonly collection: Collection;
  readonly id: string;
  readonly label: string;
}

/** addressOf is the name under which the Jupyter extension keeps a server. */
export function addressOf({ collection: { extension, id: collection }, id }: Server): string {
  return `https://remote/?id=${collection}&uriHandle=${encodeURI(id)}&extensionId=${encodeURI(extension)}`;
}

/** controllerId is computed from the server and the kernelspec alone, so it outlives both. */
export function controllerId(server: Server, { name, argv }: KernelSpec.ISpecModel): string {
  const hash = createHash("sha256").update(addressOf(server)).digest("hex");
  const [program = "", ...rest] = argv;
  const path = program.startsWith("/") ? program : `/${program}`;
  const short = path.split("/").length > 4 ? path.replace(/\/bin\/python$/, "/python") : path;
  const args = rest.filter((arg) => !["-f", "{connection_file}"].includes(arg));
  return `${hash}..${name}.${short}./.${args.join("#").toLowerCase()}`;
}
