import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CloudWatchClient, DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { root } from "../../../scripts/lib/run.js";
import type { World } from "../world.js";

/** Places in an output that hold nothing: what a module promises must be there after an apply. */
const holes = (value: unknown, path: string): string[] => {
  if (value === null || value === undefined || value === "") return [path];
  if (typeof value !== "object") return [];
  const entries = Object.entries(value);
  return entries.length === 0 ? [path] : entries.flatMap(([key, each]) => holes(each, `${path}.${key}`));
};

/** Nothing refused and nothing uncovered are empty maps, and right so. */
const MAY_BE_EMPTY = /^controller_apply_summary\.(refused|uncovered)$/;

export const apply = (world: World): void => {
  test("a second plan is empty", async () => {
    expect(await world.terraform.plan()).toEqual([]);
  });

  test("no output is empty, and the example passes on every output of the root", async () => {
    const text = readFileSync(join(root, "outputs.tf"), "utf8");
    const promised = [...text.matchAll(/^output "(\w+)"/gm)].map(([, name = ""]) => name);
    expect(promised.length).toBeGreaterThan(5);
    expect(Object.keys(world.outputs)).toEqual(expect.arrayContaining(promised));
    const found = Object.entries(world.outputs).flatMap(([name, value]) => holes(value, name));
    expect(found.filter((path) => !MAY_BE_EMPTY.test(path))).toEqual([]);
  });

  test("the apply shows what its sweep did", () => {
    expect(world.outputs.controller_apply_summary).toMatchObject({ complete: true, selected: 0 });
  });

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
