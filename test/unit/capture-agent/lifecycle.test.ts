import { readFileSync } from "node:fs";
import {
  begin,
  decide,
  outOfServiceReason,
  afterStep,
  type Step,
  type Facts,
  type Phase,
  type Settings,
  type State,
} from "../../../functions/capture-agent/core/lifecycle.js";

const settings: Settings = {
  launchHook: "launch",
  terminateHook: "terminate",
  heartbeatSeconds: 60,
  deregistrationSeconds: 60,
  launchLimitSeconds: 300,
  drainLimitSeconds: 7200,
  spotLimitSeconds: 100,
};
const none = { files: 0, bytes: 0 };
const S = 1000;

const facts = (more: Partial<Facts> = {}): Facts => ({
  now: 0,
  boot: "b1",
  target: "InService",
  spotNotice: undefined,
  probe: { passed: true, reason: "" },
  health: { ok: true, reason: "" },
  unsent: none,
  unsendable: none,
  unfinished: none,
  ...more,
});

const state = (phase: Phase, more: Partial<State> = {}): State => ({
  ...begin(facts(), "InService"),
  phase,
  ...more,
});

/** What is decided, each step succeeding at once, until there is nothing to do. */
const run = (from: State, given: Partial<Facts>): { state: State; steps: Step[] } => {
  const steps: Step[] = [];
  let now = from;
  for (let turn = 0; turn < 20; turn++) {
    const { state: next, step } = decide(now, facts(given), settings);
    if (step === undefined && next === now) break;
    now = step === undefined ? next : afterStep(next, step, given.now ?? 0);
    if (step !== undefined) steps.push(step);
  }
  return { state: now, steps };
};

describe("a launch", () => {
  test("completes its hook once the packet came through and all checks pass", () => {
    const { state: after, steps } = run(begin(facts(), "InService"), {});
    expect(steps).toEqual([{ kind: "complete", hook: "launch", result: "CONTINUE", final: false }]);
    expect(after.phase).toBe("in-service");
  });

  test("sends the packet as long as it does not come through", () => {
    const given = facts({ probe: { passed: false, reason: "no packet" } });
    expect(decide(state("launching"), given, settings).step).toEqual({ kind: "probe" });
  });

  test("waits for health, prolonging the hook", () => {
    const unhealthy = { ok: false, reason: "no reader" };
    expect(
      decide(state("launching"), facts({ health: unhealthy, now: 30 * S }), settings).step,
    ).toBeUndefined();
    expect(decide(state("launching"), facts({ health: unhealthy, now: 60 * S }), settings).step).toEqual({
      kind: "heartbeat",
      hook: "launch",
    });
  });

  test.each([
    [{ probe: { passed: false, reason: "no packet" } }, "no packet"],
    [{ health: { ok: false, reason: "no reader" } }, "no reader"],
  ])("is abandoned after its limit, with the reason", (given, problem) => {
    const late = state("launching", { heartbeatAt: 290 * S });
    const { state: after, steps } = run(late, { ...given, now: 300 * S });
    expect(steps).toEqual([{ kind: "complete", hook: "launch", result: "ABANDON", final: false, problem }]);
    expect(after).toMatchObject({ phase: "left", cause: "abandoned" });
    expect(outOfServiceReason(after)).toContain("abandoned");
  });

  test("outside of any group is tried for ever", () => {
    const alone = { ...settings, launchHook: null };
    const given = facts({ target: null, probe: { passed: false, reason: "x" }, now: 9999 * S });
    expect(decide(state("launching"), given, alone).step).toEqual({ kind: "probe" });
  });

  test("that is cut short by termination sends what there is and completes the other hook", () => {
    const { state: after, steps } = run(state("launching"), { target: "Terminated", now: 5 * S });
    expect(steps.map(({ kind }) => kind)).toEqual(["stop-tool", "complete"]);
    expect(steps.at(-1)).toMatchObject({ hook: "terminate", final: true });
    expect(after.ended).toBe(true);
  });
});

describe("a termination", () => {
  test("fails health at once, and keeps capturing until the flows have moved", () => {
    const { state: draining } = decide(state("in-service"), facts({ target: "Terminated" }), settings);
    expect(outOfServiceReason(draining)).toBe("leaving (terminating): draining");
    const { steps } = run({ ...draining, heartbeatAt: 50 * S }, { target: "Terminated", now: 59 * S });
    expect(steps).toEqual([]);
    const stopped = run({ ...draining, heartbeatAt: 50 * S }, { target: "Terminated", now: 60 * S });
    expect(stopped.steps.map(({ kind }) => kind)).toEqual(["stop-tool", "complete"]);
  });

  test("waits until everything is sent, with heartbeats", () => {
    const uploading = state("uploading", { cause: "terminating", leaveAt: 0 });
    const given = { target: "Terminated", unsent: { files: 3, bytes: 30 } };
    expect(decide(uploading, facts({ ...given, now: 30 * S }), settings).step).toBeUndefined();
    expect(decide(uploading, facts({ ...given, now: 60 * S }), settings).step?.kind).toBe("heartbeat");
  });

  test("reports what is left when its limit is over, and lets go", () => {
    const uploading = state("uploading", { cause: "terminating", leaveAt: 0, heartbeatAt: 7190 * S });
    const given = facts({ target: "Terminated", unsent: { files: 3, bytes: 30 }, now: 7200 * S });
    expect(decide(uploading, given, settings).step).toMatchObject({
      hook: "terminate",
      problem: "3 files with 30 bytes are left behind after 7200 s",
    });
  });

  test("does not wait for what cannot be sent, and reports it", () => {
    const uploading = state("uploading", { cause: "terminating", leaveAt: 0 });
    const given = facts({ target: "Terminated", unsendable: { files: 1, bytes: 9 }, now: 20 * S });
    expect(decide(uploading, given, settings).step).toMatchObject({
      kind: "complete",
      problem: "1 files with 9 bytes are left behind after 20 s",
    });
  });

  test("goes on to send when the tool does not stop", () => {
    const stopping = state("stopping", { cause: "terminating", heartbeatAt: 329 * S });
    const given = facts({ target: "Terminated", now: 330 * S });
    expect(decide(stopping, given, settings).state.phase).toBe("uploading");
  });

  test("waits for the tool as long as its unit gives it, and two minutes' notice allow less", () => {
    const unit = readFileSync("modules/capture-fleet/node/units/tool.service", "utf8");
    const seconds = Number(/^TimeoutStopSec=(\d+)$/m.exec(unit)?.[1]);
    const at = (cause: State["cause"], now: number): Step | undefined =>
      decide(
        state("stopping", { cause, leaveAt: 0, heartbeatAt: now }),
        facts({ target: "Terminated", now, ...(cause === "spot" && { spotNotice: "terminate" }) }),
        settings,
      ).step;
    expect(at("terminating", seconds * S)).toEqual({ kind: "stop-tool" });
    expect(at("spot", 99 * S)).toEqual({ kind: "stop-tool" });
    expect(at("spot", 100 * S)).toBeUndefined();
  });

  test("does not let go of packets in open/: the tool is told again, and what is left at the limit is named", () => {
    const uploading = state("uploading", { cause: "terminating", leaveAt: 0, heartbeatAt: 7199 * S });
    const unfinished = { files: 2, bytes: 12_000 };
    const before = facts({ target: "Terminated", unfinished, now: 7199 * S });
    expect(decide(uploading, before, settings).step).toEqual({ kind: "stop-tool" });
    expect(afterStep(uploading, { kind: "stop-tool" }, 7199 * S)).toEqual(uploading);
    const after = facts({ target: "Terminated", unfinished, unsent: { files: 1, bytes: 8 }, now: 7200 * S });
    expect(decide(uploading, after, settings).step).toMatchObject({
      kind: "complete",
      problem: "3 files with 12008 bytes are left behind after 7200 s",
    });
  });

  test("ends once: nothing is done after it", () => {
    const { state: after } = run(state("uploading", { cause: "terminating" }), { target: "Terminated" });
    expect(run(after, { target: "Terminated", now: 9999 * S }).steps).toEqual([]);
  });
});

describe("a spot notice", () => {
  const notice = { spotNotice: '{"action":"terminate","time":"2026-11-21T06:02:00Z"}' };

  test("stops the tool at once: there is no time for flows to move", () => {
    expect(run(state("in-service"), { ...notice, unsent: { files: 1, bytes: 1 } }).steps).toEqual([
      { kind: "stop-tool" },
    ]);
  });

  test("reports what is left 100 s after it was seen", () => {
    const uploading = state("uploading", { cause: "spot", leaveAt: 10 * S });
    const given = { ...notice, unsent: { files: 2, bytes: 7 } };
    expect(decide(uploading, facts({ ...given, now: 109 * S }), settings).step).toBeUndefined();
    expect(decide(uploading, facts({ ...given, now: 110 * S }), settings).step).toMatchObject({
      hook: null,
      problem: "2 files with 7 bytes are left behind after 100 s",
    });
  });

  test("in the middle of a termination cuts the wait short", () => {
    const draining = state("draining", { cause: "terminating", leaveAt: 0 });
    const next = decide(draining, facts({ ...notice, target: "Terminated", now: 5 * S }), settings).state;
    expect(next).toMatchObject({ phase: "stopping", cause: "spot", leaveAt: 5 * S });
  });

  test("completes the terminate hook when the group asks after it, and does so once", () => {
    const { state: first } = run(state("in-service"), notice);
    expect(first).toMatchObject({ phase: "left", ended: false });
    const { state: second, steps } = run(first, { ...notice, target: "Terminated", now: 50 * S });
    expect(steps.at(-1)).toMatchObject({ kind: "complete", hook: "terminate", final: true });
    expect(run(second, { ...notice, target: "Terminated", now: 200 * S }).steps).toEqual([]);
  });
});

describe("a warm pool", () => {
  test("is entered by the launch hook, and the way out of it is a launch again", () => {
    const { state: warm, steps } = run(begin(facts(), "Warmed:Running"), { target: "Warmed:Running" });
    expect(steps.map(({ kind }) => kind)).toEqual(["complete"]);
    const { state: back, steps: again } = run(warm, { target: "InService", now: 9 * S });
    expect(again).toMatchObject([{ kind: "complete", hook: "launch", result: "CONTINUE" }]);
    expect(back).toMatchObject({ phase: "in-service", target: "InService" });
  });

  test("taking a node back lets it deliver first, and its return starts the tool again", () => {
    const given = { target: "Warmed:Stopped", now: 100 * S };
    const { state: draining } = decide(state("in-service"), facts(given), settings);
    const { state: left, steps } = run(draining, { ...given, now: 160 * S });
    expect(steps.map(({ kind }) => kind)).toEqual(["heartbeat", "stop-tool", "complete"]);
    expect(steps.at(-1)).toMatchObject({ hook: "launch", final: false });
    const { state: back, steps: again } = run(left, { target: "InService", now: 500 * S });
    expect(again.map(({ kind }) => kind)).toEqual(["start-tool", "complete"]);
    expect(back.phase).toBe("in-service");
  });

  test("a new boot is a new life", () => {
    const left = state("left", { cause: "warm-pool" });
    expect(decide(left, facts({ boot: "b2", now: 7 }), settings).state).toMatchObject({
      phase: "launching",
      boot: "b2",
      cause: null,
    });
  });
});

test("while the metadata service is silent nothing changes", () => {
  const before = state("in-service");
  expect(decide(before, facts({ target: undefined, now: 9999 * S }), settings)).toEqual({ state: before });
});

test.each(["Standby", "Detached", "InService", null])(
  "target %s leaves a node in service alone",
  (target) => {
    const before = state("in-service");
    expect(decide(before, facts({ target }), settings)).toEqual({ state: before });
  },
);
