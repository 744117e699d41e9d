import type { Disposable, NotebookDocument } from "vscode";
import type { Log } from "../common/log.js";
import type { VSCode } from "../common/vscode.js";
import type { Access } from "../files/access.js";
import { authorityOf, uriOf } from "../files/uris.js";
import type { Kernels } from "../kernels/types.js";
import type { Session } from "../protocol.js";
import type { Server } from "../server/types.js";
import { createConflicts } from "./conflicts.js";
import type { Copies } from "./copies.js";
import { createMissing } from "./missing.js";
import type { Sender } from "./send.js";
import { createSync, pushParams } from "./sync.js";

/** FollowDeps is what {@link followCopies} needs. */
interface FollowDeps {
  readonly server: Pick<Server, "request">;
  readonly access: Access;
  readonly kernels: Pick<Kernels, "get">;
  readonly copies: Copies;
  readonly sender: Pick<Sender, "sendMissing">;
  /** sessionOf returns the kernel in which a notebook's cells run. */
  readonly sessionOf: (notebook: NotebookDocument) => Session | undefined;
  readonly log: Log;
}

/** followCopies keeps the copies of folders up to date, and offers to send what cells do not find. */
export function followCopies(vscode: VSCode, deps: FollowDeps): Disposable {
  const { server, access, kernels, copies, sender, sessionOf, log } = deps;
  const showConflicts = createConflicts(vscode, {
    push: (copy, change) => server.request("project/push", pushParams(copy, change)),
    remoteFile: async ({ cluster, user = "" }, path) => {
      const authority = authorityOf({ cluster }, user);
      await access.allow(authority);
      return uriOf(vscode, { cluster: authority, path });
    },
    log,
  });
  return vscode.Disposable.from(
    createSync(vscode, {
      server,
      kernels,
      copies,
      onConflicts: (copy, found) => void showConflicts(copy, found),
      log,
    }),
    createMissing(vscode, {
      sessionOf,
      folderOf: (session) => copies.of(session.id)?.project.folder,
      send: (session, file) => sender.sendMissing(session, file),
      log,
    }),
  );
}
