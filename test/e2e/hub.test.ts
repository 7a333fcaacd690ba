/**
 * examples/hub through the real provider, with all that the fleet can be asked for besides: nothing is left to do
 * after the apply, captures reach the SIEM, a client joins without a new node, and destroy leaves nothing.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from "@aws-sdk/client-auto-scaling";
import { CloudWatchClient, DescribeAlarmsCommand, type MetricAlarm } from "@aws-sdk/client-cloudwatch";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import {
  GetBucketTaggingCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { createBucket } from "../../functions/capture-agent/aws/bucket.js";
import { root } from "../../scripts/lib/run.js";
import {
  DEFAULT_ACCOUNT,
  DEFAULT_REGION,
  startLocalCloud,
  type LocalCloud,
} from "../../local-cloud/index.js";
import { makeEventual } from "../support/eventual.js";
import { taggingProvider, TerraformRoot, type Variables } from "../support/terraform.js";

interface Outputs {
  readonly endpoint_service_name: string;
  readonly capture_bucket: string;
  readonly autoscaling_group_names: Readonly<Record<string, string>>;
  readonly dashboard_name: string;
  readonly capacity_plan: { readonly configured: { readonly sufficient: boolean } };
  readonly siem: { readonly queue_url: string; readonly role_arn: string };
}

const PAYMENTS = {
  account_id: "111122223333",
  vnis: { main: 101, data: 102 },
};
const WEB = { account_id: "444455556666", vnis: { main: 201 } };
const VARIABLES: Variables = {
  image_id: "ami-0123456789abcdef0",
  clients: { payments: PAYMENTS },
  siem: { principal_arn: "arn:aws:iam::999988887777:root", external_id: "4f1c" },
  object_lock: { mode: "GOVERNANCE", days: 7 },
  tool_image: `${DEFAULT_ACCOUNT}.dkr.ecr.${DEFAULT_REGION}.amazonaws.com/sensors/suricata:7.0.10`,
  bucket_force_destroy: true,
};

/** More than the ten that an object takes in S3, as an organization's tag policy may well ask for. */
const DEFAULT_TAGS = Object.fromEntries(
  Array.from({ length: 12 }, (_, index) => [`policy-${String(index)}`, "yes"]),
);

/** What the example leaves at its default; the provider has to find it all again as it was asked for. */
const EVERYTHING = `module "capture_fleet" {
  scaling = {
    weights   = { "c6in.large" = 1, "c6in.xlarge" = 2 }
    warm_pool = { min_size = 1, max_prepared = 3 }
    schedules = { morning = { recurrence = "0 7 * * MON-FRI", time_zone = "Europe/Berlin", min_size = 2 } }
    refresh   = { checkpoint_percentages = [20, 100], checkpoint_delay_seconds = 60 }
  }
  notifications = {
    queues = { other = { queue_arn = "arn:aws:sqs:${DEFAULT_REGION}:${DEFAULT_ACCOUNT}:other", prefix = "index/", suffix = ".jsonl" } }
  }
}
`;

let cloud: LocalCloud;
let terraform: TerraformRoot;
let outputs: Outputs;
const times: Record<string, number> = {};

const timed = async (label: string, work: () => Promise<void>): Promise<void> => {
  const began = performance.now();
  await work();
  times[label] = Math.round((performance.now() - began) / 1000);
};
const options = () => ({
  endpoint: cloud.url,
  region: DEFAULT_REGION,
  credentials: { accessKeyId: DEFAULT_ACCOUNT, secretAccessKey: "local" },
});
const s3 = () => new S3Client({ ...options(), forcePathStyle: true });
const groups = async () => {
  const client = new AutoScalingClient(options());
  return (await client.send(new DescribeAutoScalingGroupsCommand({}))).AutoScalingGroups ?? [];
};

beforeAll(async () => {
  cloud = await startLocalCloud({ logFile: join(root, "reports", "e2e-hub-cloud.log") });
  await makeEventual(cloud);
  terraform = new TerraformRoot({
    example: "examples/hub",
    name: "e2e-hub",
    env: cloud.env(),
    overrides: { provider: taggingProvider(DEFAULT_TAGS), everything: EVERYTHING },
  });
  await terraform.init();
  await timed("apply", () => terraform.apply(VARIABLES));
  outputs = await terraform.outputs<Outputs>();
});

afterAll(async () => {
  process.stderr.write(`seconds: ${JSON.stringify(times)}\n`);
  await (cloud as LocalCloud | undefined)?.stop();
  (terraform as TerraformRoot | undefined)?.remove();
});

test("a second plan is empty", async () => {
  expect(await terraform.plan(VARIABLES)).toEqual([]);
});

test("twelve default_tags are on what takes so many, and on no object, which takes ten", async () => {
  const Bucket = `traffic-capture-code-${DEFAULT_ACCOUNT}-${DEFAULT_REGION}`;
  const bucket = await s3().send(new GetBucketTaggingCommand({ Bucket }));
  expect(bucket.TagSet).toEqual(
    expect.arrayContaining(Object.entries(DEFAULT_TAGS).map(([Key, Value]) => ({ Key, Value }))),
  );
  const { Contents = [] } = await s3().send(new ListObjectsV2Command({ Bucket }));
  expect(Contents.length).toBeGreaterThan(1);
  for (const { Key } of Contents) {
    const { TagSet = [] } = await s3().send(new GetObjectTaggingCommand({ Bucket, Key }));
    expect(TagSet).toEqual([]);
  }
});

test("each zone has a group of its own, whose nodes wait at both ends and are described to themselves", async () => {
  const found = await groups();
  expect(found.map(({ AutoScalingGroupName }) => AutoScalingGroupName).sort()).toEqual(
    Object.values(outputs.autoscaling_group_names).sort(),
  );
  expect(found).toHaveLength(2);
  for (const group of found) expect(group.AvailabilityZones).toHaveLength(1);
  expect(outputs.capacity_plan.configured.sufficient).toBe(true);
});

/** Name and dimensions' names of each metric of the agents that an alarm reads. */
const agentMetrics = ({ Namespace, MetricName, Metrics = [] }: MetricAlarm): string[] =>
  Metrics.flatMap(({ MetricStat }) => (MetricStat?.Metric === undefined ? [] : [MetricStat.Metric]))
    .concat([{ Namespace, MetricName }])
    .flatMap((metric) => (metric.Namespace === "TrafficMirror" ? [metric.MetricName ?? ""] : []));

test("every figure that an alarm of the fleet reads is one that the agent writes", async () => {
  const { MetricAlarms = [] } = await new CloudWatchClient(options()).send(new DescribeAlarmsCommand({}));
  const folder = join(root, "functions", "capture-agent");
  const source = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
  const read = new Set(MetricAlarms.flatMap(agentMetrics));
  expect(read.size).toBeGreaterThan(8);
  expect([...read].filter((name) => !new RegExp(`\\b${name}\\b`).test(source))).toEqual([]);
});

test("a log that a node writes is a message for the SIEM, a packet capture is not", async () => {
  const prefix = "captures/client=payments/vni=101/zone=euw1-az1/date=2026-11-21/hour=06/node=i-0a";
  for (const name of ["trace.pcap.gz", "eve.json.gz"]) {
    await s3().send(
      new PutObjectCommand({
        Bucket: outputs.capture_bucket,
        Key: `${prefix}/${name}`,
        Body: name,
        IfNoneMatch: "*",
      }),
    );
  }
  await cloud.idle();
  const sqs = new SQSClient(options());
  const { Messages = [] } = await sqs.send(
    new ReceiveMessageCommand({
      QueueUrl: outputs.siem.queue_url,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 5,
    }),
  );
  const events = Messages.map(
    ({ Body = "{}" }) => JSON.parse(Body) as { detail: { object: { key: string } } },
  );
  expect(events.map(({ detail }) => detail.object.key)).toEqual([`${prefix}/eve.json.gz`]);
});

test("what is captured is written once: nobody replaces it, and a second try is told that it is there", async () => {
  const Bucket = outputs.capture_bucket;
  const put = (Key: string) => s3().send(new PutObjectCommand({ Bucket, Key, Body: "forged" }));
  const agent = createBucket(s3(), Bucket, 5 * 2 ** 30);
  for (const key of ["captures/client=web/trace.pcap", "index/date=2026-11-21/hour=06/part.jsonl"]) {
    expect(await agent.putText(key, "evidence")).toBe("stored");
    expect(await agent.putText(key, "forged")).toBe("there already");
    await expect(put(key)).rejects.toMatchObject({ name: "AccessDenied" });
    const { Body } = await s3().send(new GetObjectCommand({ Bucket, Key: key }));
    expect(await Body?.transformToString()).toBe("evidence");
  }
  await put("elsewhere"); // of the account's own
});

test("the hub's bus takes what clients' controllers send, and nothing that comes with it", async () => {
  const EventBusName = `arn:aws:events:${DEFAULT_REGION}:${DEFAULT_ACCOUNT}:event-bus/traffic-capture-hub`;
  const [ours, theirs] = ["traffic-mirror.controller", "traffic-mirror/AROA:i-0a"];
  const send = async (account: string, ...sources: readonly string[]) =>
    say(account, "Mirror Sweep Completed", ...sources);
  const say = async (account: string, DetailType: string, ...sources: readonly string[]) => {
    const client = new EventBridgeClient({
      ...options(),
      credentials: { accessKeyId: account, secretAccessKey: "local" },
    });
    const Entries = sources.map((Source) => ({ Source, DetailType, Detail: "{}", EventBusName }));
    const { Entries: answers = [] } = await client.send(new PutEventsCommand({ Entries }));
    return answers.map(({ ErrorCode }) => ErrorCode ?? "taken");
  };
  expect(await send(PAYMENTS.account_id, ours)).toEqual(["taken"]);
  expect(await send(PAYMENTS.account_id, theirs)).toEqual(["AccessDeniedException"]);
  expect(await send(PAYMENTS.account_id, ours, theirs)).toEqual([
    "AccessDeniedException",
    "AccessDeniedException",
  ]);
  expect(await say(PAYMENTS.account_id, "Sweep Requested", ours)).toEqual(["AccessDeniedException"]);
  expect(await say(PAYMENTS.account_id, "x", ours)).toEqual(["AccessDeniedException"]);
  expect(await send(WEB.account_id, ours)).toEqual(["AccessDeniedException"]); // no client yet
});

test("a client joins by one entry: nodes find it in the register, and none is replaced", async () => {
  const before = await groups();
  const joined = { ...VARIABLES, clients: { payments: PAYMENTS, web: WEB } };
  await timed("a client joins", () => terraform.apply(joined));
  const object = await s3().send(
    new GetObjectCommand({
      Bucket: `traffic-capture-code-${DEFAULT_ACCOUNT}-${DEFAULT_REGION}`,
      Key: "clients.json",
    }),
  );
  expect(JSON.parse((await object.Body?.transformToString()) ?? "")).toEqual({
    payments: { account_id: "111122223333", vnis: { main: 101, data: 102 } },
    web: { account_id: "444455556666", vnis: { main: 201 } },
  });
  const templates = (of: Awaited<ReturnType<typeof groups>>) =>
    of.map((group) => group.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification?.Version);
  expect(templates(await groups())).toEqual(templates(before));
});

test("every node could reach what completes its launch", async () => {
  expect(await cloud.stranded()).toEqual([]);
});

test("destroy leaves nothing", async () => {
  await timed("destroy", () => terraform.destroy(VARIABLES));
  expect(await terraform.resources()).toEqual([]);
  expect(await groups()).toEqual([]);
  expect(await cloud.gaps()).toEqual([]);
  expect(await cloud.refused()).toEqual([]);
});
