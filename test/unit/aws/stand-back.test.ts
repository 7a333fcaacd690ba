import { describe, expect, it } from "@jest/globals";
import { createPace } from "../../../functions/aws/pace.js";
import { standingBack } from "../../../functions/aws/stand-back.js";
import { aClock, NOON, type FakeClock } from "../../support/fakes.js";

interface Asked {
  /** Messages that wait, by the time since the start. */
  readonly waiting: (milliseconds: number) => number;
  readonly looks: { count: number };
}

function aSweep({ waiting, looks }: Asked, clock: FakeClock) {
  const own = createPace({ perSecond: 4, burst: 4 }, clock);
  const backlog = async () => {
    looks.count += 1;
    return waiting(clock.now() - NOON);
  };
  return standingBack(own, backlog, clock);
}

const sweepWith = (waiting: Asked["waiting"]) => {
  const clock = aClock();
  const looks = { count: 0 };
  return { clock, looks, pace: aSweep({ waiting, looks }, clock) };
};

async function turns({ clock, pace }: ReturnType<typeof sweepWith>, until: number) {
  const times: number[] = [];
  while (clock.now() < until && (await pace.turn(until))) times.push(clock.now() - NOON);
  return times;
}

describe("a sweep", () => {
  it("keeps its pace while few messages wait, and looks once a second", async () => {
    const sweep = sweepWith(() => 20);
    const times = await turns(sweep, NOON + 10_000);
    expect(times).toHaveLength(4 + 4 * 10);
    expect(sweep.looks.count).toBeLessThanOrEqual(11);
  });

  it("stands back while more wait than the runs take at once, and for ten seconds more", async () => {
    const sweep = sweepWith((at) => (at >= 5_000 && at < 20_000 ? 400 : 0));
    const times = await turns(sweep, NOON + 40_000);
    expect(times.filter((at) => at > 6_500 && at < 29_000).length).toBeLessThanOrEqual(3);
    expect(times.filter((at) => at >= 30_000).length).toBeGreaterThanOrEqual(4 * 9);
  });

  it("is not stopped altogether by a queue that is never empty", async () => {
    const times = await turns(
      sweepWith(() => 1_000_000),
      NOON + 60_000,
    );
    expect(times.length).toBeGreaterThanOrEqual(6);
    expect(times.length).toBeLessThanOrEqual(7);
  });

  it("keeps its pace where the queue cannot be seen", async () => {
    const sweep = sweepWith(() => {
      throw new Error("SQS says no");
    });
    expect(await turns(sweep, NOON + 10_000)).toHaveLength(4 + 4 * 10);
  });

  it("waits no longer than its time", async () => {
    const sweep = sweepWith(() => 400);
    await sweep.pace.turn(NOON + 3_000);
    expect(await sweep.pace.turn(NOON + 3_000)).toBe(false);
    expect(sweep.clock.now()).toBeLessThanOrEqual(NOON + 3_000);
  });

  it("asks once for all who ask together", async () => {
    const sweep = sweepWith(() => 0);
    await Promise.all(Array.from({ length: 8 }, () => sweep.pace.turn(Infinity)));
    expect(sweep.looks.count).toBe(1);
  });
});
