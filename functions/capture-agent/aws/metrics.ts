/** One PutMetricData with all metrics of the node: at most 1,000 metrics a call (Amazon CloudWatch API reference). */
import { PutMetricDataCommand, type CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import type { Datum } from "../core/metrics.js";

export const NAMESPACE = "TrafficMirror";

export async function putMetrics(client: CloudWatchClient, data: readonly Datum[]): Promise<void> {
  await client.send(
    new PutMetricDataCommand({
      Namespace: NAMESPACE,
      MetricData: data.map(({ name, value, unit, at, dimensions }) => ({
        MetricName: name,
        Value: value,
        Unit: unit,
        Timestamp: new Date(at),
        Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
      })),
    }),
  );
}
