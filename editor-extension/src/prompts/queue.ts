/** Queue lets one question wait for the one before: a person answers one at a time. */
export type Queue = <T>(task: () => Promise<T>) => Promise<T>;

/** createQueue makes an empty queue. A task that fails does not hold up the next. */
export function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const next = last.then(task);
    last = next.catch(() => undefined);
    return next;
  };
}
