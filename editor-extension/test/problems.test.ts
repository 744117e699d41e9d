import assert from "node:assert/strict";
import { test } from "node:test";
import { isCancelled, RequestProblem } from "../src/problems.js";

test("problems: a cancelled request is told from one that failed", () => {
  assert.ok(isCancelled(new RequestProblem({ code: "cancelled", message: "Cancelled" })));
  assert.ok(!isCancelled(new RequestProblem({ code: "internal", message: "Oh" })));
  assert.ok(!isCancelled(new Error("cancelled")));
});
