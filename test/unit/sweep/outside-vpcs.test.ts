import { DescribeInstancesCommand, DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { createFindOutside } from "../../../functions/aws/sessions/outside-vpcs.js";
import type { SweepContext } from "../../../functions/sweep/context.js";
import { forgetLook, lookOutside } from "../../../functions/sweep/outside-vpcs.js";
import type { SweepRequest } from "../../../functions/sweep/request.js";
import { createTelemetry } from "../../../functions/runtime/telemetry.js";
import { aPolicy, VPC } from "../../support/builders.js";
import { awsError, ec2Instance } from "../../support/ec2.js";
import { aClock } from "../../support/fakes.js";

const ec2 = mockClient(EC2Client);
const HOUR = 3_600_000;
const counted: number[] = [];
const schedule: SweepRequest = { kind: "sweep", by: "schedule" };
const instance = (InstanceId: string, VpcId: string, Name: "running" | "stopped" = "running") =>
  ec2Instance({ InstanceId, VpcId, State: { Name } });

function aContext(leftOutVpcs: readonly string[] = []) {
  const clock = aClock();
  const telemetry = createTelemetry("mirror");
  jest.spyOn(telemetry.logger, "warn").mockImplementation(() => undefined);
  jest.spyOn(telemetry.metrics, "addMetric").mockImplementation((name, _unit, value) => {
    if (name === "InstancesOutsideVpcs") counted.push(value);
    return telemetry.metrics;
  });
  const findOutside = createFindOutside(new EC2Client({ region: "eu-west-1" }));
  const app = { findOutside, leftOutVpcs, telemetry, ports: { clock } } as unknown as SweepContext;
  return { app, clock };
}

beforeEach(() => {
  process.env["POWERTOOLS_METRICS_NAMESPACE"] = "TrafficMirror";
  forgetLook();
  counted.length = 0;
  ec2.reset();
  ec2.on(DescribeVpcsCommand).resolves({
    Vpcs: [VPC, "vpc-lab", "vpc-forgotten"].map((VpcId) => ({ VpcId })),
  });
  ec2.on(DescribeInstancesCommand).resolves({
    Reservations: [
      {
        Instances: [
          instance("i-2", "vpc-forgotten"),
          instance("i-1", "vpc-forgotten"),
          instance("i-3", "vpc-forgotten", "stopped"),
        ],
      },
    ],
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});

describe("VPCs that nobody listed", () => {
  it("are looked for once an hour, and their instances counted and named; between, nothing is known", async () => {
    const { app, clock } = aContext(["vpc-lab"]);
    const told = [{ vpc: "vpc-forgotten", instances: 2, named: ["i-1", "i-2"] }];
    expect(await lookOutside(app, schedule, aPolicy())).toEqual(told);
    expect(ec2.commandCalls(DescribeInstancesCommand)[0]?.args[0].input.Filters).toEqual([
      { Name: "vpc-id", Values: ["vpc-forgotten"] },
    ]);
    clock.advance(HOUR - 1);
    expect(await lookOutside(app, schedule, aPolicy())).toBe("unknown");
    expect(await lookOutside(app, { kind: "sweep", by: "person", explain: true }, aPolicy())).toEqual(told);
    clock.advance(1);
    expect(await lookOutside(app, schedule, aPolicy())).toEqual(told);
    expect(counted).toEqual([2, 2, 2]);
  });

  it("are none where every other VPC is left out on purpose, and where all are listed", async () => {
    expect(await lookOutside(aContext(["*"]).app, schedule, aPolicy())).toEqual([]);
    expect([ec2.calls(), counted]).toEqual([[], [0]]);
    forgetLook();
    counted.length = 0;
    const all = aContext(["vpc-lab", "vpc-forgotten"]).app;
    expect(await lookOutside(all, schedule, aPolicy())).toEqual([]);
    expect(ec2.commandCalls(DescribeInstancesCommand)).toEqual([]);
    // Zero as well, or the alarm would stay.
    expect(counted).toEqual([0]);
  });

  it("stay unknown where they cannot be read, and the sweep's answer does not fail for it", async () => {
    ec2.on(DescribeVpcsCommand).rejects(awsError("UnauthorizedOperation"));
    const { app } = aContext();
    expect(await lookOutside(app, schedule, aPolicy())).toBe("unknown");
    expect([counted, jest.mocked(app.telemetry.logger.warn).mock.calls.length]).toEqual([[], 1]);
  });
});
