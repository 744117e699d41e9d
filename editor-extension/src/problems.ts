import type { Problem } from "./protocol.js";

/** RequestProblem is a request that failed, in words for a person. */
export class RequestProblem extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
    this.name = "RequestProblem";
  }
}

/** isCancelled tells whether a request ended because the person wanted it to. */
export function isCancelled(err: unknown): boolean {
  return err instanceof RequestProblem && err.problem.code === "cancelled";
}
