import { beforeEach, describe, expect, test } from "@jest/globals";
import { createEc2Model, type Ec2Model, type ModelOptions } from "../model/ec2-model.js";
import { faultsInOrder, noFaults } from "../model/faults.js";

const place = { vpcId: "vpc-1", subnetId: "subnet-1", zone: "eu-west-1a" };

/** A model with one instance of one interface, a target and a filter, and what a create needs. */
function small(options: ModelOptions = {}) {
  const model = createEc2Model(options);
  const { id: instanceId, interfaceIds } = model.world.launch(place);
  const interfaceId = interfaceIds[0] ?? "";
  const targetId = model.world.addEndpointTarget(place, "com.amazonaws.vpce.eu-west-1.vpce-svc-1", {
    zone: "a",
  });
  const filterId = model.world.addFilter();
  return { model, instanceId, interfaceId, input: { interfaceId, targetId, filterId, number: 1 } };
}

describe("the model of EC2", () => {
  let model: Ec2Model;
  let input: ReturnType<typeof small>["input"];
  let instanceId: string;
  beforeEach(() => {
    ({ model, input, instanceId } = small());
  });

  test("answers plain data", async () => {
    const created = await model.api.createSession({ ...input, vni: 7, tags: { a: "b" } });
    expect(created).toEqual({ ...input, id: expect.any(String), vni: 7, tags: { a: "b" } });
    expect((await model.api.listSessions()).items).toEqual([created]);
    const [instance] = (await model.api.listInstances({ vpcIds: ["vpc-1"] })).items;
    expect(instance).toMatchObject({
      id: instanceId,
      state: "running",
      interfaces: [{ id: input.interfaceId, deviceIndex: 0 }],
    });
    expect((await model.api.listTargets()).items).toMatchObject([
      { id: input.targetId, kind: "endpoint", endpoint: { available: true } },
    ]);
  });

  test("keeps EC2's rules", async () => {
    await model.api.createSession(input);
    await expect(model.api.createSession(input)).rejects.toMatchObject({
      name: "InvalidParameterValue",
      $metadata: { httpStatusCode: 400 },
    });
    expect(() => model.world.removeTarget(input.targetId)).toThrow("in use");
    await expect(model.api.deleteSession("tms-0")).rejects.toMatchObject({
      name: "InvalidTrafficMirrorSessionId.NotFound",
    });
    model.world.setState(instanceId, "terminated");
    expect(model.world.sessions()).toEqual([]);
    await expect(model.api.listInterfaces({ ids: [input.interfaceId] })).rejects.toMatchObject({
      name: "InvalidNetworkInterfaceID.NotFound",
    });
  });

  test("pages", async () => {
    for (let i = 0; i < 6; i++) model.world.launch(place);
    const first = await model.api.listInstances({ maxResults: 5 });
    const second = await model.api.listInstances({
      maxResults: 5,
      ...(first.nextToken === undefined ? {} : { nextToken: first.nextToken }),
    });
    expect([first.items.length, second.items.length, second.nextToken]).toEqual([5, 2, undefined]);
  });

  test.each([
    ["throttle", "RequestLimitExceeded", 0],
    ["error", "InternalError", 0],
    ["unauthorized", "UnauthorizedOperation", 0],
    ["lost", "TimeoutError", 1],
  ] as const)("a call with the fault %s fails with %s and leaves %i session", async (kind, name, left) => {
    model.setFaults(faultsInOrder([{ kind }]));
    await expect(model.api.createSession(input)).rejects.toMatchObject({ name });
    expect(model.world.sessions()).toHaveLength(left);
    expect(model.faultsSeen.get(kind)).toBe(1);
    model.setFaults(noFaults);
    if (left === 0) await model.api.createSession(input);
    expect(model.writes.map((w) => [w.method, w.acknowledged])).toEqual([["createSession", left === 0]]);
  });

  test("a stale read shows what was, and only that read", async () => {
    const { id } = await model.api.createSession(input);
    model.setFaults(faultsInOrder([{ kind: "stale", ticks: 1 }]));
    expect((await model.api.listSessions()).items).toEqual([]);
    expect((await model.api.listSessions()).items.map((s) => s.id)).toEqual([id]);
  });

  test("two runs can be interleaved between a call and its answer", async () => {
    const order: string[] = [];
    const { model: turned, input: wanted } = small({ turn: async (method) => void order.push(method) });
    const results = await Promise.allSettled([
      turned.api.createSession(wanted),
      turned.api.createSession(wanted),
    ]);
    expect(results.map((r) => r.status)).toEqual(["fulfilled", "rejected"]);
    expect(order).toEqual(["createSession", "createSession", "createSession"]);
  });

  test("the same seed gives the same ids", () => {
    expect(small({ seed: 3 }).input).toEqual(small({ seed: 3 }).input);
    expect(small({ seed: 3 }).input).not.toEqual(small({ seed: 4 }).input);
  });
});
