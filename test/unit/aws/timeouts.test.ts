/** The clients as the functions make them, over HTTP, against a server that takes every connection. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { DescribeScalingActivitiesCommand } from "@aws-sdk/client-auto-scaling";
import { CreateTrafficMirrorSessionCommand, DescribeInstancesCommand } from "@aws-sdk/client-ec2";
import { DescribeTargetGroupsCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { ChangeMessageVisibilityBatchCommand } from "@aws-sdk/client-sqs";
import { GetParameterCommand } from "@aws-sdk/client-ssm";
import { PutMetricDataCommand } from "@aws-sdk/client-cloudwatch";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { createEventBridgeClient } from "../../../functions/aws/bus.js";
import {
  createEc2Client,
  createLoadBalancingClient,
  createPacedEc2Client,
  createSsmClient,
} from "../../../functions/aws/client.js";
import { createSqsClient } from "../../../functions/aws/events-queue.js";
import { createAutoScalingClient } from "../../../functions/aws/lifecycle-hooks.js";
import { endingWith, readInstances } from "../../../functions/aws/read.js";
import { toSources } from "../../../functions/aws/shapes.js";
import { createClients } from "../../../functions/capture-agent/aws/clients.js";

let server: Server;
let asked = 0;
let url = "";
let answer: RequestListener = () => undefined;
const before = { ...process.env };

beforeEach(async () => {
  asked = 0;
  server = createServer((request, response) => {
    asked += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "none",
    AWS_SECRET_ACCESS_KEY: "none",
  });
});

afterEach(async () => {
  process.env = { ...before };
  answer = () => undefined;
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const SECONDS = 1_000;
const session = new CreateTrafficMirrorSessionCommand({
  NetworkInterfaceId: "eni-1",
  TrafficMirrorTargetId: "tmt-1",
  TrafficMirrorFilterId: "tmf-1",
  SessionNumber: 1,
});
const calls: readonly [string, number, () => Promise<unknown>][] = [
  ["EC2, reading", 45, () => createEc2Client().send(new DescribeInstancesCommand({}))],
  ["EC2, writing", 30, () => createPacedEc2Client().send(session)],
  ["Elastic Load Balancing", 45, () => createLoadBalancingClient().send(new DescribeTargetGroupsCommand({}))],
  ["Systems Manager", 30, () => createSsmClient().send(new GetParameterCommand({ Name: "/x" }))],
  [
    "SQS",
    30,
    () =>
      createSqsClient().send(
        new ChangeMessageVisibilityBatchCommand({ QueueUrl: `${url}/1/q`, Entries: [] }),
      ),
  ],
  ["EventBridge", 30, () => createEventBridgeClient().send(new PutEventsCommand({ Entries: [] }))],
  ["Auto Scaling", 30, () => createAutoScalingClient().send(new DescribeScalingActivitiesCommand({}))],
  [
    // Its client of S3 is made in the same way, with half a minute.
    "the agent's CloudWatch",
    17,
    () =>
      createClients("eu-west-1").cloudWatch.send(
        new PutMetricDataCommand({ Namespace: "TrafficMirror", MetricData: [] }),
      ),
  ],
];

describe("a server that takes the connection and never answers", () => {
  it("ends every client's call, after three attempts at most", async () => {
    const ended = await Promise.all(
      calls.map(async ([name, most, call]) => {
        const began = performance.now();
        const error: unknown = await call().catch((reason: unknown) => reason);
        const seconds = (performance.now() - began) / SECONDS;
        return { name, inTime: seconds < most, error: (error as Error).name };
      }),
    );
    expect(ended).toEqual(calls.map(([name]) => ({ name, inTime: true, error: "TimeoutError" })));
    expect(asked).toBeLessThanOrEqual(3 * calls.length);
  }, 120_000);

  it("ends an answer that stands still after its head", async () => {
    answer = (_, response) => {
      response.writeHead(200, { "content-type": "text/xml", "content-length": "1000" });
      response.write("<Describe");
    };
    await expect(createSsmClient().send(new GetParameterCommand({ Name: "/x" }))).rejects.toThrow();
  }, 30_000);
});

describe("reading that is to end by a time", () => {
  it("ends in the middle of a call, and names it", async () => {
    const began = performance.now();
    const reader = endingWith(createEc2Client(), AbortSignal.timeout(300));
    await expect(readInstances(reader, { Name: "vpc-id", Values: ["vpc-1"] }, toSources)).rejects.toThrow(
      "reading took too long, it ended in DescribeInstancesCommand",
    );
    expect(performance.now() - began).toBeLessThan(5_000);
  });

  it("does not begin another call", async () => {
    const reader = endingWith(createEc2Client(), AbortSignal.abort());
    await expect(readInstances(reader, { Name: "vpc-id", Values: ["vpc-1"] }, toSources)).rejects.toThrow(
      "took too long",
    );
    expect(asked).toBe(0);
  });
});

describe("a paced call that EC2 throttles", () => {
  it("is not tried again by the SDK", async () => {
    answer = (_, response) => {
      const error = "<Error><Code>RequestLimitExceeded</Code><Message>no</Message></Error>";
      response.writeHead(503, { "content-type": "text/xml" });
      response.end(`<Response><Errors>${error}</Errors><RequestID>1</RequestID></Response>`);
    };
    await expect(createPacedEc2Client().send(session)).rejects.toThrow("no");
    expect(asked).toBe(1);
  });

  it("is tried again where the server failed", async () => {
    answer = (_, response) => {
      response.writeHead(500);
      response.end();
    };
    await expect(createPacedEc2Client().send(session)).rejects.toThrow();
    expect(asked).toBe(2);
  });
});
