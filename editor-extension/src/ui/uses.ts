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
  /** watch says whether somebody looks: then it is asked for every 5 s. */
  watch(on: boolean): void;
  /** onDidChange fires after such a look. */
  readonly onDidChange: Event<undefined>;
}

/** lookInterval is the pause between two looks, in milliseconds. */
const lookInterval = 5_000;

/** createUses: while nobody looks, the program reports the memory of each kernel by itself. */
export function createUses(
  vscode: VSCode,
  deps: {
    kernels: Pick<Kernels, "own" | "onDidChange" | "lookAtUse">;
    clock?: Clock;
  },
): Uses {
  const { kernels, clock = systemClock } = deps;
  const changed = new vscode.EventEmitter<undefined>();
  const looked = new Map<string, Use>();
  let watching = false;
  let looking = false;
  let shown = "";

  const lookAt = async ({ id }: Session): Promise<void> => {
    try {
      const use = await kernels.lookAtUse(id);
      if (watching) looked.set(id, use);
    } catch {
      looked.delete(id); // its connection is lost, or it has ended: both are reported elsewhere
    }
  };
  const look = async (): Promise<void> => {
    const ready = kernels.own
      .map(({ session }) => session)
      .filter(({ state }) => state === "ready");
    if (!watching || looking || ready.length === 0) return;
    looking = true;
    await Promise.all(ready.map(lookAt));
    looking = false;
    // Rows are made anew for each change, under the user's mouse.
    const text = ready.map((session) => useLines(looked.get(session.id), session).join()).join();
    if (text !== shown) changed.fire(undefined);
    shown = text;
    alarm.set(lookInterval); // which does nothing once nobody looks
  };
  const alarm = createAlarm(clock, () => void look());
  const changes = kernels.onDidChange(({ kernel: { session }, previous }) => {
    if (session.state === previous?.state) return;
    looked.delete(session.id);
    void look();
  });
  return {
    of: (session) => looked.get(session.id) ?? session.use,
    watch: (on) => {
      watching = on;
      if (on) {
        void look();
        return;
      }
      looked.clear();
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
