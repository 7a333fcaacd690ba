/**
 * A backfill under EC2's documented token buckets and the modules' default pace, by sweeps that the schedule starts
 * every minute, while instances are launched: their sessions come from `reconcile`.
 *
 * The event is handed to `reconcile` at once: what EventBridge and SQS take on top is theirs.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { startLocalCloud, type LocalCloud } from "../../../local-cloud/index.js";
import { createAccount, type Account } from "../account.js";
import { defaultPaces, type Paces } from "../defaults.js";
import { callsOf, deliver, LATENCY, startFunction } from "../fleet.js";
import type { Metered } from "../metered.js";
import { foundRow, type Section } from "../section.js";

const INTERFACES = 1000;
const MINUTE = 60_000;
/** Twenty instances: ten at once, the others one by one. */
const LAUNCHES = [10, ...Array.from({ length: 10 }, () => 1)];
const FIRST_LAUNCH = 20_000;
const BETWEEN_LAUNCHES = 7_000;
const PATIENCE = 10 * MINUTE;

const CREATES_A_SECOND = 4;
const THROTTLED_PERCENT = 2;
const MIRRORED_WITHIN_SECONDS = 5;

/** When each interface got its session, milliseconds since the epoch. */
const creationsOf = async (cloud: LocalCloud): Promise<ReadonlyMap<string, number>> => {
  const { calls = [] } = await cloud.counts();
  return new Map(
    calls.flatMap(({ action, outcome, params, at, ms }) =>
      action === "CreateTrafficMirrorSession" && outcome === "ok"
        ? [[params["NetworkInterfaceId"] ?? "", at + ms] as const]
        : [],
    ),
  );
};

interface Launch {
  readonly interfaceId: string;
  readonly at: number;
}

const launchAll = async (account: Account, reconcilers: readonly Metered[]): Promise<readonly Launch[]> => {
  const launched: Launch[] = [];
  const deliveries: Promise<unknown>[] = [];
  // Runs of these processes queue up behind each other as messages would, one process at a time.
  const busy = reconcilers.map(() => Promise.resolve<unknown>(undefined));
  await sleep(FIRST_LAUNCH);
  for (const [index, count] of LAUNCHES.entries()) {
    const { instances } = await account.add(count);
    const at = Date.now();
    for (const { interfaceIds } of instances) {
      launched.push(...interfaceIds.map((interfaceId) => ({ interfaceId, at })));
    }
    const turn = index % reconcilers.length;
    const process = reconcilers[turn];
    if (process === undefined) continue;
    const delivery = (busy[turn] ?? Promise.resolve()).then(() =>
      deliver(
        [process],
        instances.map(({ id }) => id),
      ),
    );
    busy[turn] = delivery;
    deliveries.push(delivery);
    await sleep(BETWEEN_LAUNCHES);
  }
  await Promise.all(deliveries);
  return launched;
};

/** Sweeps every minute, as the schedule does, until one has nothing left to do. */
const sweepByTheMinute = async (sweep: Metered): Promise<void> => {
  const end = Date.now() + PATIENCE;
  while (Date.now() < end) {
    const next = Date.now() + MINUTE;
    const { complete } = await sweep.invoke({ "detail-type": "Scheduled Event" });
    if (complete === true) return;
    await sleep(Math.max(0, next - Date.now()));
  }
};

export const throttledAt = ({ events, sweep: pace, concurrency }: Paces): Section => ({
  name: "throttled",
  title: `Backfill of ${INTERFACES.toLocaleString("en")} at EC2's documented rate while 20 instances are launched`,
  columns: ["found", "limit"],
  async measure() {
    const cloud = await startLocalCloud();
    const processes: Metered[] = [];
    try {
      const account = await createAccount(cloud, pace);
      const fleet = await account.add(INTERFACES);
      await cloud.interfere({ latency: LATENCY, throttling: "documented", record: true });
      await cloud.resetCounts();
      const sweep = await startFunction(account, "sweep", pace);
      const reconcilers = await Promise.all(
        Array.from({ length: concurrency }, () => startFunction(account, "reconcile", events)),
      );
      processes.push(sweep, ...reconcilers);
      const [launched] = await Promise.all([launchAll(account, reconcilers), sweepByTheMinute(sweep)]);
      const created = await creationsOf(cloud);
      const backfilled = fleet.instances
        .flatMap(({ interfaceIds }) => interfaceIds.flatMap((id) => created.get(id) ?? []))
        .sort((a, b) => a - b);
      // From the first to the last: how long a process takes to start is another section's business.
      const seconds = ((backfilled.at(-1) ?? Infinity) - (backfilled[0] ?? 0)) / 1000;
      const rate = backfilled.length / seconds;
      const waits = launched.map(
        ({ interfaceId, at }) => ((created.get(interfaceId) ?? Infinity) - at) / 1000,
      );
      const calls = callsOf(await cloud.counts());
      const creates = calls.creates;
      const share = (100 * calls.throttled) / creates;
      const expected = INTERFACES + launched.length;
      const { peakMegabytes } = await sweep.usage();
      return [
        foundRow(
          "sessions",
          `${String(created.size)} by ${String(creates)} creates, ${String(calls.others)} other writes`,
          `${String(expected)}, 1 create each`,
          created.size === expected && creates - calls.throttled === expected && calls.others === 0,
        ),
        foundRow(
          "creates a second, sustained",
          `${rate.toFixed(2)} over ${seconds.toFixed(0)} s`,
          `at least ${String(CREATES_A_SECOND)}`,
          rate >= CREATES_A_SECOND,
        ),
        foundRow(
          "throttled",
          `${share.toFixed(2)} %`,
          `under ${String(THROTTLED_PERCENT)} %`,
          share < THROTTLED_PERCENT,
        ),
        foundRow(
          "launched instance mirrored after",
          `${Math.max(...waits).toFixed(2)} s at most`,
          `${String(MIRRORED_WITHIN_SECONDS)} s`,
          Math.max(...waits) <= MIRRORED_WITHIN_SECONDS,
        ),
        foundRow("reads", String(calls.reads)),
        foundRow("peak of the sweep", `${peakMegabytes.toFixed(0)} MB`),
      ];
    } finally {
      await Promise.all(processes.map((each) => each.stop()));
      await cloud.stop();
    }
  },
});

export const throttled: Section = throttledAt(defaultPaces());
