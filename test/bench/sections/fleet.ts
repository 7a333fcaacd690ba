/**
 * The functions over a fleet of N interfaces, unthrottled: a cold backfill, a steady sweep, a burst of events and
 * the same events again, beside the floor: a page of instances and one of sessions for every thousand interfaces,
 * and one create for each that is new.
 */
import { startLocalCloud } from "../../../local-cloud/index.js";
import { createAccount } from "../account.js";
import { deliver, factsOf, LATENCY, measured, pagesOf, startFunction, type Measured } from "../fleet.js";
import { bareSdk, startMetered, type Metered } from "../metered.js";
import { median, type Row, type Section } from "../section.js";

const UNTHROTTLED = { perSecond: 100_000, burst: 100_000 };
/** As in "steady": each process reads the whole account this often, the first time cold. */
const ROUNDS = 4;
const CPU_LIMIT = 1.5;
const MEMORY_LIMIT = 512;
/** Targets, endpoints, endpoint services and what stands behind them. */
const STEADY_EXTRA = 6;
const READS_A_BATCH = 3;

interface Judged {
  readonly name: string;
  readonly found: Measured<unknown>;
  readonly floor: number;
  readonly limit: string;
  readonly ok?: boolean;
  /** CPU beside the bare SDK's. */
  readonly cpuRatio?: number;
}

const rowOf = ({ name, found, floor, limit, ok, cpuRatio }: Judged): Row => {
  const { calls, wallSeconds, usage } = found;
  const all = calls.reads + calls.creates + calls.others;
  return {
    name,
    cells: [
      String(calls.reads),
      String(calls.creates),
      String(calls.others),
      `${String(floor)} (${floor === 0 ? "-" : (all / floor).toFixed(2)})`,
      wallSeconds.toFixed(2),
      usage.cpuSeconds.toFixed(2),
      usage.peakMegabytes.toFixed(0),
      cpuRatio === undefined ? "" : cpuRatio.toFixed(2),
      limit,
    ],
    ...(ok !== undefined && { ok }),
  };
};

const middle = (all: readonly Measured<unknown>[]): Measured<unknown> => {
  const [first] = all;
  if (first === undefined) throw new Error("nothing was measured");
  return {
    ...first,
    wallSeconds: median(all.map(({ wallSeconds }) => wallSeconds)),
    usage: {
      cpuSeconds: median(all.map(({ usage }) => usage.cpuSeconds)),
      peakMegabytes: Math.max(...all.map(({ usage }) => usage.peakMegabytes)),
    },
  };
};

export const fleetOf = (interfaces: number): Section => ({
  name: `fleet-${String(interfaces)}`,
  title: `${interfaces.toLocaleString("en")} interfaces, 20 ms a call, no throttling`,
  columns: ["reads", "creates", "others", "floor (×)", "wall s", "CPU s", "peak MB", "CPU × SDK", "limit"],
  async measure() {
    const cloud = await startLocalCloud();
    const processes: Metered[] = [];
    const start = (process: Metered): Metered => {
      processes.push(process);
      return process;
    };
    try {
      // The documented quota, and room for the burst on top of it.
      await cloud.ec2({ quotas: { sessions: 100_000 } });
      const account = await createAccount(cloud, UNTHROTTLED);
      const { vpc_id: vpcId } = await factsOf(account);
      const burst = Math.max(20, interfaces / 10);
      await account.add(interfaces);
      await cloud.interfere({ latency: LATENCY });
      const rows: Judged[] = [];

      const first = start(await startFunction(account, "sweep"));
      const cold = await measured(cloud, [first], () => first.invoke({}));
      const floor = 2 * pagesOf(interfaces);
      rows.push({
        name: "cold backfill",
        found: cold,
        floor: floor + interfaces,
        limit: "1 create each",
        ok: cold.calls.creates === interfaces && cold.calls.others === 0,
      });
      await first.stop();

      // Fresh processes that take turns: first the cold run of each, then the warm ones.
      const sweep = start(await startFunction(account, "sweep"));
      const environment = { ...cloud.env(), AWS_LAMBDA_FUNCTION_NAME: "bare" };
      const bare = start(
        startMetered(await bareSdk(), environment, { megabytes: 1024, timeoutSeconds: 900 }),
      );
      const [ours, theirs]: Measured<unknown>[][] = [[], []];
      for (let round = 0; round < ROUNDS; round++) {
        theirs?.push(await measured(cloud, [bare], () => bare.invoke({ vpcId })));
        ours?.push(await measured(cloud, [sweep], () => sweep.invoke({})));
      }
      for (const [name, from, to] of [
        ["in a fresh process", 0, 1],
        ["warm", 1, ROUNDS],
      ] as const) {
        const sdk = middle((theirs ?? []).slice(from, to));
        const found = middle((ours ?? []).slice(from, to));
        const cpuRatio = found.usage.cpuSeconds / sdk.usage.cpuSeconds;
        const { reads, creates, others } = found.calls;
        const fewCalls = reads <= floor + STEADY_EXTRA && creates + others === 0;
        const small = found.usage.peakMegabytes < MEMORY_LIMIT;
        const judged = interfaces >= 10_000;
        rows.push({
          name: `steady sweep ${name}`,
          found,
          floor,
          limit: `${String(floor + STEADY_EXTRA)} reads${judged ? `, ${String(CPU_LIMIT)} × SDK, ${String(MEMORY_LIMIT)} MB` : ""}`,
          ok: fewCalls && (!judged || (small && cpuRatio <= CPU_LIMIT)),
          cpuRatio,
        });
        rows.push({ name: `bare SDK ${name}`, found: sdk, floor, limit: "" });
      }
      await Promise.all([sweep.stop(), bare.stop()]);

      const reconcilers = [
        start(await startFunction(account, "reconcile")),
        start(await startFunction(account, "reconcile")),
      ];
      // What is cached for a minute is read by a first batch each.
      const known = await account.add(2);
      await Promise.all(
        reconcilers.map((each, index) => deliver([each], [known.instances[index]?.id ?? ""])),
      );
      const ids = (await account.add(burst)).instances.map(({ id }) => id);
      for (const again of [false, true]) {
        const found = await measured(cloud, reconcilers, () => deliver(reconcilers, ids));
        const { batches, returned } = found.result;
        const creates = again ? 0 : burst;
        rows.push({
          name: again ? "the same events again" : `${String(burst)} running events in batches of 10`,
          found,
          floor: 2 * pagesOf(burst) + creates,
          limit: `${String(READS_A_BATCH)} reads a batch (${String(batches)})`,
          ok:
            returned === 0 &&
            found.calls.creates === creates &&
            found.calls.others === 0 &&
            found.calls.reads <= READS_A_BATCH * batches,
        });
      }
      return rows.map(rowOf);
    } finally {
      await Promise.all(processes.map((each) => each.stop()));
      await cloud.stop();
    }
  },
});
