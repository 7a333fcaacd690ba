import {
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  DescribeScalingActivitiesCommand,
} from "@aws-sdk/client-auto-scaling";
import { ChangeMessageVisibilityBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { beforeEach, describe, expect, it } from "@jest/globals";
import { mockClient } from "aws-sdk-client-mock";
import { createEventsQueue } from "../../../functions/aws/events-queue.js";
import { createLifecycleHooks } from "../../../functions/aws/lifecycle-hooks.js";
import { awsError } from "../../support/ec2.js";
import { NOON } from "../../support/fakes.js";

const scaling = mockClient(AutoScalingClient);
const sqs = mockClient(SQSClient);
const hooks = createLifecycleHooks(new AutoScalingClient({ region: "eu-west-1" }));
const queue = createEventsQueue(new SQSClient({ region: "eu-west-1" }), "https://queue");
const hook = { kind: "hook", group: "web", hook: "hold", token: "t", instanceId: "i-1" } as const;

beforeEach(() => {
  scaling.reset();
  sqs.reset();
});

describe("a lifecycle hook", () => {
  it("is completed for its instance, by its token", async () => {
    scaling.on(CompleteLifecycleActionCommand).resolves({});
    expect((await hooks.complete(hook, "CONTINUE")).kind).toBe("done");
    expect(scaling.calls()[0]?.args[0].input).toEqual({
      AutoScalingGroupName: "web",
      LifecycleHookName: "hold",
      LifecycleActionToken: "t",
      InstanceId: "i-1",
      LifecycleActionResult: "CONTINUE",
    });
  });

  it.each([
    ["ValidationError", "gone"],
    ["Throttling", "throttled"],
    ["AccessDenied", "not-permitted"],
    ["InternalFailure", "transient"],
  ])("that AWS answers with %s is %s", async (code, kind) => {
    scaling.on(CompleteLifecycleActionCommand).rejects(awsError(code));
    expect((await hooks.complete(hook, "ABANDON")).kind).toBe(kind);
  });
});

describe("failed launches", () => {
  const activity = (
    StatusCode: string,
    minutes: number,
    Description = "Launching a new EC2 instance: i-1",
  ) => ({
    ActivityId: "a",
    AutoScalingGroupName: "web",
    Cause: "",
    Description,
    StatusCode: StatusCode as "Failed",
    StartTime: new Date(NOON - minutes * 60_000),
  });

  it("are those that were cancelled or failed since then", async () => {
    scaling.on(DescribeScalingActivitiesCommand).resolves({
      Activities: [
        activity("Cancelled", 1),
        activity("Failed", 5),
        activity("Successful", 5),
        activity("Cancelled", 61),
        activity("Cancelled", 1, "Terminating EC2 instance: i-1"),
      ],
    });
    expect(await hooks.failedLaunches("web", NOON - 3_600_000)).toBe(2);
  });
});

describe("messages that come back", () => {
  const returns = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ receiptHandle: `h${String(n)}`, seconds: n }));

  it("get their delays, ten in a call", async () => {
    sqs.on(ChangeMessageVisibilityBatchCommand).resolves({});
    expect(await queue.delay(returns(12))).toBe(0);
    const calls = sqs.commandCalls(ChangeMessageVisibilityBatchCommand).map(({ args }) => args[0].input);
    expect(calls.map(({ Entries }) => Entries?.length)).toEqual([10, 2]);
    expect(calls[1]?.Entries?.[1]).toEqual({ Id: "1", ReceiptHandle: "h11", VisibilityTimeout: 11 });
  });

  it("whose delay could not be set are counted: the queue's own time-out brings them", async () => {
    sqs
      .on(ChangeMessageVisibilityBatchCommand)
      .resolvesOnce({ Failed: [{ Id: "0", Code: "x", SenderFault: false }], Successful: [] })
      .rejects(new Error("SQS says no"));
    expect(await queue.delay(returns(12))).toBe(3);
  });
});
