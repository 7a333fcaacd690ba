import { randomUUID } from "node:crypto";
import { jsonBody, jsonOk, serviceError } from "../answers.js";
import { placeOf } from "../call.js";
import { Scoped } from "../scoped.js";
import type { Answer, Call, Cloud } from "../types.js";
import { is, type PatchSet } from "./types.js";

type Where = Pick<Call, "account" | "region">;

/** "ListMessageMoveTasks" of the SQS API reference. */
interface Task {
  readonly TaskHandle: string;
  readonly SourceArn: string;
  readonly DestinationArn?: string;
  readonly MaxNumberOfMessagesPerSecond?: number;
  readonly ApproximateNumberOfMessagesToMove: number;
  readonly StartedTimestamp: number;
  Status: "RUNNING" | "COMPLETED" | "CANCELLING" | "CANCELLED" | "FAILED";
  ApproximateNumberOfMessagesMoved: number;
  FailureReason?: string;
}

interface Received {
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MessageAttributes?: unknown;
  readonly Attributes?: {
    /** Only what SQS itself moved to a dead-letter queue has one. */
    readonly DeadLetterQueueSourceArn?: string;
  };
}

const nameOf = (arn: string): string => arn.split(":").pop() ?? "";
const whereOf = (arn: string): Where => {
  const [, , , region = "", account = ""] = arn.split(":");
  return { account, region };
};
const urlOf = (arn: string): string => `http://127.0.0.1/${whereOf(arn).account}/${nameOf(arn)}`;

/**
 * Redrive of dead-letter queues ("Learn how to configure a dead-letter queue redrive in Amazon SQS" in the developer
 * guide). What is moved is a new message: another id, another time, received by nobody yet.
 */
export const sqsMovePatches = (cloud: Pick<Cloud, "moto" | "now">): PatchSet => {
  const tasks = new Scoped(() => new Map<string, Task[]>());

  const sqs = async (arn: string, action: string, json: Record<string, unknown> = {}) => {
    const answer = await cloud.moto(whereOf(arn), "sqs", {
      target: `AmazonSQS.${action}`,
      json: { QueueUrl: urlOf(arn), ...json },
    });
    return { ok: answer.status === 200, body: jsonBody(answer) };
  };

  /** ARNs of the queues whose redrive policy names this one. */
  const sourcesOf = async (arn: string): Promise<readonly string[] | undefined> => {
    const { ok, body } = await sqs(arn, "ListDeadLetterSourceQueues");
    if (!ok) return undefined;
    const { account, region } = whereOf(arn);
    const urls = (body["queueUrls"] ?? []) as readonly string[];
    return urls.map((url) => `arn:aws:sqs:${region}:${account}:${url.split("/").pop() ?? ""}`);
  };

  const moveOne = async (task: Task, message: Received, sources: readonly string[]): Promise<boolean> => {
    const origin = message.Attributes?.DeadLetterQueueSourceArn;
    const to = task.DestinationArn ?? sources.find((arn) => arn === origin);
    if (to === undefined) {
      task.FailureReason = "CouldNotDetermineMessageSource";
      return false;
    }
    const { ok } = await sqs(to, "SendMessage", {
      MessageBody: message.Body,
      ...(message.MessageAttributes === undefined ? {} : { MessageAttributes: message.MessageAttributes }),
    });
    if (!ok) {
      task.FailureReason = "AWS.SimpleQueueService.NonExistentQueue";
      return false;
    }
    await sqs(task.SourceArn, "DeleteMessage", { ReceiptHandle: message.ReceiptHandle });
    task.ApproximateNumberOfMessagesMoved++;
    return true;
  };

  const run = async (task: Task, sources: readonly string[]): Promise<void> => {
    while (task.Status === "RUNNING") {
      const { body } = await sqs(task.SourceArn, "ReceiveMessage", {
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 30,
        MessageSystemAttributeNames: ["DeadLetterQueueSourceArn"],
        MessageAttributeNames: ["All"],
      });
      const messages = (body["Messages"] ?? []) as readonly Received[];
      if (messages.length === 0) task.Status = "COMPLETED";
      for (const message of messages) {
        if (task.Status === "RUNNING" && (await moveOne(task, message, sources))) continue;
        if (task.Status === "RUNNING") task.Status = "FAILED";
        const { ReceiptHandle } = message;
        await sqs(task.SourceArn, "ChangeMessageVisibility", { ReceiptHandle, VisibilityTimeout: 0 });
      }
    }
    if (task.Status === "CANCELLING") task.Status = "CANCELLED";
  };

  const start = async (call: Call): Promise<Answer> => {
    const request = jsonBody<Task>(call);
    const { SourceArn = "", DestinationArn, MaxNumberOfMessagesPerSecond } = request;
    const sources = await sourcesOf(SourceArn);
    if (sources === undefined) {
      const message = "The resource that you specified for the SourceArn parameter doesn't exist.";
      return serviceError(call, "ResourceNotFoundException", message);
    }
    if (sources.length === 0) {
      const message = "Source queue must be configured as a Dead Letter Queue.";
      return serviceError(call, "InvalidParameterValue", message);
    }
    const known = tasks.of(call).get(SourceArn) ?? [];
    if (known.some(({ Status }) => Status === "RUNNING")) {
      const message =
        "There is already a task running. Only one active task is allowed for a source queue arn at a given time.";
      return serviceError(call, "InvalidParameterValue", message);
    }
    const { body } = await sqs(SourceArn, "GetQueueAttributes", {
      AttributeNames: ["ApproximateNumberOfMessages"],
    });
    const attributes = body["Attributes"] as Record<string, string> | undefined;
    const task: Task = {
      TaskHandle: Buffer.from(JSON.stringify({ taskId: randomUUID(), sourceArn: SourceArn })).toString(
        "base64",
      ),
      SourceArn,
      ...(DestinationArn === undefined ? {} : { DestinationArn }),
      ...(MaxNumberOfMessagesPerSecond === undefined ? {} : { MaxNumberOfMessagesPerSecond }),
      ApproximateNumberOfMessagesToMove: Number(attributes?.["ApproximateNumberOfMessages"] ?? 0),
      ApproximateNumberOfMessagesMoved: 0,
      StartedTimestamp: cloud.now(),
      Status: "RUNNING",
    };
    tasks.of(placeOf(call)).set(SourceArn, [task, ...known].slice(0, 10));
    void run(task, sources).catch((error: unknown) => {
      task.Status = "FAILED";
      task.FailureReason = String(error);
    });
    return jsonOk({ TaskHandle: task.TaskHandle });
  };

  const find = (call: Call, TaskHandle: string): Task | undefined =>
    [...tasks.of(call).values()].flat().find((task) => task.TaskHandle === TaskHandle);

  return {
    reset: () => {
      for (const { value } of tasks.entries()) {
        for (const task of [...value.values()].flat()) task.Status = "CANCELLED";
      }
      tasks.reset();
    },
    patches: [
      {
        name: "message-move-tasks",
        why: "moto has no redrive of dead-letter queues",
        match: is("sqs", "StartMessageMoveTask", "ListMessageMoveTasks", "CancelMessageMoveTask"),
        async run(call) {
          if (call.action === "StartMessageMoveTask") return start(call);
          if (call.action === "CancelMessageMoveTask") {
            const task = find(call, jsonBody<Task>(call).TaskHandle ?? "");
            if (task?.Status !== "RUNNING") {
              return serviceError(call, "ResourceNotFoundException", "Task does not exist.");
            }
            task.Status = "CANCELLING";
            const { ApproximateNumberOfMessagesMoved } = task;
            return jsonOk({ ApproximateNumberOfMessagesMoved });
          }
          const { SourceArn = "", MaxResults = 1 } = jsonBody<{ SourceArn: string; MaxResults: number }>(
            call,
          );
          // only running tasks show their handle
          const shown = (tasks.of(call).get(SourceArn) ?? [])
            .slice(0, MaxResults)
            .map(({ TaskHandle, ...task }) => (task.Status === "RUNNING" ? { TaskHandle, ...task } : task));
          return jsonOk({ Results: shown });
        },
      },
    ],
  };
};
