import { GetQueueUrlCommand, SendMessageBatchCommand } from "@aws-sdk/client-sqs";
import { GetParameterCommand, PutParameterCommand } from "@aws-sdk/client-ssm";
import { WHERE, type World } from "../world.js";

const change = (instanceId: string, account: string) =>
  JSON.stringify({
    version: "0",
    id: "00000000-0000-0000-0000-000000000000",
    source: "aws.ec2",
    "detail-type": "EC2 Instance State-change Notification",
    account,
    region: WHERE.region,
    time: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    resources: [],
    detail: { "instance-id": instanceId, state: "running" },
  });

export const badInput = (world: World): void => {
  test("malformed, unknown and foreign events are dropped at once and do not hold up their batch", async () => {
    await world.cloud.settings({ instanceEvents: false });
    const launched = await world.launch();
    await world.cloud.settings({ instanceEvents: true });
    await world.cloud.settle();
    await world.cloud.clearRecords();
    const good = change(launched.instanceId, WHERE.account);
    const bodies = [
      "not JSON",
      JSON.stringify({ hello: "world" }),
      good.replace("aws.ec2", "aws.unheard-of"),
      good.replace(launched.instanceId, "i-'; DROP TABLE"),
      change(launched.instanceId, "999999999999"),
      good,
    ];
    const { QueueUrl } = await world.aws.sqs.send(
      new GetQueueUrlCommand({ QueueName: "traffic-mirror-events" }),
    );
    await world.inFullBatches(async () => {
      const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
      await world.aws.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    });
    const batches = await world.cloud.invocations(world.outputs.function_names.reconcile);
    expect(batches).toHaveLength(1);
    expect(batches[0]?.value).toEqual({ batchItemFailures: [] });
    expect(await world.metric("EventsDropped")).toEqual([bodies.length - 1]);
    expect(await world.oursOn(launched.interfaceIds)).toHaveLength(1);
    expect(await world.aws.queued("traffic-mirror-events")).toBe(0);
    await world.terminate(launched);
  });

  test("what EC2 fails comes back and succeeds later", async () => {
    const action = "ec2:CreateTrafficMirrorSession";
    await world.cloud.interfere({ faults: [{ action, first: 3, code: "InternalError" }] });
    const launched = await world.launch();
    await eventually(async () => (await world.oursOn(launched.interfaceIds)).length === 1);
    await world.cloud.interfere({});
    expect(await world.aws.queued("traffic-mirror-events-dlq")).toBe(0);
    await world.terminate(launched);
  });

  test("an invalid policy is refused: the version before it stays in force", async () => {
    const Name = world.outputs.policy_parameter_name;
    const { Parameter } = await world.aws.ssm.send(new GetParameterCommand({ Name }));
    const broken = (Parameter?.Value ?? "").replace('"version":1', '"version":2');
    expect(broken).not.toBe(Parameter?.Value);
    for (const Value of [broken, "{"]) {
      await world.aws.ssm.send(new PutParameterCommand({ Name, Value, Overwrite: true }));
      await world.cloud.clearRecords();
      await world.sweep();
      expect(await world.metric("PolicyRefused", "traffic-mirror-sweep")).toEqual([1]);
    }
    // Also in a process that has never seen the good one.
    await world.freshFunctions();
    const launched = await world.launch();
    expect(await world.oursOn(launched.interfaceIds)).toHaveLength(1);
    await world.terminate(launched);
    await world.aws.ssm.send(new PutParameterCommand({ Name, Value: Parameter?.Value, Overwrite: true }));
    await world.cloud.clearRecords();
    await world.sweep();
    expect(await world.metric("PolicyRefused", "traffic-mirror-sweep")).toEqual([0]);
  });

  test("nothing is in the dead-letter queue", async () => {
    expect(await world.aws.queued("traffic-mirror-events-dlq")).toBe(0);
  });
};

const eventually = async (holds: () => Promise<boolean>, milliseconds = 120_000): Promise<void> => {
  const end = Date.now() + milliseconds;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${milliseconds} ms`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
};
