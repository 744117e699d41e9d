import { createHash } from "node:crypto";
import { commandOf } from "../gateway/kernelspecs.js";

/** Identified is a kernelspec of a server, as the Jupyter extension identifies it. */
export interface Identified {
  /** extension, collection and server say whose server it is. */
  readonly extension: string;
  readonly collection: string;
  readonly server: string;
  readonly name: string;
  readonly language: string;
}

/**
 * controllerIdOf is the id of the notebook controller that the Jupyter extension makes of a
 * kernelspec of a server (getKernelId and computeServerId in its sources). It is used to select the
 * kernel without a picker; where it is wrong one day, VS Code knows no such kernel, and the picker is
 * opened.
 */
export function controllerIdOf(
  { extension, collection, server, name, language }: Identified,
  platform: NodeJS.Platform = process.platform,
): string {
  const address = `https://remote/?id=${collection}&uriHandle=${encodeURI(server)}&extensionId=${encodeURI(extension)}`;
  const hash = createHash("sha256").update(address).digest("hex");
  const [program = "", ...args] = commandOf(name, language);
  const path = platform === "win32" ? program : `/${program}`;
  const command =
    language === "python"
      ? args.filter((arg) => arg !== "-f" && arg !== "{connection_file}")
      : [program, ...args];
  return `${hash}..${name}.${path}.${rootOf(platform)}.${command.join("#").toLowerCase()}`;
}

/** rootOf is what the Jupyter extension makes of the path of no interpreter. */
function rootOf(platform: NodeJS.Platform): string {
  return platform === "win32" ? "\\" : "/";
}
