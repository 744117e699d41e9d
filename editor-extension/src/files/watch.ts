import type { Disposable, Tab, Uri } from "vscode";
import { type Clock, createAlarm, systemClock } from "../common/time.js";
import type { VSCode } from "../common/vscode.js";
import { scheme } from "./uris.js";

/** Watch looks at the files that are open in editors, every few seconds. */
export interface Watch extends Disposable {
  /** start begins to look; it stops when no editor has a file of a cluster. */
  start(): void;
}

/** WatchDeps is what {@link createWatch} needs. */
interface WatchDeps {
  /** check looks at one file, and reports a change. It rejects if the cluster cannot be reached. */
  readonly check: (uri: Uri) => Promise<void>;
  readonly clock?: Clock | undefined;
}

/** interval is the time between two looks, in milliseconds. */
const interval = 5_000;

/** createWatch looks while the window has the focus: an editor left open must not keep a connection. */
export function createWatch(vscode: VSCode, { check, clock = systemClock }: WatchDeps): Watch {
  let running = false;
  const look = async (): Promise<void> => {
    const uris = openFiles(vscode);
    if (uris.length === 0) {
      running = false;
      return;
    }
    if (vscode.window.state.focused) {
      const looks = await Promise.allSettled(uris.map(check));
      if (looks.every(({ status }) => status === "rejected")) {
        running = false; // until the user opens something again
        return;
      }
    }
    alarm.set(interval);
  };
  const alarm = createAlarm(clock, () => void look());
  return {
    start: () => {
      if (running) return;
      running = true;
      alarm.set(interval);
    },
    dispose: () => {
      running = true;
      alarm.dispose();
    },
  };
}

/** openFiles returns the files of clusters that tabs show. */
function openFiles(vscode: VSCode): Uri[] {
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const uris = tabs.flatMap(urisOf).filter((uri) => uri.scheme === scheme);
  return [...new Map(uris.map((uri) => [uri.toString(), uri])).values()];
}

/** urisOf returns what a tab shows: one document, or two that it compares. */
function urisOf({ input }: Tab): Uri[] {
  const { uri, modified, original } = (input ?? {}) as Partial<Record<string, Uri>>;
  return [uri, modified, original].filter((one) => one !== undefined);
}
