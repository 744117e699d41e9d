import type { KernelStartResult, Session } from "../../src/protocol.js";

/** session is a kernel's session that is ready on scs0151, but for what is said otherwise. */
export function session(change: Partial<Session> = {}): Session {
  const id = change.id ?? "k1";
  return {
    id,
    state: "ready",
    cluster: "sunbird",
    title: "Sunbird",
    host: "sunbird.example",
    user: "alice",
    owned: true,
    generation: 1,
    jobId: "4711",
    cpus: 1,
    timeLimitSeconds: 14400,
    graceSeconds: 900,
    node: "scs0151",
    workingDirectory: "/home/alice",
    ...change,
  };
}

/** kernelResult is the answer that brings this session's kernel. */
export function kernelResult(of: Session = session()): KernelStartResult {
  const url = `http://127.0.0.1:41234/${of.id}/`;
  return { session: of, url, token: `token-of-${of.id}`, link: `${url}open/once` };
}
