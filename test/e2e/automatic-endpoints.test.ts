/** Endpoints that follow the network: real Terraform, the bundles as deployed, two accounts of the local cloud. */
import { TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import type { Launched } from "../support/aws.js";
import { A, AutomaticWorld, B, C, ENDPOINTS } from "./automatic-world.js";

const world = new AutomaticWorld("automatic-endpoints");
let first = "";
let foreign: readonly string[] = [];
let inA!: Launched;

beforeAll(() => world.start());
afterAll(() => world.stop());

describe("apply", () => {
  test("makes an endpoint where there is a subnet, and the schedules do the rest", async () => {
    first = await world.subnet(A);
    foreign = await world.makeForeign(first);
    inA = await world.aws.launch({ subnetId: first });
    await world.terraform.apply(world.variables());
    const { endpoint_summary: summary } = await world.terraform.outputs<{
      endpoint_summary: { needed: number; created: number };
    }>();
    expect(summary).toMatchObject({ needed: 1, created: 1 });

    await world.available();
    await world.endpoints();
    const served = await world.served();
    expect(served).toMatchObject({ [A]: [{ subnetId: first, leaving: false }] });
    await world.sweep();
    expect(await world.mirroredTo(inA.interfaceIds)).toEqual([await world.targetIn(A)]);
  });

  test("is followed by an empty plan, and by runs that write nothing", async () => {
    expect(await world.terraform.plan(world.variables())).toEqual([]);
    await world.cloud.resetCounts();
    await world.minutes(2);
    const { actions } = await world.cloud.counts();
    const writes = Object.keys(actions).filter((name) => /^ec2:(?!Describe)/.test(name));
    expect(writes).toEqual([]);
  });
});

describe("a subnet in a new zone", () => {
  test("with running instances is mirrored within one sweep after its endpoint is available, without Terraform", async () => {
    const subnetId = await world.subnet(B); // the event alone makes the endpoint
    const launched = await world.aws.launch({ subnetId });
    await world.cloud.idle();
    // Until then another zone's target serves it.
    expect(await world.mirroredTo(launched.interfaceIds)).toEqual([await world.targetIn(A)]);
    await world.available();
    await world.endpoints();
    await world.sweep();
    expect(await world.mirroredTo(launched.interfaceIds)).toEqual([await world.targetIn(B)]);
    await world.aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [launched.instanceId] }));
    await world.cloud.idle();
  });

  test("that the fleet does not serve gets none", async () => {
    const subnetId = await world.subnet(C);
    await world.endpoints();
    const answer = await world.aws.invoke<object>(ENDPOINTS, {});
    expect(answer).toMatchObject({
      needed: 2,
      unserved: [{ zone: C, reason: "not-offered" }],
      complete: true,
    });
    await world.removeSubnet(subnetId);
  });

  test("gets one endpoint when several runs come at once", async () => {
    const { endpoints: before } = await world.listed();
    const [old] = (await world.served())[B] ?? [];
    // The trail is silent, so that these runs are the first to see it, and all do.
    await world.cloud.settings({ trail: false });
    await world.deleteEndpoint(old?.endpointId ?? "");
    await world.cloud.settle();
    const run = () => world.aws.invoke(ENDPOINTS, {});
    await Promise.all([run(), run(), run()]);
    const { endpoints: after } = await world.listed();
    expect(after).toHaveLength(before.length);
    expect(after).not.toContain(old?.endpointId);
    await world.cloud.settings({ trail: true });
    await world.available();
    await world.minutes(3);
    expect((await world.served())[B]).toMatchObject([{ subnetId: old?.subnetId, leaving: false }]);
  });
});

describe("healing", () => {
  test("an endpoint that somebody deleted is made anew, its sessions move, and its target goes", async () => {
    const before = (await world.served())[A]?.[0];
    await world.deleteEndpoint(before?.endpointId ?? "");
    await world.available();
    await world.minutes(3);
    const after = (await world.served())[A];
    expect(after).toHaveLength(1);
    expect(after?.[0]?.endpointId).not.toBe(before?.endpointId);
    expect(await world.mirroredTo(inA.interfaceIds)).toEqual([after?.[0]?.targetId]);
    expect((await world.listed()).targets).not.toContain(before?.targetId);
  });

  test("a run that ends between endpoint and target leaves nothing double", async () => {
    const before = (await world.served())[A]?.[0];
    const { endpoints } = await world.listed();
    await world.cloud.interfere({
      faults: [{ action: "ec2:CreateTrafficMirrorTarget", first: 3, drop: true }],
    });
    await world.deleteEndpoint(before?.endpointId ?? ""); // its event makes another one
    await world.available();
    await world.endpoints();
    expect((await world.served())[A]?.map(({ endpointId }) => endpointId)).toEqual([before?.endpointId]);
    await world.cloud.interfere({});
    await world.minutes(3);
    expect((await world.served())[A]).toHaveLength(1);
    expect((await world.listed()).endpoints).toHaveLength(endpoints.length);
    expect(await world.mirroredTo(inA.interfaceIds)).toEqual([await world.targetIn(A)]);
  });
});

describe("a subnet that is to be removed", () => {
  test.each(["many", "one"])("loses its endpoint to another, where a zone takes %s", async (value) => {
    // Somebody else's endpoint in the zone would be the one that it takes.
    const zone = value === "one" ? B : A;
    await world.cloud.setSwitches({ "endpoints-per-zone": value });
    const [old] = (await world.served())[zone] ?? [];
    const next = await world.subnet(zone);
    const launched = await world.aws.launch({ subnetId: next });
    await world.cloud.idle();
    await world.minutes(1);
    const [before] = await world.aws.sessions();
    expect(await world.mirroredTo(launched.interfaceIds)).toEqual([old?.targetId]);

    await world.evacuate(old?.subnetId ?? "");
    for (let minute = 0; minute < 5; minute++) {
      await world.available();
      await world.minutes(1);
      // The same session all the time: it moves, and is never gone.
      expect(await world.mirroredTo(launched.interfaceIds)).toHaveLength(1);
    }
    const served = (await world.served())[zone];
    expect(served).toHaveLength(1);
    expect(served?.[0]?.subnetId).toBe(next);
    expect(await world.mirroredTo(launched.interfaceIds)).toEqual([served?.[0]?.targetId]);
    expect((await world.aws.sessions()).map((each) => each.TrafficMirrorSessionId)).toContain(
      before?.TrafficMirrorSessionId,
    );
    const { endpoints } = await world.listed();
    expect(endpoints).not.toContain(old?.endpointId);
    await world.aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [launched.instanceId] }));
    await world.cloud.idle();
    await world.cloud.setSwitches({ "endpoints-per-zone": "many" });
  });
});

describe("zones by their instances", () => {
  test("are served from the first instance on, by its event, and left after the last", async () => {
    await world.terraform.apply(world.variables({ zones: "instances" }));
    await world.available();
    await world.minutes(3); // the second zone has no instance, and no time is granted to it
    expect(Object.keys(await world.served())).toEqual([A]);
    const subnetId = await world.subnet(B);
    const { endpoints: before } = await world.listed();
    const launched = await world.aws.launch({ subnetId });
    await world.cloud.idle();
    expect((await world.listed()).endpoints).toHaveLength(before.length + 1); // no schedule has come
    await world.available();
    await world.minutes(1);
    expect(await world.mirroredTo(launched.interfaceIds)).toEqual([await world.targetIn(B)]);
    await world.aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [launched.instanceId] }));
    await world.cloud.idle();
    await world.minutes(3);
    expect((await world.listed()).endpoints).toEqual(before);
  });
});

describe("the end", () => {
  test("destroy takes everything of ours away and nothing of others'", async () => {
    expect(await world.cloud.denials()).toEqual([]);
    expect(await world.cloud.undelivered()).toEqual([]);
    expect(await world.aws.queued(`${ENDPOINTS}-dlq`)).toBe(0);
    await world.terraform.destroy(world.variables());
    expect(await world.aws.sessions()).toEqual([]);
    expect(await world.listed()).toEqual({ endpoints: [foreign[0]], targets: [foreign[1]] });
    expect(await world.cloud.gaps()).toEqual([]);
    expect(await world.cloud.refused()).toEqual([]);
  });
});
