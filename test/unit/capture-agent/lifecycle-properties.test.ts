/** A node's lifecycle with an agent that is killed anywhere and steps that fail: what must hold in every history. */
import fc from "fast-check";
import {
  begin,
  decide,
  afterStep,
  type Step,
  type Facts,
  type Settings,
  type State,
} from "../../../functions/capture-agent/core/lifecycle.js";

const settings: Settings = {
  launchHook: "launch",
  terminateHook: "terminate",
  heartbeatSeconds: 60,
  deregistrationSeconds: 60,
  launchLimitSeconds: 300,
  drainLimitSeconds: 600,
  spotLimitSeconds: 100,
};

/** What happens before the agent looks again. `killed`: after the step was done and before that was written down. */
const turn = fc.record({
  seconds: fc.integer({ min: 1, max: 40 }),
  target: fc.constantFrom("InService", "Terminated", undefined, "Warmed:Stopped"),
  probe: fc.boolean(),
  healthy: fc.boolean(),
  spot: fc.boolean(),
  step: fc.constantFrom("done", "fails", "killed"),
  unsent: fc.nat({ max: 3 }),
  unfinished: fc.nat({ max: 2 }),
});
type Turn = typeof turn extends fc.Arbitrary<infer T> ? T : never;

interface Happening {
  readonly state: State;
  readonly step: Step | undefined;
  readonly facts: Facts;
}

/** The state survives as JSON on disk alone, as it does when the agent is killed at every turn. */
function live(turns: readonly Turn[]): Happening[] {
  const history: Happening[] = [];
  let now = 1_000_000;
  let disk = JSON.stringify(begin({ now, boot: "b" }, "InService"));
  for (const each of turns) {
    now += each.seconds * 1000;
    const facts: Facts = {
      now,
      boot: "b",
      target: each.target,
      spotNotice: each.spot ? "notice" : undefined,
      probe: { passed: each.probe, reason: "probe" },
      health: { ok: each.healthy, reason: "unhealthy" },
      unsent: { files: each.unsent, bytes: each.unsent },
      unfinished: { files: each.unfinished, bytes: each.unfinished },
      unsendable: { files: 0, bytes: 0 },
    };
    const { state, step } = decide(JSON.parse(disk) as State, facts, settings);
    disk = JSON.stringify(state);
    if (step !== undefined && each.step === "done") disk = JSON.stringify(afterStep(state, step, now));
    history.push({ state, step, facts });
  }
  return history;
}

const completed = (history: readonly Happening[]) =>
  history.flatMap(({ state, step, facts }) => (step?.kind === "complete" ? [{ state, step, facts }] : []));

const histories = fc.array(turn, { minLength: 1, maxLength: 80 }).map(live);

test("no launch is completed without the packet and without health", () => {
  fc.assert(
    fc.property(histories, (history) => {
      for (const { state, step, facts } of completed(history)) {
        if (state.phase !== "launching" || step.result !== "CONTINUE") continue;
        expect(facts.probe.passed && facts.health.ok).toBe(true);
      }
    }),
  );
});

test("no end is completed with files unsent or open, unless the limit is over and the problem is named", () => {
  fc.assert(
    fc.property(histories, (history) => {
      for (const { state, step, facts } of completed(history)) {
        if (state.phase !== "uploading" || facts.unsent.files + facts.unfinished.files === 0) continue;
        const limit = state.cause === "spot" ? settings.spotLimitSeconds : settings.drainLimitSeconds;
        expect(facts.now - (state.leaveAt ?? Infinity)).toBeGreaterThanOrEqual(limit * 1000);
        expect(step.problem).toContain(`${facts.unsent.files + facts.unfinished.files} files`);
      }
    }),
  );
});

test("an end is only completed after the tool was stopped, or given its time to", () => {
  fc.assert(
    fc.property(histories, (history) => {
      history.forEach(({ state, step, facts }, at) => {
        if (step?.kind !== "complete" || state.phase === "launching") return;
        const life = history.slice(0, at);
        const stopped = life.some(({ step: before }) => before?.kind === "stop-tool");
        const limit = state.cause === "spot" ? settings.spotLimitSeconds : 330;
        expect(stopped || facts.now - (state.leaveAt ?? 0) >= limit * 1000).toBe(true);
      });
    }),
  );
});

test("whatever came before, a group that waits for the end gets it", () => {
  const end = Array.from({ length: 60 }, () => ({
    seconds: 20,
    target: "Terminated" as const,
    probe: false,
    healthy: false,
    spot: false,
    step: "done" as const,
    unsent: 1,
    unfinished: 1,
  }));
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 60 }), (before) => {
      const ended = completed(live([...before, ...end])).filter(({ step }) => step.final);
      expect(ended.some(({ step }) => step.hook === "terminate")).toBe(true);
    }),
  );
});
