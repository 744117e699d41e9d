/** maxInput bounds the input in one request, in bytes. */
const maxInput = 32 * 1024;

/** Input is what the user types, on its way to the shell. */
export interface Input {
  /** write adds text. */
  write(text: string): void;
  /** start begins to send, once the shell runs. */
  start(): void;
  /** stop drops what is left. */
  stop(): void;
}

/** createInput sends one request at a time, which keeps the order. */
export function createInput(send: (data: Buffer) => Promise<unknown>): Input {
  const state = { started: false, sending: false, stopped: false };
  let waiting = Buffer.alloc(0);
  const stop = (): void => {
    state.stopped = true;
    waiting = Buffer.alloc(0);
  };
  const flush = async (): Promise<void> => {
    if (!state.started || state.sending) return;
    state.sending = true;
    try {
      while (waiting.length > 0) {
        const data = waiting.subarray(0, maxInput);
        waiting = waiting.subarray(data.length);
        await send(data);
      }
    } catch {
      stop(); // the shell has ended, which is reported elsewhere
    } finally {
      state.sending = false;
    }
  };
  return {
    write: (text) => {
      if (state.stopped) return;
      waiting = Buffer.concat([waiting, Buffer.from(text)]);
      void flush();
    },
    start: () => {
      state.started = true;
      void flush();
    },
    stop,
  };
}
