import { randomUUID } from "node:crypto";

/** Message is a message of Jupyter's protocol, in the form of JSON that its websockets carry. */
export interface Message {
  readonly channel: string;
  readonly header: {
    readonly msg_id: string;
    readonly msg_type: string;
    readonly session?: string;
  };
  readonly parent_header: object;
  readonly metadata: object;
  readonly content: Readonly<Record<string, unknown>>;
}

/** parse parses a message, or returns undefined. */
export function parse(text: string): Message | undefined {
  try {
    const message = JSON.parse(text) as Partial<Message>;
    return typeof message.header?.msg_type === "string" ? (message as Message) : undefined;
  } catch {
    return undefined;
  }
}

/** isExecution reports whether a message runs code. */
export function isExecution({ header }: Message): boolean {
  return header.msg_type === "execute_request";
}

/** isCell reports whether a message runs a cell, and not code of the editor's own. */
export function isCell(message: Message): boolean {
  const { silent, store_history: inHistory } = message.content;
  return isExecution(message) && silent !== true && inHistory === true;
}

/** codeOf returns the code that a message runs. */
export function codeOf({ content }: Message): string {
  return typeof content["code"] === "string" ? content["code"] : "";
}

/** notebookFile returns the path of the notebook that the Jupyter extension's own code names. */
export function notebookFile(code: string): string | undefined {
  const [, path] = /^__vsc_ipynb_file__ = "(.*)"$/mu.exec(code) ?? [];
  return path?.replaceAll("\\\\", "\\");
}

/** request creates a message of our own. */
export function request(type: string, content: object): { id: string; text: string } {
  const id = randomUUID();
  const header = { msg_id: id, msg_type: type, username: "", session: id, version: "5.3" };
  const message = { channel: "shell", header, parent_header: {}, metadata: {}, content };
  return { id, text: JSON.stringify(message) };
}

/** reply creates one reply to a message. */
function reply(to: Message, channel: string, type: string, content: object): string {
  return JSON.stringify({
    channel,
    header: {
      msg_id: randomUUID(),
      msg_type: type,
      username: "",
      session: to.header.session ?? "",
      date: new Date().toISOString(),
      version: "5.3",
    },
    parent_header: to.header,
    metadata: {},
    content,
    buffers: [],
  });
}

/** busyStatus is the status of a kernel that is working on a message. */
export function busyStatus(to: Message): string {
  return reply(to, "iopub", "status", { execution_state: "busy" });
}

/** replyMessages are a reply on the message's own channel, and the idle status that ends it. */
export function replyMessages(to: Message, content: object): string[] {
  const type = to.header.msg_type.replace(/_request$/u, "_reply");
  return [
    reply(to, to.channel, type, content),
    reply(to, "iopub", "status", { execution_state: "idle" }),
  ];
}

/** errorMessages end a cell with an error that shows this text and nothing else. */
export function errorMessages(to: Message, text: string): string[] {
  const error = { ename: "", evalue: text, traceback: [text] };
  const content = { status: "error", execution_count: 0, ...error };
  return [reply(to, "iopub", "error", error), ...replyMessages(to, content)];
}

/** emptyReply is the reply without content: no completion, no variable, no comm. */
export function emptyReply({ header }: Message): object {
  return { status: "ok", ...emptyReplies.get(header.msg_type) };
}

const emptyReplies: ReadonlyMap<string, object> = new Map(
  Object.entries({
    execute_request: { execution_count: 0, payload: [], user_expressions: {} },
    complete_request: { matches: [], cursor_start: 0, cursor_end: 0, metadata: {} },
    inspect_request: { found: false, data: {}, metadata: {} },
    history_request: { history: [] },
    is_complete_request: { status: "unknown" },
    comm_info_request: { comms: {} },
  }),
);

/** defaultInfo is the kernel_info_reply until a kernel has sent one. */
export const defaultInfo: object = {
  status: "ok",
  protocol_version: "5.3",
  implementation: "ipython",
  implementation_version: "8",
  banner: "",
  help_links: [],
  language_info: {
    name: "python",
    version: "3",
    mimetype: "text/x-python",
    codemirror_mode: { name: "ipython", version: 3 },
    file_extension: ".py",
    pygments_lexer: "ipython3",
    nbconvert_exporter: "python",
  },
};
