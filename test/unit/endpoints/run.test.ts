import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import type { SQSRecord } from "aws-lambda";
import type { EndpointObservation } from "../../../functions/core/endpoints/model.js";
import type { EndpointOutcome, EndpointPorts } from "../../../functions/core/endpoints/ports.js";
import type { EndpointApp } from "../../../functions/endpoints/app.js";
import { handleEndpointEvents } from "../../../functions/endpoints/batch.js";
import { endpointRequestOf } from "../../../functions/endpoints/request.js";
import { runEndpoints } from "../../../functions/endpoints/run.js";
import { createEndpointTelemetry } from "../../../functions/endpoints/telemetry.js";
import { awsError } from "../../support/ec2.js";
import { aSight, aTargetOf, NOTHING, theEndpointSettings, VPC } from "../../support/endpoint-builders.js";
import { anEvent, ACCOUNT_REGION } from "../../support/events.js";
import { aClock, NOON } from "../../support/fakes.js";

const done: EndpointOutcome = { kind: "done", value: undefined };
let metrics: Record<string, number> = {};

beforeEach(() => {
  process.env["POWERTOOLS_METRICS_NAMESPACE"] = "TrafficMirror";
  metrics = {};
});
afterEach(() => {
  jest.restoreAllMocks();
});

interface Asked {
  looks: number;
  instances: number;
  writes: number;
}

function anEndpointApp(
  see: (look: number) => Partial<EndpointObservation> = () => ({}),
  answer: EndpointOutcome = done,
  /** By look: the VPCs of the instances that are asked for, of which the others are unseen. */
  vpcs: readonly (readonly string[])[] = [[VPC]],
): EndpointApp & { readonly asked: Asked; readonly clock: ReturnType<typeof aClock> } {
  const asked: Asked = { looks: 0, instances: 0, writes: 0 };
  const clock = aClock();
  const write = async () => {
    asked.writes += 1;
    return answer;
  };
  const ports: EndpointPorts = {
    clock,
    observer: {
      everything: async () => aSight(see(asked.looks++)),
      vpcsOf: async (ids) => {
        const vpcIds = new Set(vpcs[Math.min(asked.instances++, vpcs.length - 1)]);
        return { vpcIds, unseen: vpcIds.size === 0 ? ids : [] };
      },
    },
    writer: {
      turn: async () => true,
      createEndpoint: write,
      createTarget: write,
      deleteTarget: write,
      deleteEndpoints: async (ids) => Promise.all(ids.map(write)),
      tag: write,
      untag: write,
    },
  };
  const telemetry = createEndpointTelemetry("mirror");
  for (const level of ["debug", "info", "warn", "error"] as const)
    jest.spyOn(telemetry.logger, level).mockImplementation(() => undefined);
  jest.spyOn(telemetry.metrics, "addMetric").mockImplementation((name, _unit, value) => {
    metrics[name] = value;
    return telemetry.metrics;
  });
  jest.spyOn(telemetry.metrics, "publishStoredMetrics").mockReturnValue(telemetry.metrics);
  return {
    settings: theEndpointSettings(),
    sweep: ports,
    events: ports,
    telemetry,
    proven: new Set(),
    asked,
    clock,
  };
}

const run = (app: EndpointApp, by: "schedule" | "apply" | "person") =>
  runEndpoints(app, { kind: "reconcile", by }, 600_000);

describe("who asks", () => {
  it.each([
    ["the schedule", JSON.parse(anEvent("scheduled")) as unknown, { kind: "reconcile", by: "schedule" }],
    ["an apply", { reason: "apply", tf: { action: "create" } }, { kind: "reconcile", by: "apply" }],
    ["a destroy", { reason: "drain", tf: { action: "delete" } }, { kind: "drain" }],
    ["drain's create and update", { reason: "drain", tf: { action: "update" } }, { kind: "nothing" }],
    ["a person", {}, { kind: "reconcile", by: "person" }],
    ["nobody", null, { kind: "reconcile", by: "person" }],
    ["the queue", { Records: [] }, { kind: "events", records: [] }],
  ])("%s", (_, event, request) => {
    expect(endpointRequestOf(event)).toEqual(request);
  });
});

describe("a run", () => {
  it("answers how each zone stands, and counts it, zeros included", async () => {
    const app = anEndpointApp((look) =>
      look === 0
        ? NOTHING
        : { targets: [], endpoints: aSight().endpoints.map((e) => ({ ...e, state: "pending" })) },
    );
    expect(await run(app, "schedule")).toMatchObject({
      needed: 1,
      served: 0,
      waiting: [{ vpc: VPC, zone: "eu-west-1a", state: "pending", endpoint: "vpce-1" }],
      created: 1,
      complete: false,
    });
    expect(metrics).toMatchObject({
      EndpointZonesNeeded: 1,
      EndpointZonesUnserved: 1,
      EndpointsCreated: 1,
      EndpointCallsNotPermitted: 0,
    });
  });

  it("names VPCs in which EC2 shows no subnet, which may be a wrong id", async () => {
    expect(await run(anEndpointApp(), "schedule")).toMatchObject({ empty: [] });
    const wrong = anEndpointApp(() => ({ ...NOTHING, subnets: [] }));
    expect(await run(wrong, "schedule")).toMatchObject({ needed: 0, empty: [VPC] });
  });

  it("that finds all well is complete", async () => {
    expect(await run(anEndpointApp(), "person")).toMatchObject({ served: 1, waiting: [], complete: true });
    expect(metrics).toMatchObject({ EndpointZonesUnserved: 0, EndpointsHeld: 0 });
  });

  it("for an apply fails where the service refuses this account, and says what to do", async () => {
    const service = { usable: false, code: "InvalidServiceName", message: "no such service" } as const;
    const refused = () => anEndpointApp(() => ({ ...NOTHING, service }));
    await expect(run(refused(), "apply")).rejects.toThrow(
      "check endpoint_service_name, and that the hub's `clients` name this account",
    );
    expect(await run(refused(), "schedule")).toMatchObject({ waiting: [{ state: "service-refused" }] });
  });

  it("for an apply waits until its role may read, and no longer than that takes", async () => {
    const app = anEndpointApp((look) => {
      if (look < 2) throw awsError("UnauthorizedOperation");
      return {};
    });
    expect(await run(app, "apply")).toMatchObject({ complete: true });
    expect(app.clock.now() - NOON).toBe(10_000);
    const never = anEndpointApp(() => {
      throw awsError("UnauthorizedOperation");
    });
    await expect(run(never, "apply")).rejects.toThrow();
    expect(never.clock.now() - NOON).toBeLessThan(90_000);
    const scheduled = anEndpointApp(() => {
      throw awsError("UnauthorizedOperation");
    });
    await expect(run(scheduled, "schedule")).rejects.toThrow();
    expect(scheduled.clock.slept).toEqual([]);
  });

  it("counts what was gone already as no failure", async () => {
    const gone: EndpointOutcome = {
      kind: "gone",
      code: "InvalidTrafficMirrorTargetId.NotFound",
      message: "",
    };
    const app = anEndpointApp(
      () => ({ targets: [aTargetOf({ tags: { ...aTargetOf().tags, Name: "old" } })] }),
      gone,
    );
    await run(app, "schedule");
    expect(app.asked.writes).toBe(1);
    expect(metrics).toMatchObject({ EndpointCallsFailed: 0, EndpointCallsNotPermitted: 0 });
    expect(app.telemetry.logger.warn).not.toHaveBeenCalled();
  });

  it("that drains fails with the number left", async () => {
    const stuck = anEndpointApp(() => ({}), {
      kind: "conflict",
      code: "TrafficMirrorTargetInUse",
      message: "in use",
    });
    await expect(runEndpoints(stuck, { kind: "drain" }, 600_000)).rejects.toThrow(
      "1 targets and 1 endpoints are left (TrafficMirrorTargetInUse: in use)",
    );
    const empty = anEndpointApp(() => NOTHING);
    expect(await runEndpoints(empty, { kind: "drain" }, 600_000)).toMatchObject({ complete: true });
  });
});

describe("a batch of events", () => {
  const record = (body: string, index: number) => ({ messageId: String(index), body }) as SQSRecord;
  const handle = (app: EndpointApp, ...bodies: string[]) =>
    handleEndpointEvents(app, bodies.map(record), ACCOUNT_REGION, NOON + 30_000);
  const subnetTagged = anEvent("tag-change", {
    resources: [`arn:aws:ec2:${ACCOUNT_REGION.region}:${ACCOUNT_REGION.account}:subnet/subnet-0a`],
  });

  it("is one look, taken again where nothing is to be done, and drops what is no event", async () => {
    const app = anEndpointApp();
    expect(await handle(app, subnetTagged, subnetTagged, "{")).toEqual({ batchItemFailures: [] });
    expect([app.asked.looks, app.clock.slept]).toEqual([2, [5_000]]);
    expect(metrics["EndpointEventsDropped"]).toBe(1);
  });

  it("comes back where EC2 could not be read, but for what was dropped", async () => {
    const app = anEndpointApp(() => {
      throw awsError("RequestLimitExceeded");
    });
    expect(await handle(app, "{", subnetTagged)).toEqual({ batchItemFailures: [{ itemIdentifier: "1" }] });
  });

  it("does not come back for what could not be done: the schedule goes on", async () => {
    const app = anEndpointApp(() => NOTHING, {
      kind: "throttled",
      code: "RequestLimitExceeded",
      message: "",
    });
    expect(await handle(app, subnetTagged)).toEqual({ batchItemFailures: [] });
    expect(app.asked.writes).toBe(1);
  });

  it("about instances looks at everything only when one is in our VPCs", async () => {
    const theirs = anEndpointApp(() => ({}), done, [["vpc-0f"]]);
    await handle(theirs, anEvent("ec2-state-running"));
    expect(theirs.asked).toMatchObject({ looks: 0, instances: 1 });
    const ours = anEndpointApp();
    await handle(ours, anEvent("ec2-state-running"));
    expect(ours.asked.looks).toBeGreaterThan(0);
  });

  it("asks again for an instance that EC2 does not show yet, once", async () => {
    const late = anEndpointApp(() => ({}), done, [[], [VPC]]);
    await handle(late, anEvent("ec2-state-running"));
    expect(late.asked).toMatchObject({ instances: 2 });
    expect(late.asked.looks).toBeGreaterThan(0);
    const never = anEndpointApp(() => ({}), done, [[]]);
    await handle(never, anEvent("ec2-state-running"));
    expect(never.asked).toMatchObject({ instances: 2, looks: 0 });
  });

  it("makes the endpoint of a subnet that the first list lacks", async () => {
    const app = anEndpointApp((look) =>
      look === 0 ? { ...NOTHING, subnets: [] } : look === 1 ? NOTHING : {},
    );
    await handle(app, subnetTagged);
    expect([app.asked.writes, app.clock.slept]).toEqual([1, [5_000]]);
  });

  it("that says nothing reads nothing", async () => {
    const app = anEndpointApp();
    await handle(app, anEvent("ec2-state-terminated"));
    expect(app.asked.looks).toBe(0);
  });
});
