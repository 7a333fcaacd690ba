/** Ports for tests: a clock that moves when somebody sleeps, a writer that answers what it is told. */
import type { Outcome } from "../../functions/core/outcomes.js";
import type { Clock, SessionWriter } from "../../functions/core/ports.js";

export interface FakeClock extends Clock {
  advance(milliseconds: number): void;
  /** How long each sleeper wanted to sleep, in order. */
  readonly slept: number[];
}

export const NOON = Date.parse("2026-01-05T12:00:00Z");

/** Sleeping takes no time and moves the clock to the sleeper's end at once. */
export function aClock(start = NOON): FakeClock {
  let now = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    advance: (milliseconds) => {
      now += milliseconds;
    },
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
      now += milliseconds;
    },
  };
}

export const done: Outcome = { kind: "done", value: undefined };

export function failed(kind: Exclude<Outcome["kind"], "done">, code: string = kind): Outcome {
  return { kind, code, message: `${code}, says AWS` };
}

export interface FakeWriter extends SessionWriter {
  /** `create eni-1`, `modify tms-1` …, in the order of the calls. */
  readonly calls: string[];
}

/** `answer` gets `create eni-1`, `delete tms-1` … and how often that was asked before. */
export function aWriter(answer: (call: string, before: number) => Outcome = () => done): FakeWriter {
  const calls: string[] = [];
  const say = async (call: string): Promise<Outcome> => {
    const before = calls.filter((earlier) => earlier === call).length;
    calls.push(call);
    return answer(call, before);
  };
  return {
    calls,
    turn: () => Promise.resolve(true),
    create: (desired) => say(`create ${desired.interfaceId}`),
    modify: (sessionId) => say(`modify ${sessionId}`),
    remove: (sessionId) => say(`delete ${sessionId}`),
    tag: (sessionId) => say(`tag ${sessionId}`),
  };
}
