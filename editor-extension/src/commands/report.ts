import type { CheckOutcome, ClusterCheckResult } from "../protocol.js";

const words: Readonly<Record<CheckOutcome, string>> = {
  ok: "ok",
  warning: "warning",
  failed: "FAILED",
  skipped: "not tried",
};

/** report is a check's result as a text to send to somebody. No secret is in it. */
export function report(title: string, result: ClusterCheckResult): string {
  const tests = result.steps.flatMap((test) => [
    `[${words[test.outcome]}] ${test.title} (${test.milliseconds} ms)`,
    ...[test.detail, test.advice, test.code].filter(Boolean).map((line) => `    ${line ?? ""}`),
  ]);
  const at = [result.user, result.host].filter(Boolean).join("@");
  return [`Sunpyter check of ${title} (${at})`, ...tests].join("\n");
}
