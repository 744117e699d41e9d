import type { Disposable, Event } from "vscode";
import { type Clock, createAlarm, systemClock } from "../common/time.js";
import type { VSCode } from "../common/vscode.js";
import type { Kernels } from "../kernels/types.js";
import type { Session, Use } from "../protocol.js";
import { useLines } from "../text/use.js";

/** Uses knows what this window's kernels use. */
export interface Uses extends Disposable {
  /** of returns what a kernel uses, as far as that is known. */
  of(session: Session): Use | undefined;
  /** watch starts or stops polling: it is on while the view is visible. */
  watch(on: boolean): void;
  /** onDidChange fires after a poll that changed what is shown. */
  readonly onDidChange: Event<undefined>;
}

/** pollInterval is the pause between two polls, in milliseconds. */
const pollInterval = 5_000;

/** createUses polls nothing yet. Without polling, the program reports the memory of each kernel by itself. */
export function createUses(
  vscode: VSCode,
  deps: { kernels: Pick<Kernels, "own" | "onDidChange" | "fetchUse">; clock?: Clock },
): Uses {
  const { kernels, clock = systemClock } = deps;
  const changed = new vscode.EventEmitter<undefined>();
  const polled = new Map<string, Use>();
  let watching = false;
  let polling = false;
  let shown = "";
  const isWatching = (): boolean => watching;

  const fetch = async ({ id }: Session): Promise<void> => {
    try {
      const use = await kernels.fetchUse(id);
      if (watching) polled.set(id, use);
    } catch {
      polled.delete(id); // its connection is lost, or it has ended: both are reported elsewhere
    }
  };
  const poll = async (): Promise<void> => {
    const ready = kernels.own
      .map(({ session }) => session)
      .filter(({ state }) => state === "ready");
    if (!watching || polling || ready.length === 0) return;
    polling = true;
    await Promise.all(ready.map(fetch));
    polling = false;
    if (!isWatching()) return;
    // Each change rebuilds the rows, also the one under the user's mouse.
    const text = ready.map((session) => useLines(polled.get(session.id), session).join()).join();
    if (text !== shown) changed.fire(undefined);
    shown = text;
    alarm.set(pollInterval);
  };
  const alarm = createAlarm(clock, () => void poll());
  const changes = kernels.onDidChange(({ kernel: { session }, previous }) => {
    if (session.state === previous?.state) return;
    polled.delete(session.id);
    void poll();
  });
  return {
    of: (session) => polled.get(session.id) ?? session.use,
    watch: (on) => {
      watching = on;
      if (on) {
        void poll();
        return;
      }
      polled.clear();
      shown = "";
      alarm.set(undefined);
    },
    onDidChange: changed.event,
    dispose: () => {
      watching = false;
      alarm.dispose();
      changes.dispose();
      changed.dispose();
    },
  };
}
