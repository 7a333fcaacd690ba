import { makeEventual } from "../../../support/eventual.js";
import { until, type World } from "../world.js";

const states = async (world: World, group: Parameters<World["members"]>[0]) =>
  (await world.members(group)).map(({ state }) => state);

export const hooks = (world: World): void => {
  test("an instance is held while EC2 is slow, and goes into service when it is mirrored", async () => {
    const fault = { action: "ec2:CreateTrafficMirrorSession", first: 1000, code: "InternalError" };
    await world.cloud.interfere({ faults: [fault] });
    // What comes back while EC2 is slow is not waited for: it would come back later and later.
    await world.cloud.settings({ idleAwaits: 0 });
    await world.scale("held", 1);
    await world.cloud.idle();
    expect(await states(world, "held")).toEqual(["Pending:Wait"]);
    await world.cloud.interfere({});
    await makeEventual(world.cloud);
    const [member] = await until(
      () => world.members("held"),
      ([each]) => each?.state === "InService",
    );
    expect(member?.state).toBe("InService");
    await world.cloud.idle(); // a run says what it did when it ends
    expect(await world.sessionsOn(member?.interfaceId ?? "")).toHaveLength(1);
    expect(await world.count("HooksContinued")).toBe(1);
    await world.scale("held", 0);
    await world.cloud.idle();
  });

  test("two copies of the hook's event complete it once, and nothing fails", async () => {
    await world.cloud.clearRecords();
    await world.scale("held", 1);
    await until(
      () => states(world, "held"),
      ([state]) => state === "InService",
    );
    await world.cloud.idle();
    const [batch] = await world.cloud.invocations(world.outputs.function_names.reconcile);
    expect(batch).toBeDefined();
    const bodies = (await world.cloud.invocations(world.outputs.function_names.reconcile)).flatMap(
      ({ payload }) => (payload as { Records: { body: string }[] }).Records.map(({ body }) => body),
    );
    const hook = bodies.find((body) => body.includes("Lifecycle Action")) ?? "{}";
    const event = JSON.parse(hook) as {
      source: string;
      "detail-type": string;
      detail: Record<string, unknown>;
    };
    await world.cloud.emit({ ...event, detailType: event["detail-type"] });
    await world.cloud.idle();
    expect(await world.count("HooksContinued")).toBe(1);
    expect(await world.aws.queued("mirror-events")).toBe(0);
    expect(await world.aws.queued("mirror-events-dlq")).toBe(0);
    await world.scale("held", 0);
    await world.cloud.idle();
  });

  test("an instance that cannot be mirrored goes into service, where that is wanted", async () => {
    await world.scale("lenient", 1);
    const found = await until(
      () => states(world, "lenient"),
      ([state]) => state === "InService",
    );
    expect(found).toEqual(["InService"]);
    const [member] = await world.members("lenient");
    expect(await world.sessionsOn(member?.interfaceId ?? "")).toEqual([]);
    await world.scale("lenient", 0);
    await world.cloud.idle();
  });

  test("or is given up, and the breaker lets the next one go on when too many were", async () => {
    await world.cloud.clearRecords();
    await world.scale("strict", 1);
    const found = await until(
      () => states(world, "strict"),
      ([state]) => state === "InService",
    );
    expect(found).toEqual(["InService"]);
    await world.cloud.idle();
    expect({
      abandoned: await world.count("HooksAbandoned"),
      open: await world.count("HookBreakerOpen"),
    }).toEqual({ abandoned: 2, open: 1 });
    await world.scale("strict", 0);
    await world.cloud.idle();
  });
};
