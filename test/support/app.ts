/** A function's app over fakes: what AWS would show, a writer with prepared outcomes, telemetry that is kept. */
import { jest } from "@jest/globals";
import type { Look, Observation, Session } from "../../functions/core/model.js";
import type { Policy } from "../../functions/core/sessions/policy.js";
import type { Settings } from "../../functions/core/sessions/settings.js";
import { createQuotaMemory } from "../../functions/core/sessions/quota-memory.js";
import { createTypeMemory } from "../../functions/core/sessions/refused-types.js";
import type { BusEvent } from "../../functions/core/sessions/bus-events.js";
import type { Return } from "../../functions/aws/events-queue.js";
import type { ReconcileContext } from "../../functions/reconcile/context.js";
import type { SweepContext } from "../../functions/sweep/context.js";
import { createReadHold } from "../../functions/reconcile/first-apply.js";
import { createSweepRequests } from "../../functions/reconcile/sweep-requests.js";
import type { LoadedPolicy } from "../../functions/runtime/policy-loader.js";
import { createTelemetry } from "../../functions/runtime/telemetry.js";
import { anObservation, aPolicy, CONTROLLER, theSettings } from "./builders.js";
import {
  aClock,
  aDemandStore,
  aSweepState,
  aWriter,
  hooksOf,
  type FakeClock,
  type FakeHooks,
  type FakeStore,
  type FakeSweepState,
  type FakeWriter,
} from "./fakes.js";

export interface FakeApp extends ReconcileContext, SweepContext {
  readonly sweepState: FakeSweepState;
  readonly clock: FakeClock;
  readonly writer: FakeWriter;
  readonly store: FakeStore;
  readonly hooks: FakeHooks;
  /** What was put on the bus. */
  readonly sent: BusEvent[];
  /** Messages whose visibility was set. */
  readonly returned: Return[];
  /** The looks that were taken; a sweep's is `everything`. */
  readonly looks: (Look | "everything")[];
  readonly logs: { readonly level: string; readonly message: string; readonly fields: unknown }[];
  /** Every value of a metric, in order. */
  metric(name: string): number[];
}

export interface Account {
  /** What EC2 shows; a function is asked anew each time. */
  readonly observation?: Partial<Observation> | (() => Partial<Observation>);
  /** Sessions as a drain lists them, round by round. */
  readonly sessions?: readonly (readonly Session[])[];
  readonly settings?: Partial<Settings>;
  readonly policy?: Policy;
  readonly problems?: readonly string[];
  readonly policyWrittenAt?: number;
  readonly writer?: FakeWriter;
  readonly store?: FakeStore;
  readonly sweepState?: FakeSweepState;
  readonly hooks?: FakeHooks;
  /** Messages that the bus does not take, of each publication. */
  readonly lost?: number;
  readonly clock?: FakeClock;
  readonly loadPolicy?: () => Promise<LoadedPolicy>;
}

export function anApp(account: Account = {}): FakeApp {
  const { observation = {}, sessions = [[]], clock = aClock(), writer = aWriter() } = account;
  const { store = aDemandStore(), hooks = hooksOf(), sweepState = aSweepState() } = account;
  const sent: BusEvent[] = [];
  const returned: Return[] = [];
  const looks: FakeApp["looks"] = [];
  let round = 0;
  const see = (look: Look | "everything") => {
    looks.push(look);
    return anObservation(typeof observation === "function" ? observation() : observation);
  };
  const observer = {
    look: async (look: Look) => see(look),
    everything: async () => see("everything"),
    filters: async (ids: readonly string[]) =>
      (anObservation(typeof observation === "function" ? observation() : observation).filters ?? []).filter(
        ({ id }) => ids.includes(id),
      ),
    sessions: async () => sessions[Math.min(round++, sessions.length - 1)] ?? [],
    sessionsById: async (ids: readonly string[]) =>
      anObservation(typeof observation === "function" ? observation() : observation).sessions.filter(
        ({ id }) => ids.includes(id),
      ),
  };
  const { policy = aPolicy(), problems = [], policyWrittenAt: writtenAt } = account;
  const loaded = { policy, problems, ...(writtenAt !== undefined && { writtenAt }) };
  const telemetry = quiet(CONTROLLER);
  return {
    settings: theSettings(account.settings),
    ports: { observer, writer, clock },
    demandStore: store,
    sweepState,
    policies: { load: account.loadPolicy ?? (async () => loaded) },
    telemetry: telemetry.telemetry,
    demandLimits: { defaultMinutes: 1440, maximumMinutes: 10_080, maxOpen: 500 },
    publish: async (messages) => {
      sent.push(...messages);
      return account.lost ?? 0;
    },
    hooks,
    queue: {
      delay: async (returns) => {
        returned.push(...returns);
        return 0;
      },
    },
    types: createTypeMemory(),
    quotas: createQuotaMemory(),
    readHold: createReadHold(sweepState, clock, telemetry.telemetry),
    turnBeside: async () => true,
    findOutside: async () => [],
    leftOutVpcs: [],
    requestSweep: createSweepRequests(),
    random: () => 0.5,
    store,
    sent,
    returned,
    clock,
    writer,
    looks,
    logs: telemetry.logs,
    metric: telemetry.metric,
  };
}

/** The real telemetry, with its output kept instead of printed. */
function quiet(controller: string) {
  process.env["POWERTOOLS_METRICS_NAMESPACE"] = "TrafficMirror";
  const { logger, metrics, onDone } = createTelemetry(controller);
  const logs: { level: string; message: string; fields: unknown }[] = [];
  for (const level of ["debug", "info", "warn", "error"] as const) {
    jest.spyOn(logger, level).mockImplementation((message, ...fields) => {
      logs.push({ level, message: JSON.stringify(message), fields: fields[0] });
    });
  }
  const added: [string, number][] = [];
  jest.spyOn(metrics, "addMetric").mockImplementation((name, _unit, value) => {
    added.push([name, value]);
    return metrics;
  });
  const single = { addDimension: () => single, addMetric: () => single } as unknown as typeof metrics;
  jest.spyOn(metrics, "singleMetric").mockReturnValue(single);
  jest.spyOn(metrics, "publishStoredMetrics").mockReturnValue(metrics);
  return {
    telemetry: { logger, metrics, onDone },
    logs,
    metric: (name: string) => added.filter(([each]) => each === name).map(([, value]) => value),
  };
}
