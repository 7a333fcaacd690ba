/** Time that goes on to the next sleeper when nobody has anything left to do. */
export function simulatedTime(start = 0) {
  let now = start;
  const sleepers: { at: number; wake: () => void }[] = [];
  const sleep = (milliseconds: number) =>
    new Promise<void>((wake) => {
      const at = now + milliseconds;
      const later = sleepers.findIndex((other) => other.at > at);
      sleepers.splice(later < 0 ? sleepers.length : later, 0, { at, wake });
    });
  const run = async (work: Promise<unknown>) => {
    const state = { over: false };
    void work.finally(() => (state.over = true));
    for (;;) {
      await new Promise((settled) => setImmediate(settled));
      if (state.over) return;
      const next = sleepers.shift();
      if (next === undefined) throw new Error("nobody sleeps, and the work is not done");
      now = next.at;
      next.wake();
    }
  };
  return { clock: { now: () => now, sleep }, run };
}
