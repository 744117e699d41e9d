import { randomBytes, randomUUID, timingSafeEqual } from "node:crypto";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { json } from "node:stream/consumers";
import { setImmediate as immediate, setTimeout as sleep } from "node:timers/promises";
import { WebSocketServer } from "ws";
import {
  sendJson,
  fetchFrom,
  forward,
  unreachable,
  refuseUpgrade,
  type Target,
  sendUnavailable,
  urlOf,
} from "./forward.js";
import {
  type EarlierKernel,
  type KernelDeps,
  type KernelInfo,
  LastingKernel,
  type Notebook,
} from "./kernel.js";
import { environmentOf, isKernelspecs, type Kernelspecs, shownSpecs } from "./kernelspecs.js";

/** StoredSession is a notebook with its kernel, as it is remembered across a reload. */
export interface StoredSession extends EarlierKernel {
  readonly id: string;
  readonly notebook: Notebook;
}

/** GatewayDeps is what a gateway needs from its slot. */
interface GatewayDeps extends Omit<KernelDeps, "replacementFor" | "onChange"> {
  /** label is the slot's name, for the kernels' names. */
  readonly label: string;
  readonly state: GatewayState;
  /** environmentWait is how long to wait for an environment that a job may still find, in milliseconds. */
  readonly environmentWait?: number;
}

/** GatewayState is what a gateway remembers about its slot. */
export interface GatewayState extends KernelInfo {
  specs(): Kernelspecs;
  saveSpecs(specs: Kernelspecs): void;
  /** sessions are this window's. */
  sessions(): readonly StoredSession[];
  saveSessions(sessions: readonly StoredSession[]): void;
}

/** specsWait is how long a list waits for the job's Jupyter, in milliseconds. */
const specsWait = 500;

/** defaultWait is how long to wait for an environment that a job may still find, and environmentInterval the pause between attempts. */
const defaultWait = 15_000;

const environmentInterval = 300;

interface Running {
  readonly id: string;
  readonly kernel: LastingKernel;
}

/** maxSessions is how many sessions are remembered. */
const maxSessions = 30;

/**
 * Gateway is the Jupyter server of a slot, as the Jupyter extension knows it: an address on this
 * computer that lasts as long as the window, with kernels that outlive jobs. So a notebook keeps its
 * server and its kernel whatever happens to the job, and only running a cell needs a job.
 */
export class Gateway {
  readonly token = randomBytes(32).toString("hex");
  readonly #server = http.createServer();
  readonly #websockets = new WebSocketServer({ noServer: true, maxPayload: 0 });
  readonly #sessions = new Map<string, Running>();
  #listening: Promise<string> | undefined;
  #learning: Promise<Kernelspecs | undefined> | undefined;
  /** kernelsRequested reports whether the Jupyter extension has asked for kernels. */
  kernelsRequested = false;

  constructor(readonly deps: GatewayDeps) {
    for (const session of deps.state.sessions()) this.#add(session.id, session.notebook, session);
    this.#server.on("request", (request, response) => {
      this.#handle(request, response).catch((err: unknown) =>
        sendJson(response, 503, { message: err instanceof Error ? err.message : String(err) }),
      );
    });
    this.#server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** address starts to listen at the first call. */
  address(): Promise<string> {
    this.#listening ??= new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, "127.0.0.1", () => {
        resolve(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`);
      });
    });
    return this.#listening;
  }

  /** jobChanged ends what ran in an earlier job, with this message in its cells. */
  jobChanged(job: string | undefined, reason: string): void {
    for (const { kernel } of this.#sessions.values()) kernel.jobChanged(job, reason);
  }

  /** fetchSpecs asks a Jupyter for its kernelspecs; undefined: it did not answer. */
  fetchSpecs(target: Target): Promise<Kernelspecs | undefined> {
    this.#learning ??= fetchFrom(target, "GET", "/api/kernelspecs")
      .then(({ status, body }) => {
        const found = JSON.parse(body) as unknown;
        if (status !== 200 || !isKernelspecs(found)) return undefined;
        this.deps.state.saveSpecs(found);
        return found;
      })
      .catch(() => undefined) // what was known before stays
      .finally(() => (this.#learning = undefined));
    return this.#learning;
  }

  dispose(): void {
    for (const { kernel } of this.#sessions.values()) kernel.dispose();
    this.#websockets.close();
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#allows(request)) {
      sendJson(response, 403, { message: "Forbidden" });
      return;
    }
    const { method = "GET" } = request;
    const [api, kind, id, verb] = pathOf(request).split("/").slice(1);
    if (api !== "api") await this.#forward(request, response);
    else if (kind === undefined) sendJson(response, 200, { version: "2.0.0" });
    else if (kind === "status") sendJson(response, 200, {});
    else if (kind === "kernelspecs" && id === undefined) await this.#specs(response);
    else if (kind === "sessions") await this.#session(method, id, request, response);
    else if (kind === "kernels") await this.#kernel(id, verb, response);
    else await this.#forward(request, response);
  }

  async #forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = await this.deps.current();
    if (target === unreachable) sendUnavailable(response);
    else if (target) forward(target, request, response);
    else sendJson(response, 404, { message: `No kernel is running on ${this.deps.label}` });
  }

  /**
   * specs answers with what is known. The job's Jupyter is asked, too, but not waited for long: on a slow
   * home directory it takes longer than the Jupyter extension waits.
   */
  async #specs(response: ServerResponse): Promise<void> {
    this.kernelsRequested = true;
    const { state: memory, label, current } = this.deps;
    const target = current();
    const fetched = target.then((found) =>
      found && found !== unreachable ? this.fetchSpecs(found) : undefined,
    );
    const known = await Promise.race([target, immediate()]);
    if (known && known !== unreachable) await Promise.race([fetched, sleep(specsWait)]);
    sendJson(response, 200, shownSpecs(memory.specs(), label));
    await fetched;
  }

  async #session(
    method: string,
    id: string | undefined,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const found = this.#sessions.get(id ?? "");
    if (id === undefined && method === "POST")
      sendJson(response, 201, modelOf(await this.#create(request)));
    else if (id === undefined) sendJson(response, 200, this.#listed().map(modelOf));
    else if (!found) sendJson(response, 404, { message: `Nothing has the id ${id}` });
    else if (method === "DELETE") {
      this.#sessions.delete(found.id);
      this.#store();
      await found.kernel.end();
      sendJson(response, 204);
    } else sendJson(response, 200, modelOf(found));
  }

  /** create handles the POST that the Jupyter extension sends when a cell is run. It starts nothing yet. */
  async #create(request: IncomingMessage): Promise<Running> {
    const body = (await json(request)) as {
      path?: string;
      name?: string;
      type?: string;
      kernel?: { name?: string };
    };
    const { path = "", name = "", type = "notebook", kernel } = body;
    const spec = kernel?.name ?? this.deps.state.specs().default;
    const running = this.#add(randomUUID(), { path, name, type, spec });
    this.#store();
    return running;
  }

  /**
   * replacementFor returns the kernelspec of a job that is the same environment as one that it does not
   * have. Jupyter does not wait until all environments are found, so one that is not there may still
   * come. A kernelspec that is not of an environment becomes the default one.
   */
  async #replacementFor(target: Target, name: string, signal: AbortSignal): Promise<string> {
    const { state: memory, label, environmentWait = defaultWait } = this.deps;
    const wanted = environmentOf(memory.specs().kernelspecs[name]);
    const deadline = Date.now() + environmentWait;
    for (;;) {
      const found = await this.fetchSpecs(target);
      if (wanted === undefined) return found?.default ?? memory.specs().default;
      const same = Object.entries(found?.kernelspecs ?? {}).find(
        ([, one]) => environmentOf(one)?.path === wanted.path,
      );
      if (same) return same[0];
      if (Date.now() >= deadline) break;
      await sleep(environmentInterval, undefined, { signal });
    }
    const { environment, path } = wanted;
    throw new Error(
      `No kernel can run in the environment ${environment} on ${label}: there is none in ${path}, or it has no ` +
        "ipykernel. Select another kernel for this notebook, or create the environment again.",
    );
  }

  #add(id: string, notebook: Notebook, before?: StoredSession): Running {
    const deps: KernelDeps = {
      ...this.deps,
      replacementFor: (target, spec, signal) => this.#replacementFor(target, spec, signal),
      onChange: () => this.#store(),
    };
    const running = { id, kernel: new LastingKernel(notebook, deps, before) };
    this.#sessions.set(id, running);
    return running;
  }

  /**
   * listed are the running sessions, and the newest of each notebook: in a later window the Jupyter
   * extension selects it in the notebook, which loses its kernel if it is not listed.
   */
  #listed(): readonly Running[] {
    const all = [...this.#sessions.values()];
    const newest = new Map(all.map((one) => [notebookOf(one), one]));
    return all.filter((one) => one.kernel.isLive || newest.get(notebookOf(one)) === one);
  }

  #store(): void {
    const sessions = this.#listed().map(({ id, kernel }) => ({
      id,
      kernelId: kernel.id,
      notebook: kernel.notebook,
      stored: kernel.stored,
      file: kernel.file,
    }));
    this.deps.state.saveSessions(sessions.slice(-maxSessions));
  }

  async #kernel(
    id: string | undefined,
    verb: string | undefined,
    response: ServerResponse,
  ): Promise<void> {
    const found = this.#kernelWith(id);
    const models = () => this.#listed().map(({ kernel }) => kernel.model());
    if (id === undefined) sendJson(response, 200, models());
    else if (!found) sendJson(response, 404, { message: `No kernel has the id ${id}` });
    else if (verb === "interrupt") {
      await found.interrupt();
      sendJson(response, 204);
    } else {
      if (verb === "restart") await found.restart();
      sendJson(response, 200, found.model());
    }
  }

  #kernelWith(id: string | undefined): LastingKernel | undefined {
    return [...this.#sessions.values()].find(({ kernel }) => kernel.id === id)?.kernel;
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on("error", () => socket.destroy());
    const id = /^\/api\/kernels\/([^/]+)\/channels$/u.exec(pathOf(request))?.[1];
    const found = this.#kernelWith(id);
    if (!this.#allows(request) || !found) {
      refuseUpgrade(socket, found ? 403 : 404);
      return;
    }
    // Without a subprotocol all messages are JSON, which we can read. The Jupyter extension asks for
    // one first and then reconnects without, as it does for a Jupyter without subprotocols. Joining
    // the first attempt to the job's kernel would disturb the second.
    if (request.headers["sec-websocket-protocol"] !== undefined) {
      refuseUpgrade(socket, 400);
      return;
    }
    const client = urlOf(request).searchParams.get("session_id") ?? randomUUID();
    this.#websockets.handleUpgrade(request, socket, head, (joined) => found.attach(joined, client));
  }

  #allows(request: IncomingMessage): boolean {
    const header = /^token (.+)$/iu.exec(request.headers.authorization ?? "")?.[1];
    const token = header ?? urlOf(request).searchParams.get("token") ?? "";
    const [a, b] = [Buffer.from(token), Buffer.from(this.token)];
    return a.length === b.length && timingSafeEqual(a, b);
  }
}

/** modelOf is a session as Jupyter's REST API describes it. */
function modelOf({ id, kernel }: Running): object {
  const { path, name, type } = kernel.notebook;
  return { id, path, name, type, kernel: kernel.model(), notebook: { path, name } };
}

/** notebookOf returns what the sessions of one notebook have in common, since each has its own path. */
function notebookOf({ kernel: { file, notebook } }: Running): string {
  return file ?? notebook.path.replace(/-jvsc-[^/]*$/u, "");
}

function pathOf(request: IncomingMessage): string {
  return urlOf(request).pathname;
}
