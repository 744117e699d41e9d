import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";
import { createRest } from "../src/jupyter/rest.js";
import type { Kernel } from "../src/kernels/types.js";
import { session } from "./stub/sessions.js";

/** answering is a Jupyter on a port of this computer, while `work` runs. */
async function answering(
  answer: (response: http.ServerResponse) => void,
  work: (kernel: Kernel) => Promise<void>,
): Promise<void> {
  const server = http.createServer((_request, response) => answer(response));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const kernel: Kernel = { session: session(), url: `http://127.0.0.1:${port ?? 0}/`, token: "t" };
  try {
    await work(kernel);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const mebibyte = "x".repeat(1024 * 1024);

test("rest: an answer of a mebibyte is read", async () => {
  await answering(
    (response) => response.end(mebibyte),
    async (kernel) => {
      const { status, body } = await createRest().get(kernel, "api");
      assert.deepEqual([status, body.length], [200, mebibyte.length]);
    },
  );
});

test("rest: an endless response is aborted, and its connection closed", async () => {
  let closed: () => void = () => undefined;
  const gone = new Promise<void>((resolve) => (closed = resolve));
  const pour = (response: http.ServerResponse): void => {
    response.on("close", closed);
    const more = (): void => {
      while (response.write(mebibyte));
    };
    response.on("drain", more);
    more();
  };
  await answering(pour, async (kernel) => {
    await assert.rejects(createRest().get(kernel, "api"), /more than 1 MiB/u);
    await gone;
  });
});
