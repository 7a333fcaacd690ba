import { ListMessageMoveTasksCommand, StartMessageMoveTaskCommand } from "@aws-sdk/client-sqs";
import { makeConsistent, makeEventual } from "../../../support/eventual.js";
import { until, type World } from "../world.js";

export const retry = (world: World): void => {
  const events = "mirror-events";
  const dlq = "mirror-events-dlq";

  // Tries are counted: with lists that lag it would be chance how many of them are for what is not seen.
  beforeAll(() => makeConsistent(world.cloud));
  afterAll(() => makeEventual(world.cloud));

  test("what nobody else will do comes back later and later, then waits for a person, and a redrive does it", async () => {
    // a second is two milliseconds
    await world.cloud.settings({ visibilityScale: 0.002 });
    await world.settle();
    const before = (await world.cloud.visibility()).length;
    const fault = { action: "autoscaling:CompleteLifecycleAction", first: 10_000, code: "InternalFailure" };
    await world.cloud.interfere({ faults: [fault] });
    await world.scale("held", 1);
    expect(
      await until(
        () => world.aws.queued(dlq),
        (dead) => dead === 1,
      ),
    ).toBe(1);
    const waits = (await world.cloud.visibility()).slice(before).map(({ seconds }) => seconds);
    expect(waits.slice(0, 4)).toEqual([1, 2, 4, 8]);
    const around = (seconds: number, at: number) => {
      expect(waits[at]).toBeGreaterThanOrEqual(seconds * 0.8);
      expect(waits[at]).toBeLessThanOrEqual(seconds * 1.2);
    };
    [30, 120, 600, 1800].forEach((seconds, index) => around(seconds, index + 4));
    expect(await world.aws.queued(events)).toBe(0);
    // The mirror did not wait for any of this; only the instance still does.
    const [held] = await world.members("held");
    expect(held?.state).toBe("Pending:Wait");
    expect(await world.sessionsOn(held?.interfaceId ?? "")).toHaveLength(1);

    await world.cloud.interfere({});
    const SourceArn = world.outputs.queue_arns.events_dlq;
    const DestinationArn = world.outputs.queue_arns.events;
    await world.aws.sqs.send(new StartMessageMoveTaskCommand({ SourceArn, DestinationArn }));
    const [member] = await until(
      () => world.members("held"),
      ([each]) => each?.state === "InService",
    );
    expect(member?.state).toBe("InService");
    const { Results = [] } = await world.aws.sqs.send(new ListMessageMoveTasksCommand({ SourceArn }));
    expect(Results).toMatchObject([{ Status: "COMPLETED", ApproximateNumberOfMessagesMoved: 1 }]);
    expect(await world.aws.queued(dlq)).toBe(0);
    await world.cloud.settings({ visibilityScale: 1 });
    await world.scale("held", 0);
    await world.cloud.idle();
  });

  test("a look that stays too early is left to the sweep after four tries, and is no dead letter", async () => {
    await world.cloud.settings({ visibilityScale: 0.05 });
    await world.settle();
    await world.cloud.clearRecords();
    const before = (await world.cloud.visibility()).length;
    const fault = { action: "ec2:CreateTrafficMirrorSession", first: 10_000, code: "InternalError" };
    await world.cloud.interfere({ faults: [fault] });
    const launched = await world.quietly({ Mirror: "true" });
    await world.put("ec2-state-running", { instance: launched.instanceId });
    await until(
      () => world.count("LooksLeftToSweep"),
      (left) => left === 1,
    );
    expect(await world.count("LooksLeftToSweep")).toBe(1);
    expect((await world.cloud.visibility()).slice(before).map(({ seconds }) => seconds)).toEqual([
      1, 2, 4, 8,
    ]);
    expect(await world.aws.queued(events)).toBe(0);
    expect(await world.aws.queued(dlq)).toBe(0);
    await world.cloud.interfere({});
    await world.cloud.settings({ visibilityScale: 1 });
    await world.sweep();
    expect(await world.sessionsOn(...launched.interfaceIds)).toHaveLength(1);
  });
};
