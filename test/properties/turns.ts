/** Lets the calls of several runs take turns in an order that a number decides, so that a race can be repeated. */

export interface Turns {
  /** Awaited before and after each call's effect; passes at once while nothing is interleaved. */
  take(): Promise<void>;
  /** Starts the runs and lets one of the waiting calls through at a time, until all runs are over. */
  interleave(seed: number, runs: readonly (() => Promise<void>)[]): Promise<void>;
}

export function createTurns(): Turns {
  let waiting: (() => void)[] | undefined;
  return {
    take: () =>
      new Promise((resolve) => {
        if (waiting) waiting.push(resolve);
        else resolve();
      }),
    async interleave(seed, runs) {
      waiting = [];
      let over = 0;
      const all = runs.map((run) => run().finally(() => (over += 1)));
      let state = seed;
      while (over < runs.length) {
        await new Promise(setImmediate); // lets every run go on to its next call
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        const [next] = waiting.splice((state >>> 8) % Math.max(1, waiting.length), 1);
        next?.();
      }
      waiting = undefined;
      await Promise.all(all);
    },
  };
}
