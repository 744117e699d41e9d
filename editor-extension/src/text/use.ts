import type { Session, Use } from "../protocol.js";
import { count, formatMemory, joinTexts, sizeTexts } from "./units.js";

/** formatShare returns "3.1 of 16 GB", or "3.1 GB" without a limit. */
function formatShare(mib: number, of = 0): string {
  if (of === 0) return formatMemory(mib);
  return of < 1024
    ? `${mib} of ${formatMemory(of)}`
    : `${(mib / 1024).toFixed(1)} of ${formatMemory(of)}`;
}

/** formatBusy returns "0.4 of 8 CPUs". */
function formatBusy(percent: number, cpus: number): string {
  return `${(percent / 100).toFixed(1)} of ${count(cpus, "CPU")}`;
}

/** describeUse returns what a kernel uses: "0.4 of 8 CPUs, 3.1 of 16 GB"; "" if that is not known. */
export function describeUse(use: Use | undefined, { cpus }: Session): string {
  if (!use) return "";
  return joinTexts(", ", [
    use.cpuPercent >= 0 && formatBusy(use.cpuPercent, cpus),
    use.memoryMiB && formatShare(use.memoryMiB, use.memoryLimitMiB),
  ]);
}

/** useLines are the lines of a tooltip about what a kernel uses, and used at most. */
export function useLines(use: Use | undefined, session: Session): string[] {
  if (!use) return [];
  if (use.unknown) return [use.unknown];
  const now = describeUse(use, session);
  const most = joinTexts(", ", [
    use.mostCpuPercent >= 0 && formatBusy(use.mostCpuPercent, session.cpus),
    use.mostMemoryMiB && formatMemory(use.mostMemoryMiB),
  ]);
  const gpus = (use.gpus ?? []).map(({ percent, memoryMiB, totalMiB }, i, all) => {
    const used = joinTexts(", ", [
      percent >= 0 && `${percent} %`,
      memoryMiB >= 0 && totalMiB > 0 && formatShare(memoryMiB, totalMiB),
    ]);
    return `GPU${all.length > 1 ? ` ${i}` : ""}: ${used || "not known"}`;
  });
  return [now && `Uses ${now}`, most && `At most so far: ${most}`, ...gpus].filter(Boolean);
}

/** memoryShare is how much of its memory a kernel uses, in percent; 0: not known. */
export function memoryShare({ state, use }: Session): number {
  if (state !== "ready" || !use?.memoryMiB || !use.memoryLimitMiB) return 0;
  return Math.floor((100 * use.memoryMiB) / use.memoryLimitMiB);
}

/** isMemoryShort reports whether a kernel is about to run out of memory. */
export function isMemoryShort(session: Session): boolean {
  return memoryShare(session) >= 90;
}

/** usedMemory returns how much of its memory a kernel uses: "14.8 of 16 GB". */
export function usedMemory({ use }: Session): string {
  return formatShare(use?.memoryMiB ?? 0, use?.memoryLimitMiB);
}

/** enoughText returns what would have been enough for a kernel that has ended; "" if what it had. */
export function enoughText({ cpus, use }: Session): string {
  if (!use) return "";
  const { enoughCpus, enoughMemoryMiB, mostCpuPercent, mostMemoryMiB } = use;
  const used = joinTexts(" and ", [
    enoughCpus && mostCpuPercent >= 0 && formatBusy(mostCpuPercent, cpus),
    enoughMemoryMiB && mostMemoryMiB && formatShare(mostMemoryMiB, use.memoryLimitMiB),
  ]);
  const enough = sizeTexts({ cpus: enoughCpus, memoryMiB: enoughMemoryMiB }).join(" and ");
  return enough && `Used ${used} at most: ${enough} would start sooner.`;
}
