import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import type { World } from "../world.js";

/** After both functions have run: an alarm on a metric that nobody writes never fires. */
export const alarms = (world: World): void => {
  test("every alarm of ours watches a metric that the functions write, dimensions and all", async () => {
    const env = world.cloud.env();
    const client = new CloudWatchClient({
      endpoint: env["AWS_ENDPOINT_URL"] ?? "",
      region: env["AWS_REGION"] ?? "",
      credentials: { accessKeyId: env["AWS_ACCESS_KEY_ID"] ?? "", secretAccessKey: "local" },
    });
    await world.sweep();
    const written = new Set(
      (await world.cloud.metrics()).map(({ name, dimensions }) => `${name} ${sorted(dimensions)}`),
    );
    const { MetricAlarms = [] } = await client.send(new DescribeAlarmsCommand({}));
    // What the fleet's alarms watch is the agent's, by the dimension fleet: test/e2e/hub.test.ts.
    const ours = MetricAlarms.filter(
      ({ Namespace, Dimensions = [] }) =>
        Namespace === "TrafficMirror" && !Dimensions.some(({ Name }) => Name === "fleet"),
    );
    const watched = ours.map((alarm) => {
      const dimensions = (alarm.Dimensions ?? []).map(({ Name = "", Value = "" }) => [Name, Value]);
      return `${alarm.MetricName ?? ""} ${sorted(Object.fromEntries(dimensions) as Record<string, string>)}`;
    });
    expect(watched.length).toBeGreaterThan(0);
    expect([...written]).toEqual(expect.arrayContaining(watched));
  });
};
const sorted = (dimensions: Readonly<Record<string, string>>): string =>
  JSON.stringify(Object.entries(dimensions).sort());
