/** Ports for tests: a clock that moves when somebody sleeps, a writer with prepared outcomes. */
import type { Outcome } from "../../functions/core/outcomes.js";
import type { SessionWriter, SweepState, SweepStateStore } from "../../functions/core/sessions/ports.js";
import { emptySweepState } from "../../functions/core/sessions/sweep-state.js";
import type { Clock } from "../../functions/core/clock.js";
import type { LifecycleHooks } from "../../functions/core/events/ports.js";

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
  // A code of its own is one that nobody knows.
  return {
    kind,
    code,
    message: `${code}, says AWS`,
    ...(kind === "conflict" && code === kind && { isKnown: true }),
  };
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

export interface FakeHooks extends LifecycleHooks {
  /** `CONTINUE i-1` …, in the order of the calls. */
  readonly completed: string[];
}

export function hooksOf(answer: () => Outcome = () => done, failedLaunches = 0): FakeHooks {
  const completed: string[] = [];
  return {
    completed,
    complete: async ({ instanceId }, result) => {
      completed.push(`${result} ${instanceId}`);
      return answer();
    },
    failedLaunches: async () => failedLaunches,
  };
}

export interface FakeSweepState extends SweepStateStore {
  /** null: lost. */
  state: SweepState | null;
  version: number;
  /** What every call throws while it is set. */
  error?: Error;
  readonly calls: { read: number; write: number };
  /** Called before each write, as another sweep would. */
  interfere?: () => void;
}

/** The sweeps' record in memory, with versions as SSM has them, of a controller that has made sessions before. */
export function aSweepState(): FakeSweepState {
  const calls = { read: 0, write: 0 };
  const store: FakeSweepState = {
    state: { ...emptySweepState, firstApply: "over" },
    version: 1,
    calls,
    read: async () => {
      calls.read += 1;
      if (store.error) throw store.error;
      return { state: store.state, version: store.version };
    },
    write: async (state, seen) => {
      calls.write += 1;
      if (store.error) throw store.error;
      store.interfere?.();
      const before = store.state;
      store.state = state;
      store.version += 1;
      if (store.version === seen + 1) return { version: store.version };
      return { version: store.version, overwritten: before ?? emptySweepState };
    },
  };
  return store;
}
