import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { type Current, unreachable, type Target } from "./forward.js";

/** JobKernel is a kernel of a job's Jupyter, as it is remembered across a reload. */
export interface JobKernel {
  /** job is the Jupyter's, sessionId and kernelId are its ids. */
  readonly job: string;
  readonly sessionId: string;
  readonly kernelId: string;
}

/** UpstreamEvents are the callbacks of an upstream. */
interface UpstreamEvents {
  readonly message: (data: string | Buffer) => void;
  /** gone is called when its kernel no longer exists, with the unsent messages. */
  readonly onGone: (unsent: readonly (string | Buffer)[]) => void;
}

type Outcome = "open" | "failed" | "gone";

/** Pauses between attempts to reconnect, in milliseconds. */
const retryDelays = { first: 200, most: 5_000 };

/** handshakeTimeout is in milliseconds: a handshake that begins while the link goes down is never answered. */
const handshakeTimeout = 10_000;

/**
 * Upstream is the websocket to a kernel in a job. It reconnects when the connection is lost, as long as
 * the job has that kernel: Jupyter buffers the kernel's messages for it, since it recognises the
 * client by its session_id.
 */
export class Upstream {
  #socket: WebSocket | undefined;
  #closed = false;
  /** unsent are messages that wait for a connection. */
  #unsent: (string | Buffer)[] = [];

  constructor(
    readonly stored: JobKernel,
    /** client is the client's session_id. */
    readonly client: string,
    /** target returns the address of the job's Jupyter, or undefined if it has ended. */
    readonly target: () => Promise<Current>,
    readonly events: UpstreamEvents,
  ) {}

  /** connect resolves when it is first connected, or has failed for good. */
  async connect(): Promise<void> {
    for (
      let pause = retryDelays.first;
      !this.#isClosed();
      pause = Math.min(2 * pause, retryDelays.most)
    ) {
      const target = await this.target();
      // Two websockets with one session_id take each other's answers.
      if (this.#isClosed()) return;
      const outcome =
        target === unreachable ? "failed" : target ? await this.#open(target) : "gone";
      if (this.#isClosed()) return;
      if (outcome === "open") {
        for (const data of this.#unsent.splice(0)) this.#socket?.send(data);
        return;
      }
      if (outcome === "gone") {
        this.close();
        this.events.onGone(this.#unsent);
        return;
      }
      await sleep(pause * (0.5 + Math.random()));
    }
  }

  send(data: string | Buffer): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(data);
    else this.#unsent.push(data);
  }

  #isClosed(): boolean {
    return this.#closed;
  }

  close(): void {
    this.#closed = true;
    this.#socket?.terminate();
  }

  #open(target: Target): Promise<Outcome> {
    const url = new URL(`api/kernels/${this.stored.kernelId}/channels`, target.url);
    url.protocol = "ws:";
    url.searchParams.set("session_id", this.client);
    // Without a subprotocol all messages are JSON, which we can read.
    const socket = new WebSocket(url, {
      headers: { Authorization: `token ${target.token}` },
      maxPayload: 0,
      perMessageDeflate: false,
      handshakeTimeout,
    });
    this.#socket = socket;
    return new Promise((resolve) => {
      let opened = false;
      socket.on("unexpected-response", (_request, response) => {
        resolve(response.statusCode === 404 ? "gone" : "failed");
        socket.terminate();
      });
      socket.on("open", () => {
        opened = true;
        resolve("open");
      });
      socket.on("message", (data: Buffer, isBinary) =>
        this.events.message(isBinary ? data : data.toString("utf8")),
      );
      socket.on("error", () => resolve("failed"));
      socket.on("close", () => {
        resolve("failed");
        if (opened && !this.#isClosed()) void this.connect();
      });
    });
  }
}
