/** What the scenarios with a fleet share: processes of the functions, batches of events, counts of calls. */
import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { GetParameterCommand } from "@aws-sdk/client-ssm";
import type { CountsReport } from "../../local-cloud/interference/counts.js";
import type { LocalCloud } from "../../local-cloud/index.js";
import { variablesOf, WHERE, type Account, type Pace } from "./account.js";
import { bundleOf, startMetered, type Metered, type Usage } from "./metered.js";

/** Milliseconds that every call takes longer, about what EC2 takes. */
export const LATENCY = [{ ms: 20 }];
export const BATCH = 10;

export const pagesOf = (items: number): number => Math.ceil(items / 1000);

export interface Calls {
  readonly byAction: Readonly<Record<string, number>>;
  readonly reads: number;
  readonly creates: number;
  /** Every other mutation. */
  readonly others: number;
  readonly throttled: number;
}

/** Calls to EC2 since the counts were reset. */
export const callsOf = ({ actions }: CountsReport): Calls => {
  const ec2 = Object.entries(actions).flatMap(([name, count]) =>
    name.startsWith("ec2:") ? [[name.slice("ec2:".length), count] as const] : [],
  );
  const sum = (fits: (action: string) => boolean): number =>
    ec2.reduce((total, [action, { calls }]) => total + (fits(action) ? calls : 0), 0);
  const creates = sum((action) => action === "CreateTrafficMirrorSession");
  const reads = sum((action) => action.startsWith("Describe"));
  return {
    byAction: Object.fromEntries(ec2.map(([action, { calls }]) => [action, calls])),
    reads,
    creates,
    others: sum(() => true) - reads - creates,
    throttled: ec2.reduce((total, [, { throttled }]) => total + throttled, 0),
  };
};

/** A fresh process of a function, with the environment that it was deployed with and a pace of its own. */
export const startFunction = async (
  { aws, cloud, functionName }: Account,
  folder: "sweep" | "reconcile",
  pace?: Pace,
): Promise<Metered> => {
  const deployed = await aws.lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName: functionName(folder) }),
  );
  const environment = {
    ...deployed.Environment?.Variables,
    ...cloud.env(WHERE.account, WHERE.region),
    ...(pace && variablesOf(pace)),
    AWS_LAMBDA_FUNCTION_NAME: functionName(folder),
  };
  return startMetered(bundleOf(folder), environment, {
    megabytes: deployed.MemorySize ?? 512,
    timeoutSeconds: deployed.Timeout ?? 60,
  });
};

export interface Facts {
  readonly vpc_id: string;
  readonly filter_id: string;
  readonly targets: readonly { readonly target_id: string; readonly availability_zone: string }[];
}

/** The VPC of the account's policy. */
export const factsOf = async ({ aws }: Account): Promise<Facts> => {
  const { Parameter } = await aws.ssm.send(new GetParameterCommand({ Name: "/bench/policy" }));
  const { vpcs } = JSON.parse(Parameter?.Value ?? "{}") as { vpcs: readonly Facts[] };
  const [vpc] = vpcs;
  if (vpc === undefined) throw new Error("the account's policy names no VPC");
  return vpc;
};

/** What an event source mapping hands to `reconcile`: a `running` event for each instance. */
export const batchOf = (instanceIds: readonly string[], time: number) => ({
  Records: instanceIds.map((instanceId) => ({
    messageId: instanceId,
    receiptHandle: instanceId,
    attributes: { ApproximateReceiveCount: "1" },
    body: JSON.stringify({
      version: "0",
      id: instanceId,
      source: "aws.ec2",
      "detail-type": "EC2 Instance State-change Notification",
      ...WHERE,
      time: new Date(time).toISOString(),
      resources: [],
      detail: { "instance-id": instanceId, state: "running" },
    }),
  })),
});

/**
 * `running` events of the instances, in batches of ten that the processes share as the runs of an event source
 * mapping would. Messages that come back are counted, not sent again.
 */
export const deliver = async (
  processes: readonly Metered[],
  instanceIds: readonly string[],
): Promise<{ batches: number; returned: number }> => {
  const time = Date.now();
  let [next, batches, returned] = [0, 0, 0];
  await Promise.all(
    processes.map(async (each) => {
      while (next < instanceIds.length) {
        const chunk = instanceIds.slice(next, next + BATCH);
        next += BATCH;
        batches += 1;
        const { batchItemFailures } = await each.invoke(batchOf(chunk, time));
        returned += (batchItemFailures as unknown[]).length;
      }
    }),
  );
  return { batches, returned };
};

export interface Measured<T> {
  readonly result: T;
  readonly calls: Calls;
  readonly wallSeconds: number;
  /** Of all the processes together; the peak is the highest of one. */
  readonly usage: Usage;
}

export const measured = async <T>(
  cloud: LocalCloud,
  processes: readonly Metered[],
  work: () => Promise<T>,
): Promise<Measured<T>> => {
  const cpu = async () => Promise.all(processes.map((each) => each.usage()));
  const before = await cpu();
  await cloud.resetCounts();
  const began = performance.now();
  const result = await work();
  const wallSeconds = (performance.now() - began) / 1000;
  const calls = callsOf(await cloud.counts());
  const after = await cpu();
  const total = (list: readonly Usage[]): number => list.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
  return {
    result,
    calls,
    wallSeconds,
    usage: {
      cpuSeconds: total(after) - total(before),
      peakMegabytes: Math.max(...after.map(({ peakMegabytes }) => peakMegabytes)),
    },
  };
};
