/** The program under test as a history starts it: events and sweeps over the stage's clients, on a clock of its own. */
import { createObserver } from "../../functions/aws/sessions/observer.js";
import { createPace } from "../../functions/aws/pace.js";
import { createReceiverSource } from "../../functions/aws/sessions/receivers.js";
import { createTopologySource } from "../../functions/aws/sessions/topology.js";
import { createWriter } from "../../functions/aws/sessions/writer.js";
import { drain } from "../../functions/core/sessions/drain.js";
import { concerns } from "../../functions/core/sessions/ownership.js";
import { reconcile, sweep, type Run } from "../../functions/core/sessions/reconcile.js";
import { createQuotaMemory } from "../../functions/core/sessions/quota-memory.js";
import { refusedSources } from "../../functions/core/sessions/refusals.js";
import { createTypeMemory } from "../../functions/core/sessions/refused-types.js";
import { openRecord } from "../../functions/core/sessions/sweep-state.js";
import { aSweepState } from "../support/fakes.js";
import type { Report } from "../../functions/core/sessions/report.js";
import type { Step } from "./history.js";
import { CONTROLLER, policyOf, type PolicyChoice, type Setting } from "./setting.js";
import type { Stage, Truth, Watch } from "./stage.js";
import type { Turns } from "./turns.js";

export const MINUTE_MS = 60_000;
/** Milliseconds that every call takes, on the program's clock. */
const CALL_MS = 20;

export interface Program {
  /** undefined: EC2 could not be read. */
  sweep(choice: PolicyChoice, milliseconds: number): Promise<Report | undefined>;
  /** `truth`: what events can name. */
  act(step: Step, choice: PolicyChoice, truth: Truth, turns: Turns): Promise<void>;
  /** The uninstall. */
  drain(): Promise<void>;
  pass(minutes: number): void;
  /** An apply has just written the policy. */
  policyWritten(): void;
}

/** `onSweep` hears what each sweep came to. */
export function createProgram(
  stage: Stage,
  setting: Setting,
  quota: number,
  watch: Watch,
  onSweep: (report: Report) => void,
): Program {
  let now = Date.UTC(2026, 0, 1);
  let writtenAt = now;
  const clock = {
    now: () => now,
    sleep: (milliseconds: number) => {
      now += milliseconds;
      return Promise.resolve();
    },
  };
  const { ec2, loadBalancing } = stage.clients(() => (now += CALL_MS), watch);
  const topology = createTopologySource(
    ec2,
    createReceiverSource(ec2, loadBalancing, clock, stage.account),
    clock,
    stage.account,
  );
  const observer = createObserver(ec2, topology, {
    account: stage.account,
    ours: (session) => concerns(session, CONTROLLER),
  });
  const lanes = {
    events: createWriter(ec2, createPace({ perSecond: 1, burst: 20 }, clock), clock, () => {
      topology.forget();
    }),
    sweep: createWriter(ec2, createPace({ perSecond: 4, burst: 5 }, clock), clock, () => {
      topology.forget();
    }),
  };
  const sweepState = aSweepState();
  const refusals = refusedSources();
  const types = { events: createTypeMemory(), sweep: createTypeMemory() };
  const quotas = { events: createQuotaMemory(), sweep: createQuotaMemory() };

  const run = (choice: PolicyChoice, lane: "events" | "sweep", milliseconds: number): Run => ({
    ports: { observer, writer: lanes[lane], clock },
    settings: {
      controller: CONTROLLER,
      mode: "enforce",
      ownTags: { team: "network" },
      defaultTags: {},
      quota,
      guardrails: {
        removalPercent: 100,
        removalMinimum: 0,
        acknowledgedUntil: null,
        rolloutPercent: 100,
        maxSessions: null,
        firstApplySessions: null,
      },
      sessionUsdPerHour: 0,
    },
    policy: policyOf(choice, setting),
    policyWrittenAt: writtenAt,
    types: types[lane],
    quotas: quotas[lane],
    deadline: now + milliseconds,
    onDone: () => undefined,
  });
  /** A run that could not read EC2 ends; the message comes back or the next minute comes. */
  const survive = (work: Promise<Report>): Promise<Report | undefined> => work.catch(ignore);

  const event = async (
    picks: readonly number[],
    { interfaces }: Truth,
    choice: PolicyChoice,
  ): Promise<void> => {
    const picked = (pick: number) => interfaces[pick % Math.max(1, interfaces.length)];
    const instanceIds = picks.flatMap((pick) => picked(pick)?.instance?.id ?? []);
    const interfaceIds = picks.flatMap((pick) => picked(pick * 7)?.id ?? []).slice(1);
    await survive(reconcile(run(choice, "events", MINUTE_MS), { instanceIds, interfaceIds }));
  };
  const sweepOnce = async (choice: PolicyChoice, milliseconds: number): Promise<Report | undefined> => {
    const record = await openRecord(sweepState, ignore);
    const report = await survive(sweep(run(choice, "sweep", milliseconds), refusals, record));
    if (report) onSweep(report);
    return report;
  };

  return {
    sweep: sweepOnce,
    drain: async () => {
      const ports = { observer, writer: lanes.sweep, clock };
      const run = { ports, controller: CONTROLLER, deadline: now + 10 * MINUTE_MS, onDone: ignore };
      await drain(run);
    },
    pass: (minutes) => {
      now += minutes * MINUTE_MS;
    },
    policyWritten: () => {
      writtenAt = now;
    },
    act: async (step, choice, truth, turns) => {
      if (step.do === "sweep") await sweepOnce(choice, step.milliseconds);
      if (step.do === "event") await event(step.picks, truth, choice);
      if (step.do !== "race") return;
      // Three runs at once, whose calls take turns in an order that the history says.
      await turns.interleave(step.turns, [
        () => event(step.picks, truth, choice),
        () => event(step.picks, truth, choice),
        async () => {
          await sweepOnce(choice, 20_000);
        },
      ]);
    },
  };
}

const ignore = () => undefined;
